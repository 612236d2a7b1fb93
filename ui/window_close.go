package ui

import (
	"time"

	"beyonder/app"
)

// closeTime is how long closing waits for a reply to be kept. The store has all
// of it but the last tenth of a second even if the engine never answers.
const closeTime = 2 * time.Second

// close keeps what is not stored yet and closes the window once the reply that
// is being written has ended.
func (w *Window) close() {
	if w.closing {
		return
	}
	w.closing = true
	w.hush()
	w.leave()
	size := w.win.Canvas().Size()
	w.keep(func(s *app.Settings) { s.Window = app.WindowSize{Width: size.Width, Height: size.Height} })
	if w.job == nil && w.loading == nil {
		w.closeWindow()
		return
	}
	w.stop()
	w.win.Hide()
	w.late = w.post.after(closeTime, w.closeWindow)
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
		w.closeWindow()
	}
}
