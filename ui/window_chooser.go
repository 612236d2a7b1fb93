package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
)

// showChooser shows a list of files or folders that one is to be chosen from.
func (w *Window) showChooser(d *dialog.FileDialog) {
	canvas := w.win.Canvas()
	d.Resize(canvas.Size().Subtract(fyne.NewSize(px(80), px(80))))
	d.Show()
	w.chooser = canvas.Overlays().Top()
}

// asking says whether an answer is waited for before anything else can be done.
func (w *Window) asking() bool {
	return w.modal.open() || w.chooser != nil && slices.Contains(w.win.Canvas().Overlays().List(), w.chooser)
}
