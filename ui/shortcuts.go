package ui

import "fyne.io/fyne/v2"

// typedRune takes a letter that nothing else has taken. What lies over the window
// keeps it from the message field, which cannot be seen to get it.
func (w *Window) typedRune(r rune) {
	switch {
	case w.modal.open():
		w.modal.typed(r)
	case w.win.Canvas().Overlays().Top() == nil:
		w.composer.TypeRune(r)
	}
}

func (w *Window) typedKey(event *fyne.KeyEvent) {
	if w.modal.open() && w.modal.key(event) {
		return
	}
	if id := w.keys.bound[chord{key: event.Name}]; id != "" {
		w.run(id)
		return
	}
	switch event.Name {
	case fyne.KeyEscape:
		w.escape()
		return
	}
	if w.win.Canvas().Overlays().Top() != nil {
		return
	}
	switch event.Name {
	case fyne.KeyLeft, fyne.KeyRight:
		w.turnVersion(map[fyne.KeyName]int{fyne.KeyLeft: -1, fyne.KeyRight: 1}[event.Name])
	case fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyHome, fyne.KeyEnd:
		w.transcript.Page(event.Name)
	}
}

// escape leaves the uppermost thing that is open: a list over the window, a panel
// over the text, then a change to a message, what is being written or loaded.
func (w *Window) escape() {
	overlays := w.win.Canvas().Overlays()
	switch {
	case w.app.Locked():
	case w.sidebar.giveUpDrag():
	case w.detail != nil && overlays.Top() == w.detail.popup:
		w.detail.close()
	case overlays.Top() != nil:
		overlays.Top().Hide()
	case w.frame.over != "":
		w.uncover()
	case w.speaking != nil:
		w.hush()
	case w.find.open():
		w.find.close()
	case w.editing != 0:
		w.cancelEdit()
		w.sendNext()
	case w.loadingNow() != nil, w.job != nil && w.job.conversation == w.current:
		w.stop()
	}
}
