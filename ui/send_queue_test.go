package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/app/apptest"
)

// slowly opens a window whose engine takes its time for four words.
func slowly(t *testing.T) *rig {
	t.Helper()
	return newRigWith(t, apptest.New([]string{"one", "two", "three", "four"}, 20*time.Millisecond), t.TempDir(), Options{})
}

// enter types a text into the composer and presses Enter.
func (r *rig) enter(text string) {
	r.write(text)
	r.key(fyne.KeyReturn)
}

func (r *rig) texts(id app.ID) string {
	r.t.Helper()
	messages, err := r.app.Messages(id)
	if err != nil {
		r.t.Fatal(err)
	}
	var texts []string
	for _, m := range messages {
		texts = append(texts, m.Text)
	}
	return strings.Join(texts, "|")
}

func TestMessagesWaitInLine(t *testing.T) {
	r := slowly(t)
	r.enter("a")
	r.until("it is being written", func() bool { return r.job.reply != 0 })
	r.write("b")
	if !strings.Contains(r.composer.hint.text, "in line") {
		t.Errorf("the hint says %q", r.composer.hint.text)
	}
	r.key(fyne.KeyReturn)
	r.enter("c")
	r.enter("never")
	if got := strings.Join(r.composer.queue, " "); got != "b c never" || r.composer.Text() != "" {
		t.Fatalf("in line is %q, the field holds %q", got, r.composer.Text())
	}
	if kept, err := r.app.Queue(r.current); err != nil || len(kept) != 3 {
		t.Errorf("kept is %q (%v)", kept, err)
	}
	test.Tap(r.queueButtons(2)[0]) // thrown away
	r.write("half")
	r.until("all are sent", func() bool { return len(r.composer.queue) == 0 && r.job == nil })
	reply := "|one two three four"
	if got, want := r.texts(r.current), "a"+reply+"|b"+reply+"|c"+reply; got != want {
		t.Errorf("the conversation is %q, want %q", got, want)
	}
	if r.composer.Text() != "half" {
		t.Errorf("the field holds %q", r.composer.Text())
	}
	if kept, err := r.app.Queue(r.current); kept != nil || err != nil {
		t.Errorf("kept is %q (%v)", kept, err)
	}
}

func (r *rig) queueButtons(i int) []*glyphButton {
	return r.composer.pieces.Objects[i].(*focusRow).buttons
}

// The buttons of a message in line are seen while the keyboard is at one of them,
// and when it will be sent is said in words that fit.
func TestTheKeyboardInTheLine(t *testing.T) {
	r := slowly(t)
	r.engine.Hang, r.engine.HangAt = true, 2
	r.enter("a")
	r.until("it is being written", func() bool { return r.job.text.String() == "one two" })
	for _, text := range []string{"b", "c", "d"} {
		r.enter(text)
	}
	for i, want := range []string{"Is sent when the reply has ended", "Is sent 1 reply later", "Is sent 2 replies later"} {
		if got := r.composer.queueCaption(i); got != want {
			t.Errorf("message %d in line says %q", i, got)
		}
	}
	row := r.composer.pieces.Objects[1].(*focusRow)
	test.WidgetRenderer(row)
	r.win.Canvas().Focus(row)
	r.win.Canvas().Focus(row.buttons[0])
	if !row.buttons[0].Visible() {
		t.Error("the button that has the keyboard cannot be seen")
	}
	r.composer.Focus()
	if row.buttons[0].Visible() {
		t.Error("the button is seen when the keyboard has left it")
	}
	r.key(fyne.KeyEscape)
	r.idle()
}

func TestAStopHoldsWhatWaits(t *testing.T) {
	r := slowly(t)
	r.engine.Hang, r.engine.HangAt = true, 2
	r.enter("a")
	r.until("it is being written", func() bool { return r.job.text.String() == "one two" })
	r.enter("b")
	r.enter("c")
	r.key(fyne.KeyEscape)
	r.idle()
	r.engine.Hang = false
	if !r.composer.held || len(r.composer.queue) != 2 {
		t.Fatalf("in line is %q, held: %v", r.composer.queue, r.composer.held)
	}
	r.key(fyne.KeyReturn) // in the empty field
	r.until("both are sent", func() bool { return len(r.composer.queue) == 0 && r.job == nil })
	if got := r.texts(r.current); !strings.Contains(got, "|b|one two three four|c|one two three four") {
		t.Errorf("the conversation is %q", got)
	}
}

func TestAWaitingMessageIsSentToItsConversation(t *testing.T) {
	r := slowly(t)
	r.enter("a")
	r.until("it is being written", func() bool { return r.job.reply != 0 })
	first := r.current
	r.newConversation()
	if r.sidebar.writing != first {
		t.Error("the sidebar does not mark the conversation that is being written in")
	}
	r.enter("b")
	second := r.current
	if len(r.composer.queue) != 1 || r.job.conversation != first {
		t.Fatalf("in line is %q", r.composer.queue)
	}
	r.newConversation()
	r.write("a draft")
	r.until("both are answered", func() bool { return len(r.line) == 0 && r.job == nil })
	if a, b := r.texts(first), r.texts(second); a != "a|one two three four" || b != "b|one two three four" {
		t.Errorf("the conversations are %q and %q", a, b)
	}
	if r.composer.Text() != "a draft" || r.current == first || r.current == second {
		t.Errorf("conversation %d is open with %q", r.current, r.composer.Text())
	}
}

func TestWhatWaitedIsThereAfterARestart(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	id := r.current
	if err := r.app.SetQueue(id, []string{"still to be said"}); err != nil {
		t.Fatal(err)
	}
	r.newConversation()
	r.open(id)
	if !r.composer.held || len(r.composer.queue) != 1 || r.job != nil {
		t.Fatalf("in line is %q, held: %v", r.composer.queue, r.composer.held)
	}
	test.Tap(r.queueButtons(0)[0])
	r.idle()
	if got := r.texts(id); got != "hello|Yes.|still to be said|Yes." {
		t.Errorf("the conversation is %q", got)
	}
}

// While a message is being changed, a reply may be begun elsewhere. The words are
// not lost, and what waits in the same conversation waits for them.
func TestAChangeAndTheLine(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	id := r.current
	r.edit(r.entries()[0].ID)
	r.composer.SetText("hello again")
	r.line = []waiting{{id, "and this"}}
	r.sendNext()
	if r.job != nil || len(r.line) != 1 {
		t.Fatal("what waits was sent into the conversation that is being changed")
	}
	r.job = &job{conversation: id + 1, cancel: func() {}}
	r.key(fyne.KeyReturn)
	if r.composer.Text() != "hello again" || r.editing == 0 || !strings.Contains(r.cardText("writing"), "when it has ended") {
		t.Errorf("the field holds %q, the card says %q", r.composer.Text(), r.cardText("writing"))
	}
	r.job = nil
	r.key(fyne.KeyEscape)
	r.until("what waited is answered", func() bool { return len(r.line) == 0 && r.job == nil })
	if got := r.texts(id); got != "hello|Yes.|and this|Yes." {
		t.Errorf("the conversation is %q", got)
	}
}

func TestAWaitingMessageIsTakenBack(t *testing.T) {
	r := slowly(t)
	r.enter("a")
	r.until("it is being written", func() bool { return r.job.reply != 0 })
	r.enter("b")
	r.composer.pieces.Objects[0].(*focusRow).Tapped(nil)
	if r.composer.Text() != "b" || len(r.composer.queue) != 0 {
		t.Errorf("the field holds %q, in line is %q", r.composer.Text(), r.composer.queue)
	}
	r.idle()
}
