package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// sideScroll shows a part of something wide, with a thin bar under it. Turning
// the wheel over it moves the page, as everywhere else; Fyne's own scroll would
// swallow that, and draws shadows besides.
type sideScroll struct {
	widget.BaseWidget
	stage   *stage
	content *fyne.Container
	room    *sheet // the size of the content
	offset  float32
	bar     *sideBar
}

var _ fyne.Scrollable = (*sideScroll)(nil)

func newSideScroll(s *stage) *sideScroll {
	scroll := &sideScroll{stage: s}
	scroll.content, scroll.room = newBox()
	scroll.bar = &sideBar{scroll: scroll}
	scroll.bar.ExtendBaseWidget(scroll.bar)
	scroll.ExtendBaseWidget(scroll)
	return scroll
}

// set gives the content a size and the scroll its place.
func (s *sideScroll) set(size fyne.Size, x, y, width float32) {
	s.room.set(s.content, size)
	putAt(s, x, y, width, size.Height)
	s.moveTo(s.offset)
}

// moveTo shows the content from an offset on, as far as there is content.
func (s *sideScroll) moveTo(offset float32) {
	wide, width := s.room.size.Width, s.Size().Width
	s.offset = min(max(0, offset), max(0, wide-width))
	s.content.Move(fyne.NewPos(-s.offset, 0))
	setShown(s.bar, wide > width)
	if wide > width {
		st := s.stage.style
		height := st.px(8)
		length := max(st.px(24), width*width/wide)
		putAt(s.bar, (width-length)*s.offset/(wide-width), s.Size().Height-height, length, height)
	}
}

// Scrolled implements fyne.Scrollable.
func (s *sideScroll) Scrolled(event *fyne.ScrollEvent) {
	if event.Scrolled.DX != 0 {
		s.moveTo(s.offset - event.Scrolled.DX)
		canvas.Refresh(s)
	}
	if event.Scrolled.DY != 0 {
		up := *event
		up.Scrolled.DX = 0
		s.stage.scrolled(&up)
	}
}

// MinSize implements fyne.CanvasObject: the size is set from outside.
func (s *sideScroll) MinSize() fyne.Size { return fyne.NewSize(1, s.room.size.Height) }

// CreateRenderer implements fyne.Widget. Fyne clips what is Scrollable.
func (s *sideScroll) CreateRenderer() fyne.WidgetRenderer {
	return &fixedRenderer{objects: []fyne.CanvasObject{s.content, s.bar}, size: s.MinSize}
}

// fixedRenderer draws objects that are placed from outside.
type fixedRenderer struct {
	objects []fyne.CanvasObject
	size    func() fyne.Size
}

func (r *fixedRenderer) Layout(fyne.Size)             {}
func (r *fixedRenderer) MinSize() fyne.Size           { return r.size() }
func (r *fixedRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *fixedRenderer) Refresh()                     {}
func (r *fixedRenderer) Destroy()                     {}

// sideBar is the thing to drag under a sideScroll.
type sideBar struct {
	widget.BaseWidget
	scroll *sideScroll
	thumb  *canvas.Rectangle
}

var (
	_ fyne.Draggable     = (*sideBar)(nil)
	_ desktop.Cursorable = (*sideBar)(nil)
)

// Dragged implements fyne.Draggable.
func (b *sideBar) Dragged(event *fyne.DragEvent) {
	s := b.scroll
	if travel := s.Size().Width - b.Size().Width; travel > 0 {
		s.moveTo(s.offset + event.Dragged.DX*(s.room.size.Width-s.Size().Width)/travel)
		canvas.Refresh(s)
	}
}

// DragEnd implements fyne.Draggable.
func (b *sideBar) DragEnd() {}

// Cursor implements desktop.Cursorable.
func (b *sideBar) Cursor() desktop.Cursor { return desktop.DefaultCursor }

// CreateRenderer implements fyne.Widget.
func (b *sideBar) CreateRenderer() fyne.WidgetRenderer {
	b.thumb = canvas.NewRectangle(b.scroll.stage.style.ink(theme.ColorNameScrollBar))
	return &sideBarRenderer{b}
}

type sideBarRenderer struct{ bar *sideBar }

func (r *sideBarRenderer) Layout(size fyne.Size) {
	thick := r.bar.scroll.stage.style.px(4)
	r.bar.thumb.CornerRadius = thick / 2
	putAt(r.bar.thumb, 0, size.Height-thick, size.Width, thick)
}

func (r *sideBarRenderer) MinSize() fyne.Size { return fyne.NewSize(1, 1) }

func (r *sideBarRenderer) Refresh() {
	r.bar.thumb.FillColor = r.bar.scroll.stage.style.ink(theme.ColorNameScrollBar)
	r.Layout(r.bar.Size())
}

func (r *sideBarRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.bar.thumb} }

func (r *sideBarRenderer) Destroy() {}
