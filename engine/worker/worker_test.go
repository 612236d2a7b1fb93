//go:build unix

package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"beyonder/engine"
	"beyonder/engine/prompt"
	"beyonder/engine/sample"
)

// The test binary is its own child: with childEnv set it serves an engine.
const childEnv = "BEYONDER_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childEnv) {
	case "":
		os.Exit(m.Run())
	case "real":
		serve(engine.NewLocal())
	case "scripted":
		serve(&scripted{})
	case "card":
		serve(&card{})
	case "silent":
		io.Copy(io.Discard, os.Stdin)
	case "babbling":
		fmt.Println("this is no protocol")
		io.Copy(io.Discard, os.Stdin)
	case "old":
		fmt.Println(`{"hello":99}`)
		io.Copy(io.Discard, os.Stdin)
	}
}

func serve(e Engine) {
	if err := Serve(os.Stdin, os.Stdout, e); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// scripted is an engine that does what its prompt says.
type scripted struct {
	busy   sync.Mutex // as engine.Local: one call at a time
	loaded bool
}

func (s *scripted) Load(ctx context.Context, o engine.LoadOptions) iter.Seq2[engine.Progress, error] {
	return func(yield func(engine.Progress, error) bool) {
		switch o.Path {
		case "large":
			yield(engine.Progress{}, &engine.MemoryError{Path: "large", NeedBytes: 14e9, FreeBytes: 9e9})
			return
		case "slow":
			<-ctx.Done()
			yield(engine.Progress{}, ctx.Err())
			return
		case "stubborn": // loads on, whatever the parent says
			yield(engine.Progress{Stage: "reading", Done: 1, Total: 2}, nil)
			select {}
		}
		s.loaded = yield(engine.Progress{Stage: "reading", Done: 1, Total: 2}, nil)
	}
}

func (s *scripted) Info() (engine.Info, bool)      { return engine.Info{Name: "scripted"}, s.loaded }
func (s *scripted) Unload() error                  { return nil }
func (s *scripted) Count(text string) (int, error) { return len(text), nil }
func (s *scripted) Beat() int64                    { return 0 }

func (s *scripted) Reply(ctx context.Context, r engine.Request) iter.Seq2[engine.Piece, error] {
	return func(yield func(engine.Piece, error) bool) {
		s.busy.Lock()
		defer s.busy.Unlock()
		switch r.Prompt {
		case "hang":
			select {}
		case "deaf": // writes on, whatever the parent says
			for {
				yield(engine.Piece{Text: "x"}, nil)
				time.Sleep(time.Millisecond)
			}
		case "fail":
			yield(engine.Piece{}, &engine.NumbersError{Position: 7})
			return
		case "crash":
			yield(engine.Piece{Text: "before"}, nil)
			fmt.Fprintln(os.Stderr, "fatal error: out of memory\n\ngoroutine 1 [running]:")
			os.Exit(3)
		}
		for i := 0; ctx.Err() == nil; i++ {
			if !yield(engine.Piece{Text: fmt.Sprint(i, " <&>\n")}, nil) {
				return
			}
			time.Sleep(time.Millisecond)
		}
		yield(engine.Piece{Done: &engine.Done{Reason: engine.StopCancelled}}, nil)
	}
}

func client(t *testing.T, kind string, o Options) *Client {
	t.Helper()
	o.Command, o.Env = []string{os.Args[0]}, []string{childEnv + "=" + kind}
	c := New(o)
	t.Cleanup(func() { c.Close() })
	return c
}

func load(c *Client, path string) error {
	for _, err := range c.Load(context.Background(), engine.LoadOptions{Path: path}) {
		if err != nil {
			return err
		}
	}
	return nil
}

// reply collects text; after `after` bytes of it act is called once.
func reply(ctx context.Context, c *Client, prompt string, after int, act func()) (text string, done *engine.Done, err error) {
	for p, err := range c.Reply(ctx, engine.Request{Prompt: prompt}) {
		if err != nil {
			return text, nil, err
		}
		text += p.Text
		done = p.Done
		if act != nil && len(text) > after {
			act()
			act = nil
		}
	}
	return text, done, nil
}

func TestCallsCrossOver(t *testing.T) {
	c := client(t, "scripted", Options{})
	if _, _, err := reply(context.Background(), c, "", 0, nil); !errors.Is(err, engine.ErrNoModel) {
		t.Errorf("before anything is loaded: %v", err)
	}
	if err := load(c, "model"); err != nil {
		t.Fatal(err)
	}
	if i, ok := c.Info(); !ok || i.Name != "scripted" {
		t.Errorf("info %+v, %v", i, ok)
	}
	ctx, stop := context.WithCancel(context.Background())
	text, done, err := reply(ctx, c, "", 100, stop)
	if err != nil || done == nil || done.Reason != engine.StopCancelled || !strings.HasPrefix(text, "0 <&>\n1 <&>\n") {
		t.Errorf("%q, %+v, %v", text, done, err)
	}
	var memory *engine.MemoryError
	if err := load(c, "large"); !errors.As(err, &memory) || memory.NeedBytes != 14e9 {
		t.Errorf("an error's type was lost: %v", err)
	}
	var numbers *engine.NumbersError
	if _, _, err := reply(context.Background(), c, "fail", 0, nil); !errors.As(err, &numbers) || numbers.Position != 7 {
		t.Errorf("an error's type was lost: %v", err)
	}
}

func TestStopIsQuick(t *testing.T) {
	c := client(t, "scripted", Options{})
	if err := load(c, "model"); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var began time.Time
	if _, _, err := reply(ctx, c, "", 50, func() { began = time.Now(); stop() }); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("stopping a reply took %v", took)
	}
	ctx, stop = context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, stop)
	for _, err := range c.Load(ctx, engine.LoadOptions{Path: "slow"}) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a stopped load gave %v", err)
		}
	}
}

func TestBreakLeavesTheChildReady(t *testing.T) {
	c := client(t, "scripted", Options{})
	if err := load(c, "model"); err != nil {
		t.Fatal(err)
	}
	pid := c.PID()
	for range c.Reply(context.Background(), engine.Request{}) {
		break
	}
	ctx, stop := context.WithCancel(context.Background())
	if _, _, err := reply(ctx, c, "", 10, stop); err != nil || c.PID() != pid {
		t.Errorf("after break: %v, process %d became %d", err, pid, c.PID())
	}
}

// Killed in the middle of a reply: what came is kept, the error says so, the
// next load starts another child.
func TestKilledChild(t *testing.T) {
	for _, c := range []struct {
		what, kind, prompt string
		o                  Options
		act                func(c *Client)
		says               string
	}{
		{"kill -9", "scripted", "", Options{}, func(c *Client) { syscall.Kill(c.PID(), syscall.SIGKILL) }, "signal: killed"},
		{"a crash", "scripted", "crash", Options{}, nil, "exit status 3: fatal error: out of memory"},
		{"a hang", "scripted", "hang", Options{StepDeadline: 300 * time.Millisecond}, nil, "no sign of life"},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := client(t, c.kind, c.o)
			if err := load(w, "model"); err != nil {
				t.Fatal(err)
			}
			var act func()
			if c.act != nil {
				act = func() { c.act(w) }
			}
			text, _, err := reply(context.Background(), w, c.prompt, 30, act)
			var lost *engine.LostError
			if !errors.As(err, &lost) || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %v", err)
			}
			if c.prompt != "hang" && text == "" {
				t.Error("what came before was lost")
			}
			if _, ok := w.Info(); ok {
				t.Error("a model is said to be loaded")
			}
			if err := load(w, "model"); err != nil {
				t.Fatalf("loading again: %v", err)
			}
			ctx, stop := context.WithCancel(context.Background())
			if _, _, err := reply(ctx, w, "", 10, stop); err != nil {
				t.Errorf("the next reply: %v", err)
			}
		})
	}
}

func TestDeafChildIsKilled(t *testing.T) {
	c := client(t, "scripted", Options{StopDeadline: 200 * time.Millisecond})
	if err := load(c, "model"); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	_, _, err := reply(ctx, c, "deaf", 10, stop)
	if err == nil || !strings.Contains(err.Error(), "did not stop") {
		t.Errorf("got %v", err)
	}
}

func TestChildrenThatDoNotStart(t *testing.T) {
	for kind, says := range map[string]string{"silent": "did not start", "babbling": "ended", "old": "another version"} {
		c := client(t, kind, Options{StartDeadline: 300 * time.Millisecond})
		if err := load(c, "model"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	c := New(Options{Command: []string{"/nonexistent"}})
	if err := load(c, "model"); err == nil || !strings.Contains(err.Error(), "cannot be started") {
		t.Errorf("no program: %v", err)
	}
}

func TestIdleDeathIsNoticed(t *testing.T) {
	c := client(t, "scripted", Options{})
	if err := load(c, "model"); err != nil {
		t.Fatal(err)
	}
	syscall.Kill(c.PID(), syscall.SIGKILL)
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, ok := c.Info(); !ok {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the model is still said to be loaded")
		}
	}
	if err := load(c, "model"); err != nil {
		t.Fatal(err)
	}
}

// The child ends when its parent's end closes the pipe, even in the middle of a reply.
func TestChildEndsWithItsInput(t *testing.T) {
	in, w := io.Pipe()
	ended := make(chan error)
	go func() { ended <- Serve(in, io.Discard, &scripted{loaded: true}) }()
	fmt.Fprintln(w, `{"id":1,"reply":{"prompt":""}}`)
	w.Close()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("the child lives on")
	}
}

// The real engine, through the pipe and beside it: the same bytes.
func TestSameReplyAsInProcess(t *testing.T) {
	s := sample.Neutral()
	s.Seed, s.MaxTokens = 11, 25
	r := engine.Request{Messages: []prompt.Message{{Role: prompt.User, Content: "tell me"}}, Sampling: s, Alternatives: 2, Routes: true}
	o := engine.LoadOptions{Path: "../testdata/mixtral-Q2_K.gguf"}
	type speaker interface {
		Load(context.Context, engine.LoadOptions) iter.Seq2[engine.Progress, error]
		Reply(context.Context, engine.Request) iter.Seq2[engine.Piece, error]
	}
	run := func(e speaker) string {
		for _, err := range e.Load(context.Background(), o) {
			if err != nil {
				t.Fatal(err)
			}
		}
		var b strings.Builder
		for p, err := range e.Reply(context.Background(), r) {
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s%+v", p.Text, p.Tokens)
		}
		return b.String()
	}
	l := engine.NewLocal()
	defer l.Close()
	c := client(t, "real", Options{})
	if a, b := run(l), run(c); a != b || len(a) < 100 {
		t.Errorf("in process %q, in a child %q", a, b)
	}
	if c.PID() == os.Getpid() {
		t.Error("there is no child")
	}
}

func FuzzServe(f *testing.F) {
	f.Add([]byte(`{"id":1,"load":{"path":"x"}}` + "\n" + `{"id":1,"cancel":true}`))
	f.Add([]byte(`{"id":2,"reply":{"prompt":"fail"}}`))
	f.Add([]byte(strings.Repeat(`{"id":1,"reply":{"prompt":"fail"}}`, 3) + `{"id":1}{"id":1,"unload":true}`))
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, calls []byte) {
		if strings.Contains(string(calls), "crash") || strings.Contains(string(calls), "deaf") || strings.Contains(string(calls), "hang") {
			return
		}
		Serve(strings.NewReader(string(calls)), io.Discard, &scripted{}) // must return, whatever comes
	})
}

// A text is counted in the child; while another call is under way that is refused
// at once.
func TestCount(t *testing.T) {
	c := client(t, "scripted", Options{})
	if _, err := c.Count("five5"); !errors.Is(err, engine.ErrNoModel) {
		t.Errorf("without a child: %v", err)
	}
	if err := load(c, "model"); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Count("five5"); n != 5 || err != nil {
		t.Errorf("counted %d (%v)", n, err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	_, _, err := reply(ctx, c, "", 10, func() {
		if _, err := c.Count("five5"); !errors.Is(err, ErrBusy) {
			t.Errorf("during a reply: %v", err)
		}
		stop()
	})
	if err != nil {
		t.Error(err)
	}
	if n, err := c.Count("four"); n != 4 || err != nil {
		t.Errorf("after a reply: %d (%v)", n, err)
	}
}

// What is wrong with a file comes across as what it is, and in the same words.
func TestFileErrorsComeAcross(t *testing.T) {
	dir := t.TempDir()
	zip, short := filepath.Join(dir, "zip.gguf"), filepath.Join(dir, "short.gguf")
	whole, err := os.ReadFile(filepath.Join("..", "testdata", "mixtral-Q2_K.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string][]byte{zip: []byte("PK\x03\x04 and so on"), short: whole[:len(whole)/2]} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]engine.FileError{
		filepath.Join(dir, "gone.gguf"): {Problem: engine.FileMissing, File: filepath.Join(dir, "gone.gguf")},
		zip:                             {Problem: engine.FileNotGGUF, File: "zip.gguf"},
		short:                           {Problem: engine.FileCutShort, File: "short.gguf"},
	} {
		e := engine.NewLocal()
		var here error
		for _, err := range e.Load(context.Background(), engine.LoadOptions{Path: path}) {
			here = err
		}
		there := pack(here).unpack()
		var file *engine.FileError
		if !errors.As(there, &file) || file.Problem != want.Problem || file.File != want.File || there.Error() != here.Error() {
			t.Errorf("%s: %v comes across as %#v", filepath.Base(path), here, there)
		}
	}
}
