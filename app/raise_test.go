package app_test

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"beyonder/app"
)

// Another instance's request comes through once, with its model; one that nobody
// sees to is taken back, and an old one is not for now.
func TestTheRunningInstanceIsAsked(t *testing.T) {
	b := fast(t, 1)
	request := filepath.Join(b.dir, "raise.json")
	if app.AskRunning(b.dir, "", 50*time.Millisecond) {
		t.Error("nobody listens, and somebody has answered")
	}
	if left, _ := filepath.Glob(filepath.Join(b.dir, "raise*")); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
	check(t, os.WriteFile(request, []byte(`{"model":"old.gguf"}`), 0o600))
	long := time.Now().Add(-time.Hour)
	check(t, os.Chtimes(request, long, long))
	asked := make(chan string, 10)
	b.OnRaise(func(model string) { asked <- model })
	for _, model := range []string{"", "/models/tiny.gguf", "tiny.gguf"} {
		if !app.AskRunning(b.dir, model, 20*time.Second) {
			t.Fatal("the running instance did not answer")
		}
		want := model
		if model == "tiny.gguf" {
			want, _ = filepath.Abs(model)
		}
		if got := <-asked; got != want {
			t.Errorf("asked for %q, want %q", got, want)
		}
	}
	check(t, os.WriteFile(request, []byte("no sense"), 0o600))
	if got := <-asked; got != "" {
		t.Errorf("a request without sense asks for %q", got)
	}
	check(t, b.Close())
	if app.AskRunning(b.dir, "", 300*time.Millisecond) {
		t.Error("a closed instance has answered")
	}
	if app.AskRunning(filepath.Join(b.dir, "missing"), "", time.Second) {
		t.Error("no folder, and somebody has answered")
	}
}

// Two that ask at once are both heard.
func TestTwoInstancesAskAtOnce(t *testing.T) {
	b := fast(t, 1)
	var both sync.WaitGroup
	for _, model := range []string{"/one.gguf", "/two.gguf"} {
		both.Go(func() {
			if !app.AskRunning(b.dir, model, 20*time.Second) {
				t.Errorf("nobody saw to %s", model)
			}
		})
	}
	for begun := time.Now(); time.Since(begun) < 10*time.Second; time.Sleep(time.Millisecond) {
		if waiting, _ := filepath.Glob(filepath.Join(b.dir, "raise*.json")); len(waiting) == 2 {
			break
		}
	}
	asked := make(chan string, 10)
	b.OnRaise(func(model string) { asked <- model })
	both.Wait()
	heard := []string{<-asked, <-asked}
	if slices.Sort(heard); !slices.Equal(heard, []string{"/one.gguf", "/two.gguf"}) {
		t.Errorf("heard of %q", heard)
	}
}
