package app_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"beyonder/app"
	"beyonder/engine"
	"beyonder/engine/prompt"
)

func TestEditedReplyIsAnotherVersionAndGoesOn(t *testing.T) {
	b := fast(t, 3)
	id := b.conversation()
	r := b.send(id, "x")
	edited, err := b.EditReply(id, r.finished.ID, "My own words")
	check(t, err)
	path := b.messages(id)
	if len(path) != 2 || path[1].Text != "My own words" || path[1].Siblings != 2 || !path[1].Reply.Edited || path[1].ID != edited.ID {
		t.Fatalf("the conversation is %+v", path)
	}
	on := follow(b.Continue(context.Background(), id, edited.ID))
	if on.err != nil || on.finished.Text != "My own words all that is" {
		t.Errorf("gone on with it is %+v (%v)", on.finished, on.err)
	}
	check(t, b.ShowSibling(id, edited.ID, -1))
	if got := b.messages(id)[1].Text; got != b.engine.Text() {
		t.Errorf("the version before is %q", got)
	}
	if _, err := b.EditReply(id, edited.ID, " \n"); !errors.Is(err, app.ErrEmpty) {
		t.Errorf("an empty text: %v", err)
	}
}

func TestReplyThatBeginsWithGivenWords(t *testing.T) {
	b := fast(t, 3)
	id := b.conversation()
	r := follow(b.SendFrom(context.Background(), id, "x", "Well,"))
	if r.started.Text != "Well," || r.finished.Text != "Well, all that is" || r.text != " all that is" {
		t.Errorf("begun with %q, it is %q", r.started.Text, r.finished.Text)
	}
	asked := b.engine.Requests()[0]
	if !asked.Continue || asked.Messages[1] != (prompt.Message{Role: prompt.Assistant, Content: "Well,"}) {
		t.Errorf("the engine was asked for %+v", asked)
	}
	again := follow(b.RegenerateFrom(context.Background(), id, r.finished.ID, "No:"))
	if again.finished.Text != "No: all that is" || again.finished.Siblings != 2 {
		t.Errorf("the other version is %+v", again.finished)
	}
	if text, _ := b.onDisk(id, again.finished.ID); text != again.finished.Text {
		t.Errorf("on disk it is %q", text)
	}
}

func TestExcludedMessagesAreNotSent(t *testing.T) {
	b := fast(t, 2)
	id := b.conversation()
	first := b.send(id, "secret")
	for _, m := range []app.ID{first.user.ID, first.finished.ID} {
		check(t, b.SetExcluded(id, m, true))
	}
	b.send(id, "hello")
	if got := b.engine.Requests()[1].Messages; len(got) != 1 || got[0].Content != "hello" {
		t.Errorf("the engine was given %+v", got)
	}
	path := b.messages(id)
	if !path[0].Excluded || !path[1].Excluded || path[2].Excluded {
		t.Errorf("the conversation is %+v", path)
	}
	check(t, b.SetExcluded(id, first.user.ID, false))
	check(t, b.SetExcluded(id, first.finished.ID, false))
	b.send(id, "again")
	if got := b.engine.Requests()[2].Messages; len(got) != 5 {
		t.Errorf("taken in again, the engine was given %+v", got)
	}
}

// The engine counts the messages that it was given, the window those it shows.
func TestRolledNoticeCountsExcludedMessages(t *testing.T) {
	b := fast(t, 2)
	id := b.conversation()
	first := b.send(id, "one")
	b.send(id, "two")
	check(t, b.SetExcluded(id, first.user.ID, true))
	check(t, b.SetExcluded(id, first.finished.ID, true))
	b.engine.Notice = &engine.Notice{Kind: "rolled", Dropped: 2}
	r := b.send(id, "three")
	if len(r.notices) != 1 || r.notices[0].Dropped != 4 {
		t.Errorf("the notices are %+v: 4 messages stand before the first that is seen", r.notices)
	}
}

func TestVariantsAndBranches(t *testing.T) {
	b := fast(t, 2)
	id := b.conversation()
	r := b.send(id, "one")
	b.send(id, "two")
	other := follow(b.Regenerate(context.Background(), id, r.finished.ID))
	ids, err := b.Variants(id, other.finished.ID)
	check(t, err)
	if !slices.Equal(ids, []app.ID{r.finished.ID, other.finished.ID}) {
		t.Errorf("the versions are %v", ids)
	}
	branch, err := b.Branch(id, r.finished.ID)
	check(t, err)
	if len(branch) != 3 || branch[1].Text != "two" {
		t.Errorf("the branch of the first version is %+v", branch)
	}
}

func TestQueuedMessageLeavesTheDraft(t *testing.T) {
	b := fast(t, 1)
	id := b.conversation()
	check(t, b.SaveDraft(id, "half a thought"))
	r := follow(b.SendQueued(context.Background(), id, "one"))
	c, err := b.Conversation(id)
	check(t, err)
	if r.err != nil || c.Draft != "half a thought" || b.messages(id)[0].Text != "one" {
		t.Errorf("the draft is %q (%v)", c.Draft, r.err)
	}
	edited, err := b.EditReply(id, r.finished.ID, "own")
	check(t, err)
	if c, err = b.Conversation(id); err != nil || c.Draft != "half a thought" || edited.Text != "own" {
		t.Errorf("after a change the draft is %q (%v)", c.Draft, err)
	}
}

func TestQueueSurvives(t *testing.T) {
	b := fast(t, 1)
	id := b.conversation()
	check(t, b.SetQueue(id, []string{"one", "two\nlines"}))
	check(t, b.Close())
	again := open(t, b.dir, b.engine)
	got, err := again.Queue(id)
	check(t, err)
	if strings.Join(got, "|") != "one|two\nlines" {
		t.Errorf("what waits is %q", got)
	}
	check(t, again.SetQueue(id, nil))
	if got, err := again.Queue(id); got != nil || err != nil {
		t.Errorf("what waits is %q (%v)", got, err)
	}
}
