package app_test

import (
	"context"
	"errors"
	"testing"

	"beyonder/app"
	"beyonder/engine"
)

func TestContinue(t *testing.T) {
	b := fast(t, 8)
	s := b.Settings()
	s.Sampling.MaxTokens = 3
	check(t, b.SetSettings(s))
	id := b.conversation()
	first := b.send(id, "x").finished
	if first.Reply.Done.Reason != engine.StopLength {
		t.Fatalf("the first part ended with %q", first.Reply.Done.Reason)
	}
	r := follow(b.Continue(context.Background(), id, first.ID))
	if r.err != nil || r.kinds != "started text finished" || r.started.Text != "all that is" || r.started.ID != first.ID {
		t.Fatalf("the events are %q (%v), started as %+v", r.kinds, r.err, r.started)
	}
	got := b.messages(id)[1]
	if got.Text != "all that is all that is" || r.finished.Text != got.Text || len(got.Reply.Earlier) != 1 || got.Reply.Earlier[0].NewTokens != 3 {
		t.Errorf("it is kept as %+v, %+v", got, got.Reply)
	}
	q := b.engine.Requests()[1]
	if !q.Continue || len(q.Messages) != 2 || q.Messages[1].Content != "all that is" {
		t.Errorf("the engine was asked for %+v", q)
	}
}

func TestContinueWithNothingYet(t *testing.T) {
	b := fast(t, 8)
	b.engine.Fail = errors.New("at once")
	id := b.conversation()
	failed := b.send(id, "x").finished
	b.engine.Fail = nil
	r := follow(b.Continue(context.Background(), id, failed.ID))
	if q := b.engine.Requests()[1]; q.Continue || len(q.Messages) != 1 {
		t.Errorf("the engine was asked for %+v", q)
	}
	if r.finished.Text != b.engine.Text() || r.finished.Error != "" {
		t.Errorf("it finished as %+v", r.finished)
	}
}

func TestContinueOnlyTheLast(t *testing.T) {
	b := fast(t, 8)
	id := b.conversation()
	first := b.send(id, "x")
	b.send(id, "y")
	for _, message := range []app.ID{first.finished.ID, first.user.ID, 99} {
		if r := follow(b.Continue(context.Background(), id, message)); !errors.Is(r.err, app.ErrNotLast) {
			t.Errorf("message %d gave %v, want ErrNotLast", message, r.err)
		}
	}
}

func TestRegenerateKeepsTheOther(t *testing.T) {
	b := fast(t, 8)
	id := b.conversation()
	first := b.send(id, "x").finished
	b.engine.Words = []string{"second"}
	second := follow(b.Regenerate(context.Background(), id, first.ID)).finished
	if second.Siblings != 2 || second.Sibling != 1 || second.Parent != first.Parent {
		t.Errorf("the second version is %+v", second)
	}
	if q := b.engine.Requests()[1]; len(q.Messages) != 1 {
		t.Errorf("the engine was asked for %+v", q.Messages)
	}
	check(t, b.ShowSibling(id, second.ID, -1))
	if path := b.messages(id); len(path) != 2 || path[1].ID != first.ID || path[1].Siblings != 2 {
		t.Errorf("the first version is shown as %+v", path)
	}
}

func TestEdit(t *testing.T) {
	b := fast(t, 8)
	id := b.conversation()
	b.send(id, "one")
	second := b.send(id, "two")
	r := follow(b.Edit(context.Background(), id, second.user.ID, "two again"))
	if r.err != nil || r.user.Siblings != 2 || r.user.Parent != second.user.Parent {
		t.Fatalf("the edited message is %+v (%v)", r.user, r.err)
	}
	path := b.messages(id)
	if len(path) != 4 || path[2].Text != "two again" || path[3].ID != r.finished.ID {
		t.Errorf("the conversation is %+v", path)
	}
	q := b.engine.Requests()[2].Messages
	if len(q) != 3 || q[2].Content != "two again" {
		t.Errorf("the engine was asked for %+v", q)
	}
}
