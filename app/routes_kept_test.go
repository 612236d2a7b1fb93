package app_test

import (
	"context"
	"testing"

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
