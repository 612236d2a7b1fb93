package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// sideScroll scrolls its content sideways only. Turning the wheel over it moves
// the transcript, as everywhere else: Fyne's own would swallow that.
type sideScroll struct {
	container.Scroll
	onward func(*fyne.ScrollEvent)
}

func newSideScroll(content fyne.CanvasObject, onward func(*fyne.ScrollEvent)) *sideScroll {
	s := &sideScroll{onward: onward}
	s.Direction, s.Content = container.ScrollHorizontalOnly, content
	s.ExtendBaseWidget(s)
	return s
}

// Scrolled implements fyne.Scrollable.
func (s *sideScroll) Scrolled(event *fyne.ScrollEvent) {
	sideways := *event
	sideways.Scrolled.DY = 0
	if event.Scrolled.DX != 0 && s.Content.MinSize().Width > s.Size().Width {
		s.Scroll.Scrolled(&sideways)
	}
	if event.Scrolled.DY != 0 && s.onward != nil {
		up := *event
		up.Scrolled.DX = 0
		s.onward(&up)
	}
}

// MinSize implements fyne.CanvasObject; the height is the content's.
func (s *sideScroll) MinSize() fyne.Size {
	return fyne.NewSize(1, s.Content.MinSize().Height)
}
