package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"beyonder/engine/prompt"
)

func (r *rig) ctrl(key fyne.KeyName) {
	r.t.Helper()
	shortcut := &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
	if focused, ok := r.win.Canvas().Focused().(fyne.Shortcutable); ok {
		focused.TypedShortcut(shortcut)
		return
	}
	r.win.Canvas().(fyne.Shortcutable).TypedShortcut(shortcut)
}

func TestLeftAndRightTurnVersions(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	for range 2 {
		r.regenerate(r.entries()[1].ID)
		r.idle()
	}
	at := func() string { return r.entries()[1].caption() }
	if got := at(); !strings.Contains(got, "version 3 of 3") {
		t.Fatalf("shown is %q", got)
	}
	for _, step := range []struct {
		key  fyne.KeyName
		want string
	}{{fyne.KeyLeft, "2 of 3"}, {fyne.KeyLeft, "1 of 3"}, {fyne.KeyLeft, "1 of 3"}, {fyne.KeyRight, "2 of 3"}} {
		r.composer.Focus()
		r.key(step.key)
		if got := at(); !strings.Contains(got, step.want) {
			t.Errorf("after %s shown is %q, want %s", step.key, got, step.want)
		}
	}
	r.transcript.view.moveTo(r.transcript.view.byID[r.entries()[1].ID])
	r.win.Canvas().Focus(r.transcript.view)
	r.key(fyne.KeyRight)
	if got := at(); !strings.Contains(got, "3 of 3") {
		t.Errorf("with the keyboard at the message, %q is shown", got)
	}
	r.key(fyne.KeyLeft)
	r.write("some text")
	r.key(fyne.KeyRight)
	if got := at(); !strings.Contains(got, "2 of 3") {
		t.Errorf("with text in the field, %q is shown", got)
	}
}

// caption is what the foot of an entry says.
func (e Entry) caption() string { return newBubble(e).caption() }

func TestAReplyIsEditedBesideTheOld(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	r.write("a draft")
	r.edit(r.entries()[1].ID)
	if r.composer.Text() != "Yes." || !strings.Contains(r.composer.hint.text, "version of the reply") {
		t.Fatalf("the field holds %q, the hint says %q", r.composer.Text(), r.composer.hint.text)
	}
	r.composer.SetText("Yes, and")
	r.key(fyne.KeyReturn)
	r.idle()
	shown := r.entries()[1]
	if shown.Text != "Yes, and" || shown.Siblings != 2 || !shown.Cut || !strings.Contains(shown.caption(), "changed by you") {
		t.Errorf("shown is %+v", shown)
	}
	if r.composer.Text() != "a draft" || len(r.engine.Requests()) != 1 {
		t.Errorf("the field holds %q after %d requests", r.composer.Text(), len(r.engine.Requests()))
	}
	r.goOn(shown.ID)
	r.idle()
	if got := r.entries()[1].Text; got != "Yes, and Yes." {
		t.Errorf("gone on with it is %q", got)
	}
	r.turnVersion(-1)
	if got := r.entries()[1].Text; got != "Yes." {
		t.Errorf("the old version is %q", got)
	}
}

func TestAMessageIsLeftOut(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("secret")
	for _, e := range r.entries() {
		r.exclude(e.ID)
	}
	shown := r.entries()
	if !shown[0].Excluded || !strings.Contains(shown[1].caption(), "not seen by the model") {
		t.Fatalf("shown are %+v", shown)
	}
	veils := 0
	for _, row := range r.transcript.view.live {
		if row.kind == chunkRow && len(row.box.Objects) == map[bool]int{true: 3, false: 2}[row.owner.user()] {
			veils++
		}
	}
	if veils != 2 {
		t.Errorf("%d texts are muted", veils)
	}
	r.say("hello")
	if sent := r.engine.Requests()[1].Messages; len(sent) != 1 || sent[0].Content != "hello" {
		t.Errorf("the model was given %+v", sent)
	}
	r.exclude(r.entries()[0].ID)
	if r.entries()[0].Excluded {
		t.Error("it is still left out")
	}
}

func TestAReplyBeginsWithGivenWords(t *testing.T) {
	r := newRig(t, "indeed.")
	r.ctrl(fyne.KeyJ)
	if r.composer.opening == nil || r.win.Canvas().Focused() != fyne.Focusable(r.composer.opening) {
		t.Fatal("the line for the first words does not have the focus")
	}
	r.composer.opening.SetText("Yes,")
	r.enter("hello")
	r.idle()
	if got := r.entries()[1].Text; got != "Yes, indeed." || r.composer.opening != nil {
		t.Errorf("the reply is %q", got)
	}
	if sent := r.engine.Requests()[0]; !sent.Continue || sent.Messages[1].Role != prompt.Assistant {
		t.Errorf("the engine was asked for %+v", sent)
	}
	r.composer.AskOpening()
	r.composer.opening.SetText("No,")
	r.key(fyne.KeyReturn)
	r.idle()
	if e := r.entries()[1]; e.Text != "No, indeed." || e.Siblings != 2 {
		t.Errorf("regenerated it is %+v", e)
	}
	r.composer.AskOpening()
	r.key(fyne.KeyEscape)
	if r.composer.opening != nil || r.win.Canvas().Focused() != fyne.Focusable(r.composer.entry) {
		t.Error("Esc does not close the line")
	}
}
