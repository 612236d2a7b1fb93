package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A shortcut is a key with Ctrl (Cmd on a Mac) that works wherever the focus is.
type shortcut struct {
	key  fyne.KeyName
	keys string // as it is written
	what string
	do   func(*Window)
}

func shortcuts() []shortcut {
	return []shortcut{
		{fyne.KeyN, "N", lang.L("New conversation"), (*Window).newConversation},
		{fyne.KeyO, "O", lang.L("Open a model file"), (*Window).openFile},
		{fyne.KeyM, "M", lang.L("Choose a model"), func(w *Window) { w.picker.open() }},
		{fyne.KeyB, "B", lang.L("Show or hide the conversations"), (*Window).toggleSidebar},
		{fyne.KeyPeriod, ".", lang.L("Show or hide the settings"), (*Window).togglePanel},
		{fyne.KeyJ, "J", lang.L("Give the first words of the reply"), func(w *Window) { w.composer.AskOpening() }},
		{fyne.KeyI, "I", lang.L("What was sent for the reply"), aboutReply((*Window).showSent)},
		{fyne.KeyT, "T", lang.L("The reply token by token"), aboutReply((*Window).showTokens)},
		{fyne.KeyD, "D", lang.L("Compare versions"), (*Window).compareKey},
		{fyne.KeyR, "R", lang.L("Replay the reply"), aboutReply((*Window).replay)},
		{fyne.KeyE, "E", lang.L("Colour replies by expert"), (*Window).toggleColours},
		{fyne.KeyE, "Shift+E", lang.L("Show or hide the experts"), (*Window).toggleExperts},
		{fyne.KeyM, "Shift+M", lang.L("Make a mixture of experts"), (*Window).openMixture},
		{fyne.KeyL, "L", lang.L("Go to the message field"), func(w *Window) { w.composer.Focus() }},
		{fyne.KeyF, "F", lang.L("Find in this conversation"), (*Window).openFind},
		{fyne.KeyF, "Shift+F", lang.L("Search all conversations"), (*Window).focusSearch},
		{fyne.KeyS, "Shift+S", lang.L("Export all conversations"), func(w *Window) { w.askExport(0, 0) }},
		{fyne.KeyI, "Shift+I", lang.L("Import conversations"), (*Window).askImport},
		{fyne.KeySlash, "/", lang.L("Show these shortcuts"), (*Window).showShortcuts},
	}
}

// bindKeys gives the window its keys. Widgets that hold the focus pass on what
// they have no use for.
func (w *Window) bindKeys() {
	c := w.win.Canvas()
	for _, s := range shortcuts() {
		key := &desktop.CustomShortcut{KeyName: s.key, Modifier: fyne.KeyModifierShortcutDefault}
		if strings.HasPrefix(s.keys, "Shift+") {
			key.Modifier |= fyne.KeyModifierShift
		}
		c.AddShortcut(key, func(fyne.Shortcut) {
			if !w.app.Locked() {
				s.do(w)
			}
		})
	}
	c.SetOnTypedKey(w.typedKey)
	c.SetOnTypedRune(w.typedRune)
}

// typedRune takes a letter that nothing else has taken.
func (w *Window) typedRune(r rune) {
	if w.modal.open() {
		w.modal.typed(r)
		return
	}
	w.composer.TypeRune(r)
}

func (w *Window) typedKey(event *fyne.KeyEvent) {
	if w.modal.open() && w.modal.key(event) {
		return
	}
	switch event.Name {
	case fyne.KeyEscape:
		w.escape()
	case fyne.KeyLeft, fyne.KeyRight:
		w.turnVersion(map[fyne.KeyName]int{fyne.KeyLeft: -1, fyne.KeyRight: 1}[event.Name])
	case fyne.KeyF1:
		w.showShortcuts()
	case fyne.KeyPageUp, fyne.KeyPageDown:
		w.transcript.Page(event.Name)
	case fyne.KeyF3:
		w.find.step(1)
	case fyne.KeyF2:
		w.sidebar.Rename(w.current)
	}
}

// escape leaves the innermost thing that is open: a list over the window, a
// change to a message, what is being written or loaded, a panel over the text.
func (w *Window) escape() {
	overlays := w.win.Canvas().Overlays()
	switch {
	case w.app.Locked():
	case overlays.Top() != nil:
		overlays.Top().Hide()
	case w.find.open():
		w.find.close()
	case w.editing != 0:
		w.cancelEdit()
		w.sendNext()
	case w.loading != nil, w.job != nil && w.job.conversation == w.current:
		w.stop()
	case w.frame.over != "":
		w.uncover()
	}
}

// showShortcuts lists the keys, side by side where the window is wide.
func (w *Window) showShortcuts() {
	lines := keyLines()
	size := w.win.Canvas().Size()
	width, list := px(420), fyne.CanvasObject(newColumn(8, lines...))
	if half := (len(lines) + 1) / 2; size.Width >= px(900) {
		width = px(840)
		list = container.NewGridWithColumns(2, newPadded(0, 20, 0, 0, newColumn(8, lines[:half]...)), newPadded(0, 0, 0, 20, newColumn(8, lines[half:]...)))
	}
	width = min(width, size.Width-px(64))
	content := newPadded(20, 24, 20, 24, newColumn(8, newPadded(0, 0, 8, 0, newLine(lang.L("Keyboard shortcuts"), titleStyle)), list))
	frame := 2 * theme.InnerPadding() // that a pop-up keeps around what it shows
	height := min(content.MinSize().Height+frame, size.Height-px(32))
	popup := widget.NewPopUp(wheeled(container.NewVScroll(content)), w.win.Canvas())
	popup.Resize(fyne.NewSize(width, height))
	popup.ShowAtPosition(fyne.NewPos((size.Width-width)/2, (size.Height-height)/2))
}

// keyLines are the lines of the list: the shortcuts, then the keys of single parts.
func keyLines() []fyne.CanvasObject {
	var lines []fyne.CanvasObject
	for _, s := range shortcuts() {
		lines = append(lines, keyLine(s.what, strings.Trim(keyName(s.keys), "()")))
	}
	for _, s := range [][2]string{
		{lang.L("Send the message"), lang.L("Enter")}, {lang.L("Break the line"), lang.L("Shift+Enter")}, {lang.L("Stop, or leave"), lang.L("Esc")},
		{lang.L("Turn the page"), lang.L("Page Up, Page Down")}, {lang.L("Change your last message"), lang.L("Up, in an empty field")}, {lang.L("Other versions"), lang.L("Left, Right, in an empty field")},
		{lang.L("Rename the conversation"), "F2"}, {lang.L("Find the next place"), "F3"},
		{lang.L("Move it to the trash"), lang.L("Delete, in the list")}, {lang.L("All that can be done with it"), lang.L("Menu key, in the list")},
	} {
		lines = append(lines, keyLine(s[0], s[1]))
	}
	return lines
}

// keyName writes a shortcut as hints do: "(Ctrl+N)".
func keyName(key string) string {
	if fyne.KeyModifierShortcutDefault == fyne.KeyModifierSuper {
		return "(Cmd+" + key + ")"
	}
	return "(Ctrl+" + key + ")"
}

func keyLine(what, keys string) fyne.CanvasObject {
	return newRow(16, 0, newFlexibleLine(what, bodyStyle), newLine(keys, captionStyle))
}
