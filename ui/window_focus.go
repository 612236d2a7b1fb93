package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// followFocus brings what has just got the keyboard into view, where it stands on a
// page or a panel that scrolls. It is called before each picture, which the focus
// always makes.
func (w *Window) followFocus() {
	if w.root == nil {
		return // the window is being built
	}
	focus := w.win.Canvas().Focused()
	if focus == w.focus {
		return
	}
	w.focus = focus
	if o, ok := focus.(fyne.CanvasObject); ok {
		w.post.after(0, func() { w.reveal(o) }) // not while the picture is made
	}
}

// reveal scrolls the page or panel that an object is on until it can be seen. One
// of which half can be seen already stays: it may be under the pointer.
func (w *Window) reveal(o fyne.CanvasObject) {
	place := fyne.CurrentApp().Driver().AbsolutePositionForObject
	height := o.Size().Height
	for _, s := range w.scrolls() {
		if room := s.Size().Height; !shows(s, o) || height > room {
			continue
		}
		top := place(o).Y - place(s).Y
		switch room := s.Size().Height; {
		case top < -height/2:
			top -= px(16)
		case top+height/2 > room:
			top += height + px(16) - room
		default:
			return
		}
		s.ScrollToOffset(fyne.NewPos(s.Offset.X, max(0, s.Offset.Y+top)))
		return
	}
}

// shows says whether an object is in what a scroll shows: it moves with that.
func shows(s *container.Scroll, o fyne.CanvasObject) bool {
	place := fyne.CurrentApp().Driver().AbsolutePositionForObject
	at, before := s.Content.Position(), place(o)
	s.Content.Move(at.AddXY(0, 1))
	after := place(o)
	s.Content.Move(at)
	return after != before
}

// scrolls are those of the uppermost page, or of the panels if none is open.
func (w *Window) scrolls() []*container.Scroll {
	if top := w.win.Canvas().Overlays().Top(); top != nil {
		return scrollsIn(top)
	}
	found := scrollsIn(w.experts.content)
	if w.panel.content != nil { // it is made when it is first seen
		found = append(found, scrollsIn(w.panel.content)...)
	}
	return found
}

func scrollsIn(o fyne.CanvasObject) (found []*container.Scroll) {
	switch o := o.(type) {
	case *widget.PopUp:
		return scrollsIn(o.Content)
	case *container.Scroll:
		return []*container.Scroll{o}
	case *fyne.Container:
		for _, child := range o.Objects {
			found = append(found, scrollsIn(child)...)
		}
	}
	return found
}
