package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// scrolledRig is a window with a conversation that is longer than it is high,
// scrolled to the middle of its last reply.
func scrolledRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, strings.Repeat("Words that fill a line of the page, and one more. ", 120))
	r.win.Resize(fyne.NewSize(1000, 700))
	r.say("hello")
	view := r.transcript.view
	view.scrollTo(view.height / 2)
	return r
}

// What is scrolled away under the header, or below the message field, is not there
// for the pointer.
func TestWhatIsScrolledAwayTakesNoPointer(t *testing.T) {
	r := scrolledRig(t)
	view, c := r.transcript.view, r.win.Canvas()
	inside := fyne.NewPos(600, 300)
	test.MoveMouse(c, inside)
	if view.bars.hover == nil {
		t.Fatal("over the text nothing is hovered: this shows nothing")
	}
	for name, at := range map[string]fyne.Position{"header": fyne.NewPos(700, 10), "below the field": fyne.NewPos(700, 699), "beside the field": fyne.NewPos(270, 660)} {
		test.MoveMouse(c, inside)
		test.MoveMouse(c, at)
		if view.bars.hover != nil && view.bars.hover.box.Visible() {
			t.Errorf("%s: the message under it is hovered", name)
		}
		view.selection = selection{}
		test.TapCanvas(c, at)
		test.Drag(c, at, 40, 40)
		if view.selection != (selection{}) || c.Focused() == fyne.Focusable(view) {
			t.Errorf("%s: the text under it is selected", name)
		}
	}
	offset := r.transcript.scroll.Offset.Y
	test.Scroll(c, fyne.NewPos(700, 10), 0, -25)
	if r.transcript.scroll.Offset.Y <= offset {
		t.Error("the wheel over the header does not turn the page")
	}
}

// A letter typed while a page lies over the window and no field has the keyboard
// goes nowhere: not into the message field behind it.
func TestNothingIsTypedUnderAPage(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	r.regenerate(r.entries()[1].ID)
	r.idle()
	r.openMixture()
	r.win.Canvas().Unfocus()
	r.win.Canvas().OnTypedRune()('x')
	r.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyLeft})
	if r.composer.Text() != "" || r.entries()[1].Sibling != 1 {
		t.Errorf("the field holds %q, shown is version %d", r.composer.Text(), r.entries()[1].Sibling)
	}
	r.key(fyne.KeyEscape)
	r.win.Canvas().Unfocus()
	r.win.Canvas().OnTypedRune()('y')
	if r.composer.Text() != "y" {
		t.Errorf("without the page, the field holds %q", r.composer.Text())
	}
}
