package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"beyonder/app"
	"beyonder/engine"
)

// Whatever the width, the words and the buttons of a card have places of their own.
func TestCardsDoNotOverlap(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 1))
	for _, crossed := range []func(){nil, func() {}} {
		c := newCard("The context is full: this conversation is as long as the model can see at once.", theme.ColorNameSeparator, crossed,
			action{"Forget the oldest messages", false, nil}, action{"New conversation", true, nil})
		for width := float32(1200); width >= 420; width -= 7 {
			box := newColumn(8, c)
			for range 2 {
				box.Resize(fyne.NewSize(width, box.MinSize().Height))
			}
			text, actions := c.text, c.actions
			right, bottom := text.Position().X+text.Size().Width, text.Position().Y+text.MinSize().Height
			at := actions.Position()
			if at.X < right && at.Y < bottom {
				t.Fatalf("at %v the buttons at %v lie on the text, which ends at %v, %v", width, at, right, bottom)
			}
			if at.Y+actions.Size().Height > c.Size().Height || at.X+actions.Size().Width > width {
				t.Fatalf("at %v the buttons at %v, %v leave the card %v", width, at, actions.Size(), c.Size())
			}
			if crossed != nil && c.close.Position().X+c.close.Size().Width > width {
				t.Fatalf("at %v the cross is at %v", width, c.close.Position())
			}
		}
	}
}

// Where the context is full, the reader may let the oldest messages go, and the
// reply goes on at once.
func TestAFullContextCanBeGoneOnWith(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	r.contextFull(r.messages[1])
	r.press("full", "Settings") // nothing could be forgotten
	if _, panel, _ := r.shownPanels(); !panel {
		t.Error("the settings are not shown")
	}
	r.say("hello again")
	r.contextFull(r.messages[3])
	r.press("full", "Forget the oldest messages")
	if r.job == nil || r.cardText("full") != "" {
		t.Fatal("the reply does not go on")
	}
	r.idle()
	if got := r.stored(); len(got) != 4 || got[3].Text != "Yes. Yes." || r.inForce().Policy != engine.RollWhenFull {
		t.Errorf("stored %+v with the policy %q", got, r.inForce().Policy)
	}
	r.contextFull(app.Message{ID: r.messages[3].ID})
	r.press("full", "Continue")
	r.idle()
	if got := r.stored(); len(got) != 4 || got[3].Siblings != 2 {
		t.Errorf("a reply without a word is not begun anew: %+v", got)
	}
}

// What stands in one line of a card has one middle: its words, its buttons, its cross.
func TestACardOfOneLineHasOneMiddle(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 1))
	c := newCard("Seven conversations imported.", "", func() {}, action{"Undo", false, func() {}})
	w := test.NewTempWindow(t, c)
	w.Resize(fyne.NewSize(792, 200))
	c.Resize(fyne.NewSize(792, 0))
	c.Resize(fyne.NewSize(792, c.MinSize().Height))
	middle := c.Size().Height / 2
	for name, o := range map[string]fyne.CanvasObject{"the words": c.text, "the buttons": c.actions, "the cross": c.close} {
		if at := o.Position().Y + o.Size().Height/2; at < middle-0.75 || at > middle+0.75 {
			t.Errorf("%s have their middle at %v, the card at %v", name, at, middle)
		}
	}
}
