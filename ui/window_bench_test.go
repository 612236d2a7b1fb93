package ui

import (
	"testing"

	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/app/apptest"
)

// library is a data folder with 10,000 conversations, the newest of which has
// 5,000 messages.
func library(b *testing.B) (dir string) {
	b.Helper()
	dir = b.TempDir()
	if err := apptest.Library(dir, 10_000, 5000); err != nil {
		b.Fatal(err)
	}
	return dir
}

// What a conversation costs when it is opened is counted in what is allocated, which
// does not depend on the machine: for each of its messages it must stay a few pieces,
// and the most costly text among them must not be made before it is seen.
func TestOpeningAllocatesLittleForEachMessage(t *testing.T) {
	const messages = 2000
	dir := t.TempDir()
	if err := apptest.Library(dir, 2, messages); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(app.Options{Dir: dir, Engine: apptest.New(nil, 0)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	w := newWindow(test.NewTempApp(t), a, Options{}, func(func()) {})
	w.win.Show()
	long := w.current
	if len(w.messages) != messages {
		t.Fatal(len(w.messages))
	}
	least := func(f func()) float64 { // the index is being made meanwhile
		n := testing.AllocsPerRun(1, f)
		for range 9 {
			n = min(n, testing.AllocsPerRun(1, f))
		}
		return n
	}
	both := least(func() { w.open(long + 1); w.open(long) })
	short := least(func() { w.open(long + 1); w.open(long + 1) }) / 2
	if each := (both - short) / messages; each > 60 {
		t.Errorf("opening a conversation allocates %.0f times for each message", each)
	} else {
		t.Logf("%.0f for each message", each)
	}
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
