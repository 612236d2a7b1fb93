package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"beyonder/assets"
)

// detail is a page over the window that tells more about one message. Esc, its
// cross and a click beside it close it.
type detail struct {
	window *Window
	popup  *widget.PopUp
	title  string
	left   func() // called when it is closed; may be nil
	under  *detail
}

// openDetail opens a page as wide as there is room, at most width at 100 %, and as
// high as the window allows. focus gets the keyboard; it passes on what it has no
// use for.
func (w *Window) openDetail(title, text string, width float32, body fyne.CanvasObject, focus fyne.Focusable) *detail {
	s := &detail{window: w, title: title, under: w.detail}
	w.detail = s
	tips := newTipLayer()
	cross := newGlyph(assets.Icon("close"), 28, s.close)
	cross.tip, cross.tips = lang.L("Close (Esc)"), tips
	head := newColumn(4, newRow(8, 0, newFlexibleLine(title, titleStyle), cross))
	if text != "" {
		head.Add(newParagraph(text, captionStyle))
	}
	page := container.New(detailLayout{}, newPadded(0, 8, 16, 24, body), grounded(newPadded(16, 16, 12, 24, head)))
	s.popup = widget.NewModalPopUp(container.NewStack(page, tips), w.win.Canvas())
	room := w.win.Canvas().Size()
	s.popup.Show()
	s.popup.Resize(fyne.NewSize(min(px(width), room.Width-px(48)), room.Height-px(64)))
	if focus != nil {
		w.win.Canvas().Focus(focus)
	}
	w.trace.event("page-opened", map[string]any{"title": title})
	return s
}

// shrink gives up height that a short page has no use for.
func (s *detail) shrink(spare float32) {
	if spare > 0 {
		size := s.popup.Content.Size()
		s.popup.Resize(fyne.NewSize(size.Width, size.Height-spare))
	}
}

func (s *detail) close() {
	s.popup.Hide()
	s.window.detail = s.under
	if s.left != nil {
		s.left()
	}
	s.window.backToWriting()
}

// detailLayout: the head as high as its text, over the body in what is left.
type detailLayout struct{}

// MinSize implements fyne.Layout.
func (detailLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(px(320), px(240)) }

// Layout implements fyne.Layout.
func (detailLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	head := fit(objects[1], size.Width)
	objects[1].Move(fyne.Position{})
	objects[0].Move(fyne.NewPos(0, head))
	objects[0].Resize(fyne.NewSize(size.Width, max(0, size.Height-head)))
}
