package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beyonder/app"
	"beyonder/app/apptest"
)

func TestEngineLogDoesNotOnlyGrow(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, app.EngineLog)
	lines := bytes.Repeat([]byte("a line of a crash\n"), 1<<16) // more than 1 MB
	check(t, os.WriteFile(path, lines, 0o600))
	other, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0) // another instance has it open
	check(t, err)
	defer other.Close()
	f, err := app.OpenEngineLog(dir)
	check(t, err)
	defer f.Close()
	other.WriteString("by the other\n")
	f.WriteString("by this one\n")
	text, err := os.ReadFile(path)
	check(t, err)
	old, found := strings.CutSuffix(string(text), "by the other\nby this one\n")
	if !found || len(old) < 100<<10 || len(old) > 128<<10 || strings.Trim(strings.ReplaceAll(old, "a line of a crash\n", ""), "") != "" {
		t.Errorf("%d bytes, from %.40q to %q", len(text), text, text[max(0, len(text)-40):])
	}
	check(t, f.Close())
	if f, err = app.OpenEngineLog(dir); err != nil {
		t.Fatal(err)
	}
	if again, _ := os.ReadFile(path); !bytes.Equal(again, text) {
		t.Errorf("one of %d bytes has become one of %d", len(text), len(again))
	}
}

// A log that cannot be written is told, in a sentence that names it.
func TestEngineLogThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, app.EngineLog)
	check(t, os.Mkdir(path, 0o700))
	f, err := app.OpenEngineLog(dir)
	if err == nil || f != nil || !strings.Contains(err.Error(), path) {
		t.Fatalf("got %v, %v", f, err)
	}
	a, odd := app.Open(app.Options{Dir: dir, Engine: apptest.New(nil, 0), Odd: err})
	check(t, odd)
	defer a.Close()
	if w := a.Warnings(); len(w) != 1 || w[0] != err.Error() {
		t.Errorf("the warnings are %q", w)
	}
}
