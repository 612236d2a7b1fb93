package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"beyonder/app"
	"beyonder/app/apptest"
)

// network is a folder that does not answer until it is released.
type network struct {
	folder string
	free   chan struct{}
	once   sync.Once
}

func newNetwork(t *testing.T) *network {
	n := &network{folder: t.TempDir(), free: make(chan struct{})}
	t.Cleanup(n.release)
	return n
}

func (n *network) release() { n.once.Do(func() { close(n.free) }) }

func (n *network) disk(path string) {
	if strings.HasPrefix(path, n.folder) {
		<-n.free
	}
}

func withDisk(t *testing.T, dir string, disk func(string)) *bench {
	t.Helper()
	e := apptest.New(words(3), 0)
	a, err := app.Open(app.Options{Dir: dir, Engine: e, Disk: disk})
	check(t, err)
	t.Cleanup(func() { a.Close() })
	return &bench{App: a, t: t, dir: dir, engine: e, traced: &trace{}}
}

// listed is known without waiting for the disk.
func (b *bench) listed() string {
	b.t.Helper()
	models, err := b.KnownModels()
	check(b.t, err)
	var list []string
	for _, m := range models {
		name := m.Name
		if m.Missing {
			name += "!"
		}
		list = append(list, name)
	}
	return strings.Join(list, " ")
}

// eventually waits until what a goroutine of its own finds out is known.
func (b *bench) eventually(want string) {
	b.t.Helper()
	for end := time.Now().Add(10 * time.Second); b.listed() != want; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatalf("known are %q, want %q", b.listed(), want)
		}
	}
}

// A folder that hangs holds up neither the start nor whoever asks for the models, and
// what is in others is found out meanwhile.
func TestModelsInAFolderThatHangs(t *testing.T) {
	dir, n := t.TempDir(), newNetwork(t)
	far, near := touch(t, filepath.Join(n.folder, "far.gguf")), touch(t, filepath.Join(t.TempDir(), "near.gguf"))
	b := withDisk(t, dir, nil)
	for _, path := range []string{near, far} {
		if _, err := b.load(path); err != nil {
			t.Fatal(err)
		}
	}
	check(t, b.Close())
	check(t, os.Remove(far))
	slack := watchStalls(t, t.TempDir())
	began := time.Now()
	b = withDisk(t, dir, n.disk)
	if took := time.Since(began); took > time.Second+slack.Allowance() {
		t.Errorf("opening took %v", took)
	}
	b.eventually("far near")
	ends(t, "listing", slack, func() {
		if b.LastModel() != far || b.listed() != "far near" {
			t.Errorf("the last one is %q of %s", b.LastModel(), b.listed())
		}
	})
	check(t, os.Remove(near))
	touch(t, filepath.Join(b.ModelsDir(), "own.gguf"))
	for range 3 { // nothing piles up, nobody waits
		ends(t, "looking", slack, func() { b.LookForModels(0) })
	}
	b.eventually("far near! own")
	told := make(chan struct{}, 10)
	b.OnModels(func() { told <- struct{}{} })
	n.release()
	select {
	case <-told:
	case <-time.After(10 * time.Second):
		t.Fatal("nobody was told that the folder answers")
	}
	b.eventually("far! near! own")
	if !b.ModelGone(far) || b.LastModel() != far {
		t.Errorf("the last one is %q, gone: %v", b.LastModel(), b.ModelGone(far))
	}
}

// What is looked for while a look is under way is looked for after that: it may have
// seen what was there before.
func TestALookThatIsOldByNow(t *testing.T) {
	n := newNetwork(t)
	b := withDisk(t, t.TempDir(), nil)
	path := touch(t, filepath.Join(n.folder, "some.gguf"))
	if _, err := b.load(path); err != nil {
		t.Fatal(err)
	}
	check(t, b.Close())
	passed := make(chan struct{}, 10)
	b = withDisk(t, b.dir, func(at string) {
		if at == path {
			passed <- struct{}{}
			<-n.free
		}
	})
	<-passed
	b.LookForModels(0)
	n.release()
	b.LookForModels(0)
	select {
	case <-passed:
	case <-time.After(10 * time.Second):
		t.Error("it was not looked again")
	}
}

// What came to the models folder is known when its download or mixture has ended, and
// what was deleted is not any more.
func TestDeletedIsNotKnown(t *testing.T) {
	b := fast(t, 3)
	path := touch(t, filepath.Join(b.ModelsDir(), "own.gguf"))
	if got := b.known(); got != "own" {
		t.Fatalf("known are %q", got)
	}
	m := app.LibraryModel{Item: app.LibraryItem{Path: path, Title: "own", Files: []string{path}}, Own: true}
	check(t, b.DeleteModel(m))
	b.eventually("")
}
