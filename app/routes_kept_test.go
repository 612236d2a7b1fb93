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
	var tokens, covered, bytes int
	for begun := time.Now(); time.Since(begun) < 30*time.Second; time.Sleep(300 * time.Millisecond) { // a busy disk is slow
		killed := t.TempDir()
		check(t, os.CopyFS(killed, os.DirFS(b.dir)))
		tokens, covered, bytes = routesOfLast(t, killed, id, reply)
		if tokens >= 50 && covered >= bytes/3 {
			break
		}
	}
	stop()
	end()
	if tokens < 50 || covered > bytes || covered < bytes/3 {
		t.Errorf("%d tokens cover %d of %d bytes", tokens, covered, bytes)
	}
}

// routesOfLast is of how many tokens of a reply the routes are in a folder, and how many
// bytes of the conversation's last message those are, of how many.
func routesOfLast(t *testing.T, dir string, conversation, reply app.ID) (tokens, covered, bytes int) {
	t.Helper()
	a := open(t, dir, apptest.New(words(8), 0))
	defer func() { check(t, a.Close()) }()
	r, err := a.Routes(conversation, reply)
	check(t, err)
	list, err := a.Messages(conversation)
	check(t, err)
	for _, token := range r.Tokens {
		covered += token.Bytes
	}
	return len(r.Tokens), covered, len(list[len(list)-1].Text)
}
