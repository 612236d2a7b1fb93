package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/app/apptest"
	"beyonder/engine"
)

func TestAMessageIsAnswered(t *testing.T) {
	r := newRig(t, "The", "sky", "is", "blue.")
	r.say("Why is it so?")
	messages := r.stored()
	if len(messages) != 2 || messages[0].Text != "Why is it so?" || messages[1].Text != "The sky is blue." {
		t.Fatalf("stored: %+v", messages)
	}
	if messages[1].State != app.Complete {
		t.Errorf("the reply is %q", messages[1].State)
	}
	shown := r.entries()
	if len(shown) != 2 || shown[1].Text != "The sky is blue." || shown[1].State != "complete" {
		t.Errorf("shown: %+v", shown)
	}
	if r.composer.Text() != "" || r.composer.state != composerIdle {
		t.Errorf("the composer holds %q in state %d", r.composer.Text(), r.composer.state)
	}
	if got := r.titlesShown(); len(got) != 1 || got[0] == untitled() {
		t.Errorf("the sidebar lists %q", got)
	}
	if f := r.status.figures; f.size != 8192 || f.used == 0 {
		t.Errorf("the status line shows %q", f)
	}
}

func TestWhatStreamsIsShownAsItComes(t *testing.T) {
	r := newRigWith(t, apptest.New(strings.Fields(strings.Repeat("word ", 40)), 5*time.Millisecond), t.TempDir(), Options{})
	r.write("Go on")
	r.key(fyne.KeyReturn)
	r.until("some of the reply is there", func() bool { return r.job.text.Len() > 20 })
	if r.composer.state != composerBusy || r.sidebar.writing != r.current {
		t.Error("the window does not say that a reply is being written")
	}
	if e := r.entries()[1]; e.State != "streaming" || e.Text != r.job.text.String() {
		t.Errorf("the entry of the reply is %+v", e)
	}
	r.idle()
}

// A reply that ends without a word says so, with what can be done; while it may
// still come, nothing is said.
func TestAReplyWithoutText(t *testing.T) {
	e := apptest.New([]string{}, 0)
	r := newRigWith(t, e, t.TempDir(), Options{})
	r.say("Say nothing")
	if text := sketch(r.transcript); strings.Count(text, `"The reply has no text."`) != 1 || !strings.Contains(text, `button "Regenerate"`) || strings.Contains(text, `button "Continue"`) {
		t.Errorf("on screen is\n%s", text)
	}
	e.Words = []string{"Yes."}
	r.regenerate(uint64(r.stored()[1].ID))
	r.idle()
	if text := sketch(r.transcript); strings.Contains(text, "no text") || !strings.Contains(text, `"Yes."`) {
		t.Errorf("with another version of it, on screen is\n%s", text)
	}
}

// What the status line says of the first token while a reply is written is what
// stands under the message afterwards.
func TestOneFigureForTheFirstToken(t *testing.T) {
	r := newRigWith(t, apptest.New(strings.Fields(strings.Repeat("word ", 60)), 10*time.Millisecond), t.TempDir(), Options{})
	r.write("Go on")
	r.key(fyne.KeyReturn)
	r.until("the figure is there", func() bool { return r.status.figures.firstSeconds > 0 })
	live := r.status.figures.firstSeconds
	r.idle()
	if kept := r.stored()[1].Reply.Done.FirstSeconds; kept != live || r.status.figures.firstSeconds != live {
		t.Errorf("first after %v while it was written, then %v; kept as %v", live, r.status.figures.firstSeconds, kept)
	}
}

// soon is how long a stop may take here: 100 ms are promised, and a machine that
// runs other tests beside these is granted ten times that.
const soon = time.Second

func TestStopKeepsWhatCame(t *testing.T) {
	for name, stop := range map[string]func(*rig){
		"button": func(r *rig) { test.Tap(r.composer.button) },
		"escape": func(r *rig) { r.key(fyne.KeyEscape) },
		"escape with the focus elsewhere": func(r *rig) {
			r.win.Canvas().Focus(r.gear)
			r.key(fyne.KeyEscape)
		},
		"escape without a focus": func(r *rig) {
			r.win.Canvas().Unfocus()
			r.key(fyne.KeyEscape)
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := apptest.New([]string{"one", "two", "three", "four"}, 0)
			e.Hang, e.HangAt = true, 2
			r := newRigWith(t, e, t.TempDir(), Options{})
			r.write("Count")
			r.key(fyne.KeyReturn)
			r.until("two words are there", func() bool { return r.job.text.String() == "one two" })
			begun := time.Now()
			stop(r)
			if r.composer.state != composerStopping {
				t.Error("the button still offers to stop")
			}
			r.idle()
			if took := time.Since(begun); took > soon {
				t.Errorf("stopping took %v", took)
			}
			last := r.stored()[1]
			if last.Text != "one two" || last.State != app.Stopped {
				t.Errorf("stored %q as %q", last.Text, last.State)
			}
			if r.cardText("error") != "" {
				t.Errorf("a stop is shown as an error: %q", r.cardText("error"))
			}
			if f := r.status.figures; f.used != 2 || f.size != 8192 {
				t.Errorf("the status line shows %q", f)
			}
		})
	}
}

func TestShiftEnterBreaksTheLine(t *testing.T) {
	r := newRig(t, "Yes.")
	r.write("one")
	r.composer.entry.modifiers = func() fyne.KeyModifier { return fyne.KeyModifierShift }
	r.key(fyne.KeyReturn)
	r.write("two")
	if got := r.composer.Text(); got != "one\ntwo" {
		t.Fatalf("the composer holds %q", got)
	}
	if r.composer.rows != 2 {
		t.Errorf("it is %d lines high", r.composer.rows)
	}
	if len(r.engine.Requests()) != 0 {
		t.Error("it was sent")
	}
}

func TestAMessageStoppedBeforeItsAnswerCanBeAnswered(t *testing.T) {
	e := newTestEngine()
	r := newRigWith(t, e, t.TempDir(), Options{Model: modelFile(t, "slow.gguf")})
	r.idle()
	r.unload()
	e.Pace, e.LoadSteps = 20*time.Millisecond, 1000
	r.write("hello")
	r.key(fyne.KeyReturn)
	r.until("the model is being loaded", func() bool { return strings.Contains(r.status.activity.text, "Loading slow") })
	r.key(fyne.KeyEscape)
	r.idle()
	e.Pace, e.LoadSteps = 0, 1
	other := r.current
	r.newConversation()
	if r.cardText("unanswered") != "" {
		t.Error("the offer came along to another conversation")
	}
	r.open(other)
	r.press("unanswered", "Answer it")
	r.idle()
	if got := r.entries(); len(got) != 2 || got[1].Text != "Yes." || r.cardText("unanswered") != "" {
		t.Errorf("shown %+v, the card says %q", got, r.cardText("unanswered"))
	}
}

// What could not be stored is still in the composer.
func TestAMessageThatCannotBeStoredIsNotLost(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	r.app.Close()
	r.write("do not lose me")
	r.key(fyne.KeyReturn)
	r.idle()
	if r.composer.Text() != "do not lose me" || r.cardText("error") == "" {
		t.Errorf("the composer holds %q, the card says %q", r.composer.Text(), r.cardText("error"))
	}
}

func TestAFailedReplySaysSoInItsPlace(t *testing.T) {
	e := apptest.New([]string{"one", "two", "three"}, 0)
	e.Fail, e.FailAt = &engine.LostError{Cause: "it was killed (signal 9)"}, 2
	r := newRigWith(t, e, t.TempDir(), Options{})
	r.say("hello")
	last := r.entries()[1]
	if told := sketch(r.transcript); last.Text != "one two" || last.Error == "" || !strings.Contains(told, `killed (signal 9)."`) {
		t.Errorf("the reply is shown as %+v, on the screen %s", last, told)
	}
	if r.composer.state != composerIdle {
		t.Error("nothing more can be sent")
	}
}

func TestWhatIsWrittenGoesOnInTheBackground(t *testing.T) {
	e := apptest.New([]string{"one", "two", "three"}, 0)
	e.Hang, e.HangAt = true, 1
	r := newRigWith(t, e, t.TempDir(), Options{})
	r.write("slowly")
	r.key(fyne.KeyReturn)
	r.until("a word is there", func() bool { return r.job.text.Len() > 0 })
	writing := r.current
	r.newConversation()
	r.write("meanwhile")
	if r.composer.Text() != "meanwhile" || !strings.Contains(r.composer.hint.text, "is being written in") {
		t.Errorf("the composer holds %q and says %q", r.composer.Text(), r.composer.hint.text)
	}
	r.open(writing)
	if got := r.entries()[1]; got.Text != "one" || got.State != "streaming" {
		t.Errorf("on return the reply is %+v", got)
	}
	r.stop()
	r.idle()
}

func TestTheMemorysBeginningIsMarked(t *testing.T) {
	e := apptest.New([]string{"Yes."}, 0)
	r := newRigWith(t, e, t.TempDir(), Options{})
	r.say("one")
	r.say("two")
	e.Notice = &engine.Notice{Kind: "rolled", Dropped: 2}
	r.say("three")
	check := func(when string) {
		shown := r.entries()
		i := slices.IndexFunc(shown, func(e Entry) bool { return e.Role == "notice" })
		if i != 2 || shown[3].Text != "two" {
			t.Errorf("%s the line is at %d of %+v", when, i, shown)
		}
	}
	check("after the reply")
	r.open(r.current)
	check("after coming back")
}

func TestAMessageCanBeChanged(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("first version")
	r.write("a draft")
	r.composer.SetText("")
	r.key(fyne.KeyUp)
	if r.editing == 0 || r.composer.Text() != "first version" {
		t.Fatalf("Up in the empty composer gave %q", r.composer.Text())
	}
	r.key(fyne.KeyEscape)
	if r.editing != 0 || r.composer.Text() == "first version" {
		t.Fatal("Esc did not leave the message")
	}
	r.edit(uint64(r.messages[0].ID))
	r.composer.SetText("second version")
	r.key(fyne.KeyReturn)
	r.idle()
	shown := r.entries()
	if len(shown) != 2 || shown[0].Text != "second version" || shown[0].Siblings != 2 || shown[0].Sibling != 1 {
		t.Fatalf("shown: %+v", shown)
	}
	r.sibling(shown[0].ID, -1)
	if shown := r.entries(); shown[0].Text != "first version" || len(shown) != 2 {
		t.Errorf("the earlier version is %+v", shown)
	}
}

func TestRegenerateAndContinue(t *testing.T) {
	e := apptest.New([]string{"one", "two", "three"}, 0)
	r := newRigWith(t, e, t.TempDir(), Options{})
	r.say("hello")
	r.regenerate(r.entries()[1].ID)
	r.idle()
	if got := r.entries(); len(got) != 2 || got[1].Siblings != 2 || got[1].Text != "one two three" {
		t.Fatalf("after regenerating: %+v", got)
	}
	e.Hang, e.HangAt = true, 1
	r.write("again")
	r.key(fyne.KeyReturn)
	r.until("a word is there", func() bool { return r.job.text.String() == "one" })
	r.stop()
	r.idle()
	e.Hang = false
	r.goOn(r.entries()[3].ID)
	r.idle()
	if got := r.entries(); len(got) != 4 || got[3].Text != "one one two three" || got[3].State != "complete" {
		t.Errorf("after going on: %+v", got)
	}
}

// What must not go unsaid stands above the message field.
func TestNoticesAreTold(t *testing.T) {
	for kind, want := range map[string]string{
		app.NoticeUnsaved: "What comes now cannot be stored.",
		app.NoticeDamaged: "2 messages of this conversation cannot be read",
	} {
		e := newTestEngine()
		e.Notice = &engine.Notice{Kind: kind, Dropped: 2}
		r := newRigWith(t, e, t.TempDir(), Options{})
		r.say("hello")
		if got := r.cardText("error") + r.cardText("warning"); !strings.HasPrefix(got, want) {
			t.Errorf("%s: the card says %q", kind, got)
		}
	}
}
