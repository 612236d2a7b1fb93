package app_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beyonder/app/apptest"
	"beyonder/engine"
)

func (b *bench) load(path string) (steps int, err error) {
	for _, e := range b.Load(context.Background(), path, false) {
		if e != nil {
			return steps, e
		}
		steps++
	}
	return steps, nil
}

func touch(t *testing.T, path string) string {
	t.Helper()
	check(t, os.WriteFile(path, []byte("GGUF"), 0o600))
	return path
}

func TestLoad(t *testing.T) {
	b := fast(t, 3)
	path := touch(t, filepath.Join(t.TempDir(), "some.gguf"))
	steps, err := b.load(path)
	if err != nil || steps != b.engine.LoadSteps {
		t.Errorf("%d steps, %v", steps, err)
	}
	if info, ok := b.Model(); !ok || info.Name != "some" || b.LastModel() != path {
		t.Errorf("the model is %+v, the last one %q", info, b.LastModel())
	}
	if got := b.traced.String(); got != "model-loaded" {
		t.Errorf("traced %q", got)
	}
	check(t, b.Unload())
	if _, ok := b.Model(); ok || b.LastModel() != path {
		t.Errorf("unloaded, the last model is %q", b.LastModel())
	}
}

func TestLoadThatFailsIsNotRemembered(t *testing.T) {
	b := fast(t, 3)
	b.engine.LoadError = errors.New("not a GGUF file")
	if _, err := b.load("/m/x.gguf"); !errors.Is(err, b.engine.LoadError) || b.LastModel() != "" {
		t.Errorf("Load gave %v, the last model is %q", err, b.LastModel())
	}
	b.engine.LoadError = nil
	if _, err := b.load("/m/x.gguf"); err != nil {
		t.Errorf("the second try gave %v", err)
	}
}

func TestLoadUsesTheSettings(t *testing.T) {
	b := fast(t, 3)
	s := b.Settings()
	s.Context, s.KV, s.Threads, s.Template = 512, "f32", 3, "chatml"
	check(t, b.SetSettings(s))
	if _, err := b.load("/m/x.gguf"); err != nil {
		t.Fatal(err)
	}
	want := engine.LoadOptions{Path: "/m/x.gguf", Context: 512, KV: "f32", Threads: 3, Template: "chatml", Cache: filepath.Join(b.dir, "cache")}
	if got := b.engine.Loads()[0]; got != want {
		t.Errorf("it was loaded with %+v, want %+v", got, want)
	}
}

func TestChangedSettingsLoadTheModelAnew(t *testing.T) {
	b := fast(t, 3)
	if _, err := b.load("/m/x.gguf"); err != nil {
		t.Fatal(err)
	}
	id := b.conversation()
	kinds := func() string { return b.send(id, "x").kinds }
	if got := kinds(); got != "user started text finished" {
		t.Errorf("before: %q", got)
	}
	s := b.Settings()
	s.Context = 1024
	check(t, b.SetSettings(s))
	if got := kinds(); got != "user loading started text finished" {
		t.Errorf("changed: %q", got)
	}
	if got := kinds(); got != "user started text finished" {
		t.Errorf("after: %q", got)
	}
}

func TestKnownModels(t *testing.T) {
	b := fast(t, 3)
	elsewhere := t.TempDir()
	for _, name := range []string{"a.gguf", "B.GGUF", "notes.txt", "big-00001-of-00002.gguf", "big-00002-of-00002.gguf"} {
		touch(t, filepath.Join(b.ModelsDir(), name))
	}
	check(t, os.Mkdir(filepath.Join(b.ModelsDir(), "folder.gguf"), 0o700))
	old, gone := touch(t, filepath.Join(elsewhere, "old.gguf")), touch(t, filepath.Join(elsewhere, "gone.gguf"))
	for _, path := range []string{old, gone, filepath.Join(b.ModelsDir(), "a.gguf")} {
		if _, err := b.load(path); err != nil {
			t.Fatal(err)
		}
	}
	check(t, os.Remove(gone))
	if got, want := b.known(), "a* gone*! old* B big-00001-of-00002"; got != want {
		t.Errorf("known are %s, want %s", got, want)
	}
	check(t, b.Forget(gone))
	check(t, b.Forget(filepath.Join(b.ModelsDir(), "a.gguf")))
	if got, want := b.known(), "old* B a big-00001-of-00002"; got != want {
		t.Errorf("then known are %s, want %s", got, want)
	}
}

// known lists the known models: * was used, ! is missing.
func (b *bench) known() string {
	b.t.Helper()
	b.LookForModels(10 * time.Second)
	models, err := b.KnownModels()
	check(b.t, err)
	var list []string
	for _, m := range models {
		name := m.Name
		if !m.Used.IsZero() {
			name += "*"
		}
		if m.Missing {
			name += "!"
		}
		list = append(list, name)
	}
	return strings.Join(list, " ")
}

// That a model was used is stored aside; what is forgotten in that moment must not
// come back with it.
func TestForgottenStaysForgotten(t *testing.T) {
	b := fast(t, 3)
	path := touch(t, filepath.Join(t.TempDir(), "some.gguf"))
	for range 50 {
		if _, err := b.load(path); err != nil {
			t.Fatal(err)
		}
		if got := b.known(); got != "some*" {
			t.Fatalf("loaded, known are %q", got)
		}
		check(t, b.Forget(path))
	}
	check(t, b.Close())
	b = open(t, b.dir, apptest.New(nil, 0))
	if got := b.known(); got != "" {
		t.Errorf("forgotten, known are %q", got)
	}
}
