package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"beyonder/app"
	"beyonder/app/apptest"
)

// Text is on disk a tenth of a second after it came, even when nothing comes
// after it that could push it there.
func TestSilentEngineLosesNoText(t *testing.T) {
	b := slow(t, 50, time.Millisecond)
	b.engine.Hang, b.engine.HangAt = true, 10
	want := strings.Join(words(10), " ")
	slack := watchStalls(t, t.TempDir())
	id := b.conversation()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var reply app.ID
	text := ""
	for e, err := range b.Send(ctx, id, "x") {
		check(t, err)
		if e.Started != nil {
			reply = e.Started.ID
		}
		if text += e.Text; text == want && e.Text != "" {
			came := time.Now()
			go func() {
				defer cancel()
				if late := b.storedAfter(id, reply, want, came); late > 100*time.Millisecond+slack.Allowance() {
					t.Errorf("the text was on disk after %v, want at most 100 ms (and %v for the disk)", late, slack.Allowance())
				}
			}()
		}
	}
}

// storedAfter waits until a reply's text is on disk.
func (b *bench) storedAfter(id, reply app.ID, want string, came time.Time) time.Duration {
	for time.Since(came) < 5*time.Second {
		text, state, err := b.OnDisk(id, reply)
		if err == nil && state == app.Streaming && text == want {
			break
		}
		time.Sleep(time.Millisecond)
	}
	return time.Since(came)
}

// While a reply is written, Messages shows it as far as it has come, whoever asks.
func TestGrowingReplyIsShown(t *testing.T) {
	b := fast(t, 30)
	id := b.conversation()
	text := ""
	for e, err := range b.Send(context.Background(), id, "x") {
		check(t, err)
		if text += e.Text; e.Text == "" || e.Finished != nil {
			continue
		}
		m := b.messages(id)[1]
		if m.Text != text || m.State != app.Streaming || m.Reply == nil || m.Reply.Model == "" {
			t.Fatalf("after %q it is shown as %+v", text, m)
		}
	}
}

// A window that closes does so from the thread that the consumer may be waiting
// for: Close must not wait for it.
func TestCloseWhileTheConsumerIsStuck(t *testing.T) {
	b := slow(t, 1000, time.Millisecond)
	id := b.conversation()
	inside, closed := make(chan string), make(chan bool)
	over := make(chan bool)
	go func() {
		defer close(over)
		text := ""
		for e := range b.Send(context.Background(), id, "x") {
			if text += e.Text; len(text) > 50 && inside != nil {
				inside <- text
				inside = nil
				<-closed
			}
		}
	}()
	text := <-inside
	start := time.Now()
	check(t, b.Close())
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("Close took %v", took)
	}
	close(closed)
	<-over

	b = open(t, b.dir, apptest.New(words(5), 0))
	m := b.messages(id)[1]
	if m.State != app.Interrupted || !strings.HasPrefix(m.Text, text) {
		t.Errorf("it is kept as %+v, the consumer had %q", m, text)
	}
	if m.Reply.Done.NewTokens != len(strings.Fields(m.Text)) { // the next Open would not know that
		t.Errorf("its figures are %+v: it was left to the next Open", m.Reply.Done)
	}
	r := follow(b.Continue(context.Background(), id, m.ID))
	if r.err != nil || !strings.HasPrefix(r.finished.Text, m.Text+" all that is") {
		t.Errorf("gone on with it is %+v (%v)", r.finished, r.err)
	}
}

func TestDeleteStopsTheReply(t *testing.T) {
	b := slow(t, 1000, time.Millisecond)
	id := b.conversation()
	var r answer
	for e, err := range b.Send(context.Background(), id, "x") {
		check(t, err)
		if r.take(e); e.Text != "" && len(r.text) < 5 {
			check(t, b.Delete(id))
		}
	}
	if r.finished == nil || r.finished.State != app.Stopped {
		t.Errorf("it finished as %+v", r.finished)
	}
	check(t, b.Restore(id))
	if m := b.messages(id)[1]; m.Text != r.text || m.State != app.Stopped {
		t.Errorf("restored it is %+v", m)
	}
}

func TestEmptyTrashUnderAReply(t *testing.T) {
	b := slow(t, 1000, time.Millisecond)
	id := b.conversation()
	var r answer
	for e, err := range b.Send(context.Background(), id, "x") {
		check(t, err)
		if r.take(e); e.Text != "" && len(r.text) < 5 {
			check(t, b.Delete(id))
			check(t, b.EmptyTrash())
		}
	}
	if _, err := b.Conversation(id); err == nil {
		t.Error("the conversation is still there")
	}
	if r := b.send(b.conversation(), "y"); r.err != nil && r.finished == nil {
		t.Errorf("the next message gave %v", r.err)
	}
}
