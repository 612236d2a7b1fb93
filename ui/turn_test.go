package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"beyonder/app"
	"beyonder/engine"
)

// footOf is where the foot of a message stands in the view.
func (r *rig) footOf(id uint64) float32 {
	b := r.transcript.view.byID[id]
	return b.top + b.height - r.transcript.scroll.Offset.Y
}

// A message whose version is turned stays where it is, with what is done with it,
// and what follows it changes: not the other way round.
func TestAMessageThatIsTurnedStays(t *testing.T) {
	r := newRig(t, strings.Repeat("Words that fill a line of the page, and one more. ", 60))
	r.win.Resize(fyne.NewSize(1000, 700))
	r.say("first")
	r.say("second")
	r.say("third")
	first := r.entries()[0].ID
	r.edit(first)
	r.composer.SetText("other")
	r.key(fyne.KeyReturn)
	r.idle()
	v := r.transcript.view
	v.scrollTo(0)
	if _, ok := textPlace(r.transcript, "version 2 of 2"); !ok {
		t.Error("the message does not say that there is another version of it")
	}
	for _, b := range []bool{true, false} { // by mouse, by keyboard
		id := r.entries()[0].ID
		v.scrollTo(0)
		foot := r.footOf(id)
		if b {
			v.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(400, 30)}})
			back := visibleButton(r.transcript, "Previous version")
			back.MouseIn(nil)
			back.Tapped(nil)
			if r.transcript.tip.owner != nil {
				t.Error("the hint of a button that is gone is still there")
			}
		} else {
			v.moveTo(v.byID[id])
			r.win.Canvas().Focus(visibleButton(r.transcript, "Next version"))
			r.key(fyne.KeyReturn)
		}
		now := r.entries()[0].ID
		if now == id {
			t.Fatal("the version was not turned")
		}
		if got := r.footOf(now); got != foot {
			t.Errorf("by mouse %v: the foot was at %v and is at %v", b, foot, got)
		}
		if visibleButton(r.transcript, "Next version") == nil && visibleButton(r.transcript, "Previous version") == nil {
			t.Errorf("by mouse %v: its actions are gone", b)
		}
		if focused, ok := r.win.Canvas().Focused().(*actionButton); !b && (!ok || focused.icon != "next" || visibleButton(r.transcript, focused.tip) == nil) {
			t.Errorf("the keyboard is at %v", r.win.Canvas().Focused())
		}
	}
	v.MouseOut()
	r.composer.Focus()
	v.toBottom()
	r.key(fyne.KeyLeft) // out of view: it comes into view
	if foot := r.footOf(r.entries()[0].ID); len(r.entries()) != 6 || foot <= 0 || foot > r.transcript.scroll.Size().Height {
		t.Errorf("%d messages are shown, the one that was turned ends at %v", len(r.entries()), foot)
	}
}

// The figures are those of the path that is shown.
func TestFiguresFollowTheVersion(t *testing.T) {
	r := newRig(t, "one", "two", "three")
	r.say("hello")
	long := r.status.figures.used
	set := r.inForce().Sampling
	set.Settings.MaxTokens = 1
	r.setSampling(set)
	r.regenerate(r.entries()[1].ID)
	r.idle()
	if got := r.status.figures.used; got != long-2 {
		t.Fatalf("the status line says %d tokens, and %d before", got, long)
	}
	r.sibling(r.entries()[1].ID, -1)
	if got := r.status.figures.used; got != long {
		t.Errorf("with the other version, the status line says %d tokens, not %d", got, long)
	}
}

// An action that changes its message leaves the keyboard where it was.
func TestAnActionKeepsTheKeyboard(t *testing.T) {
	r := newRig(t, "Yes.")
	r.win.Resize(fyne.NewSize(1000, 700))
	r.say("one")
	r.say("two")
	v := r.transcript.view
	v.moveTo(v.byID[r.entries()[0].ID])
	r.win.Canvas().Focus(visibleButton(r.transcript, "Leave out of what the model sees"))
	r.key(fyne.KeyReturn)
	back := visibleButton(r.transcript, "Let the model see it again")
	if !r.entries()[0].Excluded || back == nil || r.win.Canvas().Focused() != fyne.Focusable(back) {
		t.Fatalf("left out: %v; the keyboard is at %v", r.entries()[0].Excluded, r.win.Canvas().Focused())
	}
	r.key(fyne.KeyReturn)
	if r.entries()[0].Excluded {
		t.Error("it is still left out")
	}
}

// What is said of a replay is about that conversation alone.
func TestReplayIsSaidInItsConversation(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	r.Window.say("replay", "Replayed")
	r.newConversation()
	if got := r.cardText("replay"); got != "" {
		t.Errorf("in another conversation it says %q", got)
	}
}

// What is measured here of a reply does not take the place of the engine's own
// figures once it has ended, though both come in one batch.
func TestTheFiguresOfTheEndStay(t *testing.T) {
	r := newRig(t, "one", "two", "three")
	r.say("hello")
	ended := &job{conversation: r.current, pace: pace{written: 3, context: 900}}
	want := r.status.figures
	r.deliver(ended, nil)
	if r.status.figures != want {
		t.Errorf("the status line says %+v, not %+v", r.status.figures, want)
	}
}

func TestWordsOfTheExperts(t *testing.T) {
	for prompt, want := range map[string]string{
		"<|im_start|>user\nWhat is it<|im_end|>\n<|im_start|>assistant\nA cat": "What is it A cat",
		"one · two": "one · two", "a <| b": "a", "": "",
	} {
		if got := unmarked(prompt); got != want {
			t.Errorf("%q is shown as %q, not %q", prompt, got, want)
		}
	}
	s := expertsState{text: "a reply", loaded: engine.Info{Name: "Dense"}}
	if got := s.about(0); !strings.HasPrefix(got, "Nothing is known") {
		t.Errorf("of a reply of who knows whom: %q", got)
	}
	s.dense = true
	if got := s.about(0); got != "Dense is one model, not a mixture of experts." {
		t.Errorf("of a dense model's reply: %q", got)
	}
}

func TestWhatAReplayLeftOut(t *testing.T) {
	r := app.Replayed{Same: true, Was: "für dich", Now: "für dich"}
	if got := replayedText(r); got != "Replayed: the text is the same, byte for byte." {
		t.Errorf("of all: %q", got)
	}
	r.Given = len("für ")
	if got := replayedText(r); !strings.Contains(got, "first 4 characters were not written again") {
		t.Errorf("with given words: %q", got)
	}
}

// Who asks for another version of a reply sees it come, wherever the page was.
func TestAnotherVersionIsSeen(t *testing.T) {
	r := newRig(t, strings.Repeat("Words that fill a line of the page, and one more. ", 60))
	r.win.Resize(fyne.NewSize(1000, 700))
	r.say("first")
	r.say("second")
	r.transcript.view.scrollTo(0)
	r.regenerate(r.entries()[3].ID)
	r.idle()
	if !r.transcript.AtBottom() {
		t.Errorf("the page is at %v", r.transcript.scroll.Offset.Y)
	}
}
