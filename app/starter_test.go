package app_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"beyonder/app"
	"beyonder/app/apptest"
)

// inside is a program with a model in it.
func inside() fs.FS {
	return fstest.MapFS{"starter.gguf": {Data: []byte("GGUF" + strings.Repeat("weights", 50_000))}}
}

// summed is one that has its sum, too.
func summed() fstest.MapFS {
	model := inside().(fstest.MapFS)["starter.gguf"]
	return fstest.MapFS{"starter.gguf": model, "starter.sha256": {Data: fmt.Appendf(nil, "%x  starter.gguf\n", sha256.Sum256(model.Data))}}
}

func withStarter(t *testing.T, dir string) *bench {
	t.Helper()
	return withStarterOf(t, dir, inside())
}

func withStarterOf(t *testing.T, dir string, files fs.FS) *bench {
	t.Helper()
	tr, e := &trace{}, apptest.New(words(3), 0)
	check(t, e.Unload())
	a, err := app.Open(app.Options{Dir: dir, Engine: e, Starter: files, Trace: tr.add})
	check(t, err)
	t.Cleanup(func() { a.Close() })
	return &bench{App: a, t: t, dir: dir, engine: e, traced: tr}
}

func (b *bench) wantStarter(when string) {
	b.t.Helper()
	want, err := fs.ReadFile(inside(), "starter.gguf")
	check(b.t, err)
	if got, err := os.ReadFile(filepath.Join(b.dir, "starter.gguf")); err != nil || string(got) != string(want) {
		b.t.Errorf("%s, %d bytes of %d are unpacked (%v)", when, len(got), len(want), err)
	}
	if left, _ := filepath.Glob(filepath.Join(b.dir, "*.part")); len(left) > 0 {
		b.t.Errorf("%s, %q are left", when, left)
	}
}

// A first run talks with nothing but what is in the program.
func TestAFirstRunTalksToTheStarter(t *testing.T) {
	dir := t.TempDir()
	b := withStarter(t, dir)
	path := filepath.Join(dir, "starter.gguf")
	if got := b.known(); got != "Starter" || b.LastModel() != path {
		t.Fatalf("known are %s, the last one is %q", got, b.LastModel())
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it was unpacked before anybody wanted it")
	}
	r := b.send(b.conversation(), "hello")
	if r.err != nil || r.kinds != "user loading started text finished" || r.finished.Reply.Model != "Starter" {
		t.Fatalf("the events are %q (%v)", r.kinds, r.err)
	}
	b.wantStarter("loaded")
	if info, ok := b.Model(); !ok || info.Name != "Starter" || !b.IsStarter(info.Path) || b.known() != "Starter*" {
		t.Errorf("loaded is %+v, known are %s", info, b.known())
	}
}

func TestADamagedStarterIsUnpackedAgain(t *testing.T) {
	for _, files := range []fs.FS{inside(), summed()} {
		damageStarter(t, files)
	}
}

func damageStarter(t *testing.T, files fs.FS) {
	dir := t.TempDir()
	path := filepath.Join(dir, "starter.gguf")
	b := withStarterOf(t, dir, files)
	whole, err := fs.ReadFile(inside(), "starter.gguf")
	check(t, err)
	flipped := []byte(string(whole))
	flipped[len(flipped)-1] ^= 1
	for name, content := range map[string][]byte{"cut": whole[:1000], "long": append(flipped, 0), "flipped": flipped, "empty": nil} {
		check(t, os.WriteFile(path, content, 0o600))
		if _, err := b.load(path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		b.wantStarter(name)
	}
}

// Whoever has a model of his own keeps it; the Starter is for those who have none.
func TestTheStarterIsTheLastChoice(t *testing.T) {
	b := withStarter(t, t.TempDir())
	own := touch(t, filepath.Join(t.TempDir(), "own.gguf"))
	starter := b.LastModel()
	for _, path := range []string{starter, own} {
		if _, err := b.load(path); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.known(); got != "own* Starter*" || b.LastModel() != own {
		t.Errorf("known are %s, the last one is %q", got, b.LastModel())
	}
	check(t, os.Remove(own))
	if got := b.known(); got != "own*! Starter*" || b.LastModel() != starter {
		t.Errorf("known are %s, the last one is %q", got, b.LastModel())
	}
	check(t, b.Forget(own))
	check(t, b.Forget(starter))
	if got := b.known(); got != "Starter" || b.LastModel() != starter {
		t.Errorf("known are %s, the last one is %q", got, b.LastModel())
	}
	touch(t, filepath.Join(b.ModelsDir(), "new.gguf"))
	if got := b.known(); got != "new Starter" || b.LastModel() != "" {
		t.Errorf("known are %s; of two that were never used, %q was chosen", got, b.LastModel())
	}
}

// The folder may be moved, and the next version may have another Starter or none.
func TestAStarterThatWasUsedElsewhere(t *testing.T) {
	old, dir := t.TempDir(), filepath.Join(t.TempDir(), "moved")
	b := withStarter(t, old)
	if _, err := b.load(b.LastModel()); err != nil {
		t.Fatal(err)
	}
	check(t, b.Close())
	check(t, os.Rename(old, dir))
	b = withStarter(t, dir)
	if want := filepath.Join(dir, "starter.gguf"); b.known() != "Starter*" || b.LastModel() != want {
		t.Errorf("known are %s, the last one is %q", b.known(), b.LastModel())
	}
	check(t, b.Close())
	b = open(t, dir, apptest.New(nil, 0))
	if b.known() != "" || b.LastModel() != "" {
		t.Errorf("without a Starter, known are %s, the last one is %q", b.known(), b.LastModel())
	}
}

func TestAStarterThatCannotBeUnpacked(t *testing.T) {
	dir := t.TempDir()
	b := withStarter(t, dir)
	check(t, os.MkdirAll(filepath.Join(dir, "starter.gguf", "in the way"), 0o700))
	_, err := b.load(b.LastModel())
	if err == nil || !strings.HasPrefix(err.Error(), "the Starter could not be unpacked to "+filepath.Join(dir, "starter.gguf")) {
		t.Errorf("Load gave %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
	if _, err := app.Unpack(fstest.MapFS{}, dir); err == nil || !strings.Contains(err.Error(), "without a model inside") {
		t.Errorf("without one, Unpack gave %v", err)
	}
}

// unread is a program in which reading the model, not knowing its size, is counted.
type unread struct {
	fstest.MapFS
	opened *int
}

func (u unread) Open(name string) (fs.File, error) {
	if name == "starter.gguf" {
		*u.opened++
	}
	return u.MapFS.Open(name)
}

// A Starter that was unpacked and is whole is loaded without a look at the original,
// whose 12 MB would stay in memory.
func TestAWholeStarterLeavesTheOriginalAlone(t *testing.T) {
	files := unread{summed(), new(int)}
	b := withStarterOf(t, t.TempDir(), files)
	for _, want := range []int{1, 1} { // unpacked; then not any more
		if _, err := b.load(b.LastModel()); err != nil {
			t.Fatal(err)
		}
		if *files.opened != want {
			t.Errorf("the original was read %d times, want %d", *files.opened, want)
		}
		b.wantStarter("loaded")
	}
}
