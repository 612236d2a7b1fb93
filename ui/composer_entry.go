package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// composerEntry is the text field of the composer. It turns the usual rule of
// a multi-line field around: Enter sends, Shift+Enter breaks the line.
type composerEntry struct {
	widget.Entry
	onSend    func()
	onUpEmpty func()

	onSideEmpty func(step int) // Left and Right while nothing stands in it

	onFocus   func(bool)
	onPaste   func(text string) bool  // false: the field takes it
	long      func() bool             // the text has pages of its own to turn
	modifiers func() fyne.KeyModifier // that are held now
}

func newComposerEntry() *composerEntry {
	e := &composerEntry{modifiers: heldModifiers}
	e.ExtendBaseWidget(e)
	e.MultiLine = true
	e.Wrapping = fyne.TextWrapWord
	return e
}

// CreateRenderer implements fyne.Widget.
func (e *composerEntry) CreateRenderer() fyne.WidgetRenderer {
	return frameless{e.Entry.CreateRenderer()}
}

// heldModifiers asks the driver: a key event does not carry its modifiers.
func heldModifiers() fyne.KeyModifier {
	if driver, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		return driver.CurrentKeyModifiers()
	}
	return 0
}

// TypedKey implements fyne.Focusable.
func (e *composerEntry) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if e.modifiers()&fyne.KeyModifierShift == 0 {
			e.onSend()
			return
		}
		e.Entry.TypedKey(event)
	case fyne.KeyUp:
		if e.Text == "" {
			e.onUpEmpty()
			return
		}
		e.Entry.TypedKey(event)
	case fyne.KeyLeft, fyne.KeyRight:
		if e.Text != "" {
			e.Entry.TypedKey(event)
			return
		}
		e.onSideEmpty(map[fyne.KeyName]int{fyne.KeyLeft: -1, fyne.KeyRight: 1}[event.Name])
	case fyne.KeyHome, fyne.KeyEnd:
		if e.Text != "" {
			e.Entry.TypedKey(event)
			return
		}
		passKey(e, event) // goes to an end of the conversation
	case fyne.KeyPageUp, fyne.KeyPageDown:
		if e.long() {
			e.Entry.TypedKey(event)
		} else {
			passKey(e, event) // turns the page of the conversation
		}
	default:
		if event.Name == fyne.KeyEscape || isFunctionKey(event.Name) {
			passKey(e, event)
			return
		}
		e.Entry.TypedKey(event)
	}
}

// TypedShortcut implements fyne.Shortcutable: the field keeps its own (copy,
// paste, undo, word by word), the window has the rest.
func (e *composerEntry) TypedShortcut(shortcut fyne.Shortcut) {
	if p, ok := shortcut.(*fyne.ShortcutPaste); ok {
		// Fyne's field would let go of the selection for a clipboard that holds no text.
		if text := p.Clipboard.Content(); text == "" || e.onPaste(text) {
			return
		}
	}
	e.Entry.TypedShortcut(shortcut)
	passShortcut(e, shortcut)
}

// FocusGained implements fyne.Focusable.
func (e *composerEntry) FocusGained() {
	e.Entry.FocusGained()
	e.onFocus(true)
}

// FocusLost implements fyne.Focusable.
func (e *composerEntry) FocusLost() {
	e.Entry.FocusLost()
	e.onFocus(false)
}

// AcceptsTab implements fyne.Tabbable: Tab moves on to the next control.
func (e *composerEntry) AcceptsTab() bool { return false }
