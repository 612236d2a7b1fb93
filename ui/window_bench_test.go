package ui

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/app/apptest"
	"beyonder/app/archive"
)

// library is a data folder with 10,000 conversations, the newest of which has
// 5,000 messages.
func library(b *testing.B) (dir string) {
	b.Helper()
	dir = b.TempDir()
	a := &archive.Archive{}
	now := time.Now()
	for i := range 10_000 {
		c := archive.Conversation{Title: fmt.Sprintf("Conversation about the number %d", i), Created: now.AddDate(-9, 0, 0), Updated: now.Add(-time.Duration(i) * time.Hour)}
		n := 2
		if i == 0 {
			n = 5000
		}
		for k := range n {
			role := []string{"user", "assistant"}[k%2]
			c.Messages = append(c.Messages, archive.Message{
				ID: uint64(k + 1), Parent: uint64(k), Role: role, Created: now,
				Text:  fmt.Sprintf("Message %d. %s\n\n- one\n- two `code`\n", k, strings.Repeat("Some words of a sentence. ", 12)),
				Reply: json.RawMessage(`{"model":"Beyonder","device":"cpu","settings":{"temperature":0.7}}`),
			})
		}
		a.Conversations = append(a.Conversations, c)
	}
	path := filepath.Join(dir, "all.json")
	f, err := os.Create(path)
	if err == nil {
		err = a.WriteJSON(f)
		f.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	to, err := app.Open(app.Options{Dir: dir, Engine: apptest.New(nil, 0)})
	if err != nil {
		b.Fatal(err)
	}
	if _, _, err := to.Import(path); err != nil {
		b.Fatal(err)
	}
	if err := to.Close(); err != nil {
		b.Fatal(err)
	}
	return dir
}

// BenchmarkStart10000 opens the store and builds the window, its newest
// conversation of 5,000 messages included, up to its first layout.
func BenchmarkStart10000(b *testing.B) {
	dir := library(b)
	for b.Loop() {
		a, err := app.Open(app.Options{Dir: dir, Engine: apptest.New(nil, 0)})
		if err != nil {
			b.Fatal(err)
		}
		w := newWindow(test.NewTempApp(b), a, Options{}, func(func()) {})
		w.win.Show()
		if len(w.sidebar.shown) != 10_000 || len(w.messages) != 5000 {
			b.Fatal(len(w.sidebar.shown), len(w.messages))
		}
		a.Close()
	}
}

func BenchmarkOpenConversation5000(b *testing.B) {
	w, long := openLibrary(b)
	for b.Loop() {
		w.open(long + 1)
		w.open(long)
	}
	if len(w.messages) != 5000 {
		b.Fatal(len(w.messages))
	}
}

func openLibrary(b *testing.B) (w *Window, long app.ID) {
	b.Helper()
	a, err := app.Open(app.Options{Dir: library(b), Engine: apptest.New(nil, 0)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { a.Close() })
	w = newWindow(test.NewTempApp(b), a, Options{}, func(func()) {})
	w.win.Show()
	return w, w.current
}

// BenchmarkListConversations10000 is what every change to a title, a tag or a
// folder costs.
func BenchmarkListConversations10000(b *testing.B) {
	w, _ := openLibrary(b)
	for b.Loop() {
		w.listConversations()
	}
}

func BenchmarkFind5000(b *testing.B) {
	w, _ := openLibrary(b)
	w.openFind()
	for b.Loop() {
		w.find.field.SetText("sentence")
		w.find.field.SetText("sentences")
	}
}

// BenchmarkShowModel is what is done on the main goroutine when a loading begins,
// ends or is stopped.
func BenchmarkShowModel(b *testing.B) {
	e := apptest.New(nil, 0)
	a, err := app.Open(app.Options{Dir: b.TempDir(), Engine: e})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { a.Close() })
	w := newWindow(test.NewTempApp(b), a, Options{}, func(func()) {})
	w.win.Show()
	for b.Loop() {
		w.showModel()
	}
}
