package ui

import (
	"time"

	"fyne.io/fyne/v2/lang"

	"beyonder/app"
)

// closeTime is how long closing waits for a reply to be kept. The store has all
// of it but the last tenth of a second even if the engine never answers.
const closeTime = 2 * time.Second

// close keeps what is not stored yet and closes the window once the reply that
// is being written has ended.
func (w *Window) close() {
	if w.closing || w.losing.open() {
		return
	}
	w.closing = true
	w.hush()
	w.leave()
	size := w.win.Canvas().Size()
	w.keep(func(s *app.Settings) { s.Window = app.WindowSize{Width: size.Width, Height: size.Height} })
	if w.job == nil && w.loading == nil {
		w.closeStored()
		return
	}
	w.stop()
	w.win.Hide()
	w.late = w.post.after(closeTime, w.closeStored)
}

// closeStored closes the window, unless something that is on the screen would be
// lost with it: then the reader decides.
func (w *Window) closeStored() {
	if w.app.Unstored() == nil {
		w.closeWindow()
		return
	}
	inBackground(w.post, w.app.StoreNow, func(err error) {
		if err == nil {
			w.closeWindow()
			return
		}
		w.closing = false
		w.comeBack()
		w.askLosing(err)
	})
}

func (w *Window) askLosing(err error) {
	text := sentence(err) + " " + lang.L("What is not stored by then is lost when the window closes.")
	w.losing = w.ask(lang.L("Not everything is stored"), text, lang.L("Close anyway"), nil, func() error {
		w.losing.left = func() {} // nothing in the window that is gone gets the cursor
		w.closeWindow()
		return nil
	})
	w.trace.event("close-asked", nil)
}

// Close closes the window as its button does. It may be called from any
// goroutine.
func (w *Window) Close() { w.post(w.close) }

// Gone is called when Fyne's loop has ended, however it did: what comes later
// finds no window.
func (w *Window) Gone() { w.gone() }

// closeNow closes the window when what close waited for has ended.
func (w *Window) closeNow() {
	if w.late != nil && w.late.Stop() {
		w.closeStored()
	}
}
