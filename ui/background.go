package ui

import (
	"iter"

	"fyne.io/fyne/v2/widget"
)

// inBackground does something slow on a goroutine of its own, and done on the main
// one.
func inBackground(post poster, work func() error, done func(error)) {
	var seq iter.Seq2[struct{}, error] = func(yield func(struct{}, error) bool) {
		if err := work(); err != nil {
			yield(struct{}{}, err)
		}
	}
	follow(post, seq, func([]struct{}) {}, done)
}

// busy does something slow while nothing else can be done in the window.
func (w *Window) busy(text string, work func() error, done func(error)) {
	bar := widget.NewProgressBarInfinite()
	content := newColumn(12, newLine(text, bodyStyle), bar)
	popup := widget.NewModalPopUp(newPadded(20, 24, 20, 24, newSized(320, 0, content)), w.win.Canvas())
	popup.Show()
	inBackground(w.post, work, func(err error) {
		bar.Stop()
		popup.Hide()
		done(err)
	})
}
