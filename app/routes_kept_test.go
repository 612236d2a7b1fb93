package app_test

import (
	"context"
	"iter"
	"os"
	"testing"
	"time"

	"beyonder/app"
	"beyonder/app/apptest"
)

// What the experts did is kept with a reply, goes on with it, and covers its text.
func TestRoutesAreKept(t *testing.T) {
	b := fast(t, 8)
	id := b.conversation()
	s := b.Settings()
	s.Sampling.MaxTokens = 5
	check(t, b.SetSettings(s))
	first := b.send(id, "Who answers?")
	more := follow(b.Continue(context.Background(), id, first.finished.ID))
	if more.err != nil {
		t.Fatal(more.err)
	}
	check(t, b.Close())
	again := open(t, b.dir, apptest.New(words(8), 0))
	r, err := again.Routes(id, first.finished.ID)
	check(t, err)
	covered := 0
	for _, token := range r.Tokens {
		covered += token.Bytes
	}
	if len(r.Tokens) != 10 || covered != len(more.finished.Text) || r.Layers != 2 || r.Experts != 4 {
		t.Errorf("%d tokens of %d layers and %d experts cover %d of %d bytes", len(r.Tokens), r.Layers, r.Experts, covered, len(more.finished.Text))
	}
	if load, n := r.Load(); n != 10 || load[0] <= 0 {
		t.Errorf("the load is %v over %d tokens", load, n)
	}
	if none, err := again.Routes(id, first.user.ID); err != nil || len(none.Tokens) != 0 {
		t.Errorf("the user's message has %d tokens (%v)", len(none.Tokens), err)
	}
}

// Of a reply that is cut off by the program's end, most of what the experts did is
// there, of no more than the text that is.
func TestRoutesOutliveTheProgram(t *testing.T) {
	b := fast(t, 8)
	id := b.conversation()
	b.engine.Words, b.engine.Pace = words(400), 10*time.Millisecond
	b.engine.Hang, b.engine.HangAt = true, 300
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	next, end := iter.Pull2(b.Send(ctx, id, "Who answers?"))
	reply := app.ID(0)
	for begun := time.Now(); time.Since(begun) < 3*time.Second; {
		e, err, more := next()
		if err != nil || !more {
			t.Fatal("the reply has ended: ", err)
		}
		if e.Started != nil {
			reply = e.Started.ID
		}
	}
	time.Sleep(300 * time.Millisecond) // what is on its way comes to the disk
	killed := t.TempDir()
	check(t, os.CopyFS(killed, os.DirFS(b.dir)))
	stop()
	end()
	again := open(t, killed, apptest.New(words(8), 0))
	r, err := again.Routes(id, reply)
	check(t, err)
	list, err := again.Messages(id)
	check(t, err)
	covered, text := 0, list[len(list)-1].Text
	for _, token := range r.Tokens {
		covered += token.Bytes
	}
	if len(r.Tokens) < 50 || covered > len(text) || covered < len(text)/3 {
		t.Errorf("%d tokens cover %d of %d bytes", len(r.Tokens), covered, len(text))
	}
}
