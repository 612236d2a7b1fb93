package app_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"beyonder/app"
	"beyonder/app/apptest"
)

// disk is a disk that takes as long as a test wants.
type disk struct {
	held atomic.Bool
	free chan struct{}
	once sync.Once
}

func (b *bench) slowDisk() *disk {
	d := &disk{free: make(chan struct{})}
	check(b.t, b.Stall(func() {
		if d.held.Load() {
			<-d.free
		}
	}))
	b.t.Cleanup(d.release)
	return d
}

func (d *disk) hold()    { d.held.Store(true) }
func (d *disk) release() { d.once.Do(func() { d.held.Store(false); close(d.free) }) }

// ends fails the test if f takes longer than a stop may, and the machine does.
func ends(t *testing.T, what string, slack *apptest.Stalls, f func()) {
	t.Helper()
	began := time.Now()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatalf("%s does not end", what)
	}
	if took := time.Since(began); took > 100*time.Millisecond+slack.Allowance() {
		t.Errorf("%s took %v", what, took)
	}
}

// A stopped reply has ended when its text has, not when a busy disk has written
// it: it is shown as stopped, the next message can be sent, and stands after it.
func TestAStoppedReplyDoesNotWaitForTheDisk(t *testing.T) {
	b := slow(t, 10_000, time.Millisecond)
	d, id := b.slowDisk(), b.conversation()
	slack := watchStalls(t, t.TempDir())
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	finished, over := make(chan app.Message, 1), make(chan error, 1)
	stopped := make(chan time.Time, 1)
	go func() {
		text := 0
		var last error
		for e, err := range b.Send(ctx, id, "one") {
			switch {
			case err != nil:
				last = err
			case e.Finished != nil:
				finished <- *e.Finished
			case e.Text != "":
				if text += len(e.Text); text > 1000 && ctx.Err() == nil {
					d.hold()
					stopped <- time.Now()
					stop()
				}
			}
		}
		over <- last
	}()
	at := <-stopped
	m := <-finished
	if took := time.Since(at); took > 100*time.Millisecond+slack.Allowance() {
		t.Errorf("the end was told %v after Stop", took)
	}
	if m.State != app.Stopped || len(m.Text) < 1000 {
		t.Errorf("told is %s with %d bytes", m.State, len(m.Text))
	}
	if shown := b.messages(id); len(shown) != 2 || shown[1].State != app.Stopped || shown[1].Text != m.Text {
		t.Errorf("shown are %d messages, the last one %s", len(shown), shown[len(shown)-1].State)
	}
	if text, state := b.onDisk(id, m.ID); state != app.Streaming || len(text) > len(m.Text) {
		t.Errorf("the disk has %s with %d bytes already: nothing was tested", state, len(text))
	}
	b.engine.Words = words(3)
	next := make(chan answer, 1)
	go func() { next <- b.send(id, "two") }()
	select {
	case err := <-over:
		t.Errorf("the sequence has ended (%v) before the reply was stored", err)
	case r := <-next:
		t.Errorf("the next message overtook the reply: %+v", r)
	case <-time.After(50 * time.Millisecond):
	}
	d.release()
	if err := <-over; err != nil {
		t.Error(err)
	}
	if r := <-next; r.err != nil || r.finished == nil || r.finished.State != app.Complete {
		t.Errorf("the next reply: %q, %v", r.kinds, r.err)
	}
	if text, state := b.onDisk(id, m.ID); state != app.Stopped || text != m.Text {
		t.Errorf("on disk is %s with %d bytes of %d", state, len(text), len(m.Text))
	}
	if path := b.messages(id); len(path) != 4 || path[2].Text != "two" || path[3].Parent != path[2].ID || path[2].Parent != m.ID {
		t.Errorf("the path is %+v", path)
	}
	if r := b.engine.Requests(); len(r) != 2 || len(r[1].Messages) != 3 || r[1].Messages[1].Content != m.Text {
		t.Errorf("the model did not see the stopped reply")
	}
}

// Closed before the disk has it, the reply is stored all the same.
func TestCloseStoresWhatHasEnded(t *testing.T) {
	b := fast(t, 20)
	d, id := b.slowDisk(), b.conversation()
	for e, err := range b.Send(context.Background(), id, "one") {
		check(t, err)
		if e.Started != nil {
			d.hold()
		}
		if e.Finished == nil {
			continue
		}
		closed := make(chan error)
		go func() { closed <- b.Close() }()
		time.AfterFunc(50*time.Millisecond, d.release)
		check(t, <-closed)
	}
	again := open(t, b.dir, apptest.New(words(1), 0))
	if path := again.messages(id); len(path) != 2 || path[1].State != app.Complete || path[1].Text != b.engine.Text() {
		t.Errorf("kept are %+v", path)
	}
}

// Loading ends when the model is there, even if the disk holds up the note that it
// was used, which holds from then on.
func TestLoadingDoesNotWaitForTheDisk(t *testing.T) {
	b := fast(t, 1)
	d := b.slowDisk()
	slack := watchStalls(t, t.TempDir())
	d.hold()
	for _, path := range []string{"/models/other.gguf", "/models/tiny.gguf"} {
		ends(t, "loading", slack, func() {
			for _, err := range b.Load(context.Background(), path, false) {
				check(t, err)
			}
		})
		if known, err := b.KnownModels(); err != nil || known[0].Path != path {
			t.Errorf("known are %+v, %v", known, err)
		}
	}
	forgotten := make(chan error, 1)
	go func() { forgotten <- b.Forget("/models/other.gguf") }()
	time.Sleep(20 * time.Millisecond)
	d.release()
	check(t, <-forgotten)
	check(t, b.Close()) // waits for the note
	again := open(t, b.dir, b.engine)
	if known, err := again.KnownModels(); err != nil || len(known) != 1 || known[0].Path != "/models/tiny.gguf" {
		t.Errorf("known are %+v, %v", known, err)
	}
}

// stuckFS is a program whose model cannot be read until it is released.
type stuckFS struct {
	fs.FS
	free chan struct{}
}

type stuckFile struct {
	fs.File
	free chan struct{}
}

func (s stuckFS) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	return stuckFile{f, s.free}, err
}

func (f stuckFile) Read(b []byte) (int, error) { <-f.free; return f.File.Read(b) }

// The Starter's unpacking can be stopped; the next load waits for it.
func TestStopWhileTheStarterIsUnpacked(t *testing.T) {
	inside := stuckFS{fstest.MapFS{"starter.gguf": {Data: make([]byte, 1<<20)}}, make(chan struct{})}
	e := apptest.New(words(3), 0)
	check(t, e.Unload())
	dir := t.TempDir()
	a, err := app.Open(app.Options{Dir: dir, Engine: e, Starter: inside})
	check(t, err)
	b := &bench{App: a, t: t, dir: dir, engine: e}
	slack := watchStalls(t, t.TempDir())
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() {
		var last error
		for _, err := range a.Load(ctx, a.LastModel(), false) {
			last = err
		}
		ended <- last
	}()
	time.Sleep(30 * time.Millisecond)
	ends(t, "loading", slack, func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	})
	close(inside.free)
	if r := b.send(b.conversation(), "hello"); r.err != nil || r.finished == nil {
		t.Errorf("the next message: %q, %v", r.kinds, r.err)
	}
	if info, err := os.Stat(filepath.Join(dir, "starter.gguf")); err != nil || info.Size() != 1<<20 {
		t.Errorf("unpacked is %v, %v", info, err)
	}
	check(t, a.Close())
}
