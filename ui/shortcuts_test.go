package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"beyonder/app/apptest"
)

func (r *rig) shortcut(key fyne.KeyName) {
	s := &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
	if focused, ok := r.win.Canvas().Focused().(fyne.Shortcutable); ok {
		focused.TypedShortcut(s)
	} else {
		r.win.Canvas().(fyne.Shortcutable).TypedShortcut(s)
	}
}

// The shortcuts work while the composer, a field of the settings or nothing has
// the focus.
func TestShortcutsWorkEverywhere(t *testing.T) {
	r := newRig(t, "Yes.")
	r.togglePanel()
	for name, focus := range map[string]fyne.Focusable{
		"composer": r.composer.entry, "number": r.seen().numbers[0].entry, "text": r.seen().system.entry,
		"slider": r.seen().numbers[0].slider, "button": r.gear, "nothing": nil,
	} {
		r.win.Canvas().Focus(focus)
		before := r.frame.sidebarOpen
		r.shortcut(fyne.KeyB)
		if r.frame.sidebarOpen == before {
			t.Errorf("with the focus on %s, Ctrl+B does nothing", name)
		}
		r.key(fyne.KeyF1)
		if r.win.Canvas().Overlays().Top() == nil {
			t.Errorf("with the focus on %s, F1 does nothing", name)
		}
		r.key(fyne.KeyEscape)
		if r.win.Canvas().Overlays().Top() != nil {
			t.Errorf("with the focus on %s, Esc does not close the list of keys", name)
		}
	}
}

// Esc closes what is open over the window before it stops what is written.
func TestEscLeavesTheInnermostFirst(t *testing.T) {
	e := apptest.New([]string{"one", "two"}, 0)
	e.Hang, e.HangAt = true, 1
	r := newRigWith(t, e, t.TempDir(), Options{})
	r.write("hello")
	r.key(fyne.KeyReturn)
	r.until("a word is there", func() bool { return r.job.text.Len() > 0 })
	r.shortcut(fyne.KeyM)
	r.key(fyne.KeyEscape)
	if r.job.stopping || r.picker.list.popup.Visible() {
		t.Fatal("Esc stopped the reply, not the list of models")
	}
	r.key(fyne.KeyEscape)
	r.idle()
}

func TestCtrlNBeginsAConversation(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	r.shortcut(fyne.KeyN)
	if r.current != 0 || len(r.messages) != 0 || r.win.Canvas().Focused() != r.composer.entry {
		t.Error("Ctrl+N did not begin one")
	}
	r.shortcut(fyne.KeyN)
	if len(r.sidebar.shown) != 1 {
		t.Errorf("empty conversations are kept: %q", r.titlesShown())
	}
}

// What is typed while nothing has the focus is meant for the composer.
func TestTypingFindsTheComposer(t *testing.T) {
	r := newRig(t, "Yes.")
	r.win.Canvas().Unfocus()
	for _, c := range "hi" {
		if f := r.win.Canvas().Focused(); f != nil {
			f.TypedRune(c)
		} else {
			r.win.Canvas().OnTypedRune()(c)
		}
	}
	if r.composer.Text() != "hi" {
		t.Errorf("the composer holds %q", r.composer.Text())
	}
}

func TestF2RenamesTheOpenConversation(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	r.win.Canvas().Unfocus()
	r.key(fyne.KeyF2)
	if r.sidebar.renaming != r.current {
		t.Fatal("F2 did not open the title")
	}
	r.sidebar.renameField.SetText("A title of my own")
	r.key(fyne.KeyReturn)
	if c, _ := r.app.Conversation(r.current); c.Title != "A title of my own" || r.win.Title() != "A title of my own – Beyonder" {
		t.Errorf("it is called %q, the window %q", c.Title, r.win.Title())
	}
}

// The list of keys fits into the smallest window; it scrolls.
func TestTheShortcutsFitIntoASmallWindow(t *testing.T) {
	r := newRig(t, "Yes.")
	r.win.Resize(fyne.NewSize(720, 480))
	r.showShortcuts()
	popup := r.win.Canvas().Overlays().Top().(*widget.PopUp)
	at, size := popup.Content.Position(), popup.Content.Size()
	if at.Y < 0 || at.Y+size.Height > 480 || size.Height < 400 {
		t.Errorf("the list is at %v, %v", at, size)
	}
}

// Home and End go to the ends of the conversation from an empty field; in a text
// they are the text's.
func TestHomeAndEndOfAConversation(t *testing.T) {
	r := newRig(t, strings.Repeat("A paragraph of some words that goes on and on.\n\n", 60))
	r.say("tell me")
	offset := func() float32 { return r.transcript.scroll.Offset.Y }
	r.composer.Focus()
	end := offset()
	r.key(fyne.KeyHome)
	if end == 0 || offset() != 0 {
		t.Errorf("Home goes from %v to %v", end, offset())
	}
	r.write("half")
	r.key(fyne.KeyEnd)
	if offset() != 0 {
		t.Errorf("End in a text moves the conversation to %v", offset())
	}
	r.composer.SetText("")
	r.key(fyne.KeyEnd)
	if !r.transcript.AtBottom() || offset() == 0 {
		t.Errorf("End goes to %v, not to the end", offset())
	}
}
