package app_test

import (
	"context"
	"errors"
	"iter"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"beyonder/app"
	"beyonder/app/apptest"
	"beyonder/engine"
)

// bench is an application on its test bench.
type bench struct {
	*app.App
	t      testing.TB
	dir    string
	engine *apptest.Engine
	traced *trace
}

func words(n int) []string {
	return strings.Fields(strings.Repeat("all that is gold does not glitter ", n/7+1))[:n]
}

func open(t testing.TB, dir string, e *apptest.Engine) *bench {
	t.Helper()
	tr := &trace{}
	a, err := app.Open(app.Options{Dir: dir, Engine: e, Trace: tr.add})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return &bench{App: a, t: t, dir: dir, engine: e, traced: tr}
}

// fast opens an application whose engine answers n words at once.
func fast(t testing.TB, n int) *bench {
	t.Helper()
	return open(t, t.TempDir(), apptest.New(words(n), 0))
}

// slow opens one whose engine takes its time.
func slow(t testing.TB, n int, pace time.Duration) *bench {
	t.Helper()
	return open(t, t.TempDir(), apptest.New(words(n), pace))
}

func (b *bench) conversation() app.ID {
	b.t.Helper()
	c, err := b.NewConversation()
	check(b.t, err)
	return c.ID
}

func (b *bench) messages(id app.ID) []app.Message {
	b.t.Helper()
	m, err := b.Messages(id)
	check(b.t, err)
	return m
}

// send sends a message and follows its answer to the end.
func (b *bench) send(id app.ID, text string) answer {
	b.t.Helper()
	return follow(b.Send(context.Background(), id, text))
}

func (b *bench) onDisk(id, message app.ID) (string, app.State) {
	b.t.Helper()
	text, state, err := b.OnDisk(id, message)
	check(b.t, err)
	return text, state
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answer is what an answer's consumer has seen.
type answer struct {
	kinds    string // of the events, in order, "text" only once in a row
	text     string
	user     *app.Message
	started  *app.Message
	finished *app.Message
	notices  []engine.Notice
	replayed *app.Replayed
	err      error
}

func (r *answer) take(e app.Event) {
	kind := "text"
	switch {
	case e.User != nil:
		kind, r.user = "user", e.User
	case e.Started != nil:
		kind, r.started = "started", e.Started
	case e.Loading != nil:
		kind = "loading"
	case e.Reading != nil:
		kind = "reading"
	case e.Notice != nil:
		kind, r.notices = "notice", append(r.notices, *e.Notice)
	case e.Finished != nil:
		kind, r.finished = "finished", e.Finished
	case e.Replayed != nil:
		kind, r.replayed = "replayed", e.Replayed
	}
	r.text += e.Text
	if !strings.HasSuffix(" "+r.kinds, " "+kind) {
		r.kinds = strings.TrimSpace(r.kinds + " " + kind)
	}
}

// follow consumes an answer to its end.
func follow(events iter.Seq2[app.Event, error]) (r answer) {
	for e, err := range events {
		if err != nil {
			r.err = err
			r.kinds += " error"
			continue
		}
		r.take(e)
	}
	return r
}

// trace collects what is traced.
type trace struct {
	mu     sync.Mutex
	events []string
	fields map[string]map[string]any // of the last event of a name
}

func (tr *trace) add(event string, fields map[string]any) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.fields == nil {
		tr.fields = map[string]map[string]any{}
	}
	tr.fields[event] = fields
	if n := len(tr.events); n == 0 || tr.events[n-1] != event {
		tr.events = append(tr.events, event)
	}
}

func (tr *trace) String() string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return strings.Join(tr.events, " ")
}

func TestSecondInstance(t *testing.T) {
	b := fast(t, 1)
	if _, err := app.Open(app.Options{Dir: b.dir, Engine: b.engine}); !errors.Is(err, app.ErrRunning) {
		t.Errorf("a second Open returned %v, want ErrRunning", err)
	}
}

func TestCloseTwice(t *testing.T) {
	b := fast(t, 1)
	check(t, b.Close())
	check(t, b.Close())
	if r := b.send(1, "x"); !errors.Is(r.err, app.ErrClosed) {
		t.Errorf("Send after Close gave %v", r.err)
	}
}

func TestOldDatabaseIsToldOf(t *testing.T) {
	old, err := os.ReadFile("../store/testdata/v1.db")
	check(t, err)
	dir := t.TempDir()
	check(t, os.WriteFile(dir+"/beyonder.db", old, 0o600))
	b := open(t, dir, apptest.New(words(1), 0))
	if w := b.Warnings(); len(w) != 1 || !strings.Contains(w[0], "beyonder-v1.db") {
		t.Errorf("the warnings are %q", w)
	}
	path := b.messages(1)
	if len(path) != 4 || path[2].State != app.Failed || !strings.Contains(path[2].Error, "damaged") || path[3].State != app.Interrupted {
		t.Errorf("the messages are %+v", path)
	}
}
