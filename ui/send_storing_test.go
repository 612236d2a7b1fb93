package ui

import (
	"context"
	"iter"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/app/apptest"
)

// storedLate is an answer of which the disk is still full of work when it has ended.
func storedLate(answer iter.Seq2[app.Event, error], disk <-chan struct{}) iter.Seq2[app.Event, error] {
	return func(yield func(app.Event, error) bool) {
		answer(yield)
		<-disk
	}
}

// A reply that has ended is shown so at once, with a busy disk too: what is sent
// next is taken, and a line that waits keeps its order.
func TestABusyDiskHoldsNothingUp(t *testing.T) {
	e := apptest.New([]string{"one", "two"}, 0)
	e.Hang, e.HangAt = true, 1
	r := newRigWith(t, e, t.TempDir(), Options{})
	id := r.ensureConversation()
	disk := make(chan struct{})
	j := &job{conversation: id, typed: "a"}
	r.start(j, func(ctx context.Context) iter.Seq2[app.Event, error] {
		return storedLate(r.app.Send(ctx, id, "a"), disk)
	})
	r.until("a word is there", func() bool { return j.text.Len() > 0 })
	begun := time.Now()
	test.Tap(r.composer.button)
	r.until("the stop is shown", func() bool { return r.job == nil })
	if took := time.Since(begun); took > soon {
		t.Errorf("stopping took %v", took)
	}
	if r.composer.state != composerIdle || r.sidebar.writing != 0 || r.status.activity.text != "" {
		t.Errorf("the button is in state %v, the sidebar marks %v, the status says %q", r.composer.state, r.sidebar.writing, r.status.activity.text)
	}
	if e := r.entries(); len(e) != 2 || e[1].State != string(app.Stopped) || e[1].Text != "one" {
		t.Errorf("shown are %+v", e)
	}
	if r.storing != j {
		t.Fatal("it is said to be stored")
	}
	e.Hang = false
	r.write("b")
	r.key("Return") // before the first one is stored
	r.until("the next reply ends", func() bool { return r.storing != j && r.job == nil })
	if got := r.texts(id); got != "a|one|b|one two" {
		t.Errorf("the conversation is %q", got)
	}
	close(disk)
	r.until("the first one is stored", func() bool { return r.storing == nil })
	r.pass(50 * time.Millisecond)
	if r.job != nil || r.composer.state != composerIdle || r.cardText("error") != "" {
		t.Errorf("a job %v, state %v, a card %q", r.job, r.composer.state, r.cardText("error"))
	}
}

// What waits in line is sent before what is written while the reply before it is
// on its way to the disk.
func TestALineKeepsItsOrderOnABusyDisk(t *testing.T) {
	r := slowly(t)
	id := r.ensureConversation()
	disk := make(chan struct{})
	j := &job{conversation: id, typed: "a"}
	r.start(j, func(ctx context.Context) iter.Seq2[app.Event, error] {
		return storedLate(r.app.Send(ctx, id, "a"), disk)
	})
	r.until("it is being written", func() bool { return j.reply != 0 })
	r.enter("b")
	r.until("it has ended", func() bool { return r.job == nil })
	r.enter("c")
	close(disk)
	r.until("all are sent", func() bool { return len(r.composer.queue) == 0 && r.job == nil && r.storing == nil })
	reply := "|one two three four"
	if got, want := r.texts(id), "a"+reply+"|b"+reply+"|c"+reply; got != want {
		t.Errorf("the conversation is %q, want %q", got, want)
	}
}

// Enter in the empty field sends what a stop holds, also before the stopped reply is
// stored.
func TestAHeldLineGoesOnOnABusyDisk(t *testing.T) {
	r := slowly(t)
	r.engine.Hang, r.engine.HangAt = true, 2
	id := r.ensureConversation()
	disk := make(chan struct{})
	j := &job{conversation: id, typed: "a"}
	r.start(j, func(ctx context.Context) iter.Seq2[app.Event, error] {
		return storedLate(r.app.Send(ctx, id, "a"), disk)
	})
	r.until("it is being written", func() bool { return j.text.String() == "one two" })
	r.enter("b")
	r.enter("c")
	r.key(fyne.KeyEscape)
	r.until("the stop is shown", func() bool { return r.job == nil })
	if !r.composer.held || r.storing != j {
		t.Fatalf("in line is %q, held: %v, is stored: %v", r.composer.queue, r.composer.held, r.storing != j)
	}
	r.engine.Hang = false
	r.key(fyne.KeyReturn) // in the empty field
	r.until("both are sent", func() bool { return len(r.composer.queue) == 0 && r.job == nil && r.storing != j })
	close(disk)
	r.until("the first is stored", func() bool { return r.job == nil && r.storing == nil })
	r.pass(50 * time.Millisecond)
	if got := r.texts(id); !strings.Contains(got, "|b|one two three four|c|one two three four") {
		t.Errorf("the conversation is %q", got)
	}
}

// A loading that was stopped has ended for the reader with the click, whatever the
// engine still does; a message sent then loads the model anew.
func TestStoppedLoadingIsShownAtOnce(t *testing.T) {
	e := apptest.New([]string{"Yes."}, 20*time.Millisecond)
	e.Unload()
	e.LoadSteps = 1000
	r := newRigWith(t, e, t.TempDir(), Options{Model: modelFile(t, "big.gguf")})
	r.until("loading is under way", func() bool { return r.cardText("loading") != "" })
	r.enter("hello") // waits for the model
	if r.composer.note == "" {
		t.Error("nothing says that the message waits")
	}
	r.stop()
	if r.composer.state != composerIdle || r.cardText("loading") != "" || r.status.activity.text != "" || r.composer.note != "" {
		t.Errorf("state %v, card %q, status %q, note %q", r.composer.state, r.cardText("loading"), r.status.activity.text, r.composer.note)
	}
	if r.composer.Text() != "hello" {
		t.Errorf("the field holds %q", r.composer.Text())
	}
	r.idle()
	if len(r.messages) != 0 || r.cardText("error") != "" {
		t.Errorf("%d messages, a card %q", len(r.messages), r.cardText("error"))
	}
	if r.events[len(r.events)-1] != "loading-stopped" && r.traced["loading-stopped"] == nil {
		t.Error("the stop is not traced")
	}
}

// A reply for which the disk was full is tried again: when it is stored, nothing goes
// on saying that it could not be.
func TestAFullDiskIsSaidWhileItIs(t *testing.T) {
	r := newRigWith(t, apptest.New([]string{"one", "two"}, 0), t.TempDir(), Options{})
	id := r.ensureConversation()
	j := &job{conversation: id, typed: "a"}
	r.start(j, func(ctx context.Context) iter.Seq2[app.Event, error] {
		return func(yield func(app.Event, error) bool) {
			for e, err := range r.app.Send(ctx, id, "a") {
				if !yield(e, err) {
					return
				}
			}
			yield(app.Event{}, app.ErrFull)
		}
	})
	r.until("it is said", func() bool { return r.cardText("error") == sentence(app.ErrFull) })
	r.until("it is taken back", func() bool { return r.cardText("error") == "" })
}

// What has to do with a reply and is asked for while one is being written is not done,
// and not swallowed either: the window says why, until that reply has ended. From then
// on it is done, also before the disk has the reply.
func TestWhatAReplyInTheWayForbidsIsSaid(t *testing.T) {
	const busy = "A reply is being written. Stop it, or wait until it has ended."
	r := slowly(t)
	r.enter("a")
	r.idle()
	id := r.current
	disk := make(chan struct{})
	defer close(disk)
	r.start(&job{conversation: id, stored: true, fresh: true}, func(ctx context.Context) iter.Seq2[app.Event, error] {
		return storedLate(r.app.Regenerate(ctx, id, r.messages[1].ID), disk)
	})
	r.until("a word is there", func() bool { return r.job.text.Len() > 0 })
	for name, do := range map[string]func(){
		"regenerate":         func() { r.run("reply.regenerate") },
		"continue":           func() { r.run("reply.continue") },
		"what was sent":      func() { r.run("reply.sent") },
		"edit":               func() { r.edit(uint64(r.messages[0].ID)) },
		"the version before": func() { r.turnVersion(-1) },
		"another model":      func() { r.load(modelFile(t, "other.gguf"), false, nil) },
	} {
		r.cards.clear("writing")
		do()
		if got := r.cardText("writing"); got != busy && !strings.HasPrefix(got, "A reply is being written. Stop it, or load") {
			t.Errorf("%s: the window says %q", name, got)
		}
	}
	r.until("it has ended", func() bool { return r.job == nil })
	if r.cardText("writing") != "" {
		t.Error("it goes on saying so")
	}
	if r.storing == nil {
		t.Fatal("it is stored already")
	}
	r.turnVersion(-1)
	if got := r.messages[1].Sibling; got != 0 {
		t.Errorf("shown is version %d, want 0", got)
	}
	r.edit(uint64(r.messages[0].ID))
	if r.editing != r.messages[0].ID {
		t.Error("the message is not taken into the composer")
	}
	r.cancelEdit()
	for _, key := range []string{"reply.regenerate", "reply.continue"} {
		r.run(key)
		if r.job == nil {
			t.Fatalf("%s does nothing", key)
		}
		r.until("it is done", func() bool { return r.job == nil })
	}
	if got, want := r.messages[1].Text, "one two three four one two three four"; got != want {
		t.Errorf("the reply is %q, want %q", got, want)
	}
}
