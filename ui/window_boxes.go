package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
)

// column lays objects under one another, each as wide as there is room and
// as high as it asks for at that width.
type column struct{ gap float32 }

func newColumn(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(column{gap: gap}, objects...)
}

// MinSize implements fyne.Layout.
func (c column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size, shown := fyne.Size{}, 0
	for _, o := range objects {
		if o.Visible() {
			least := o.MinSize()
			size = fyne.NewSize(max(size.Width, least.Width), size.Height+least.Height)
			shown++
		}
	}
	size.Height += px(c.gap) * float32(max(shown-1, 0))
	return size
}

// Layout implements fyne.Layout.
func (c column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		height := fit(o, size.Width)
		o.Move(fyne.NewPos(0, y))
		y += height + px(c.gap)
	}
}

// fit gives o the width and the height that follows from it.
func fit(o fyne.CanvasObject, width float32) (height float32) {
	o.Resize(fyne.NewSize(width, o.MinSize().Height))
	height = o.MinSize().Height // wrapped text knows its height only now
	o.Resize(fyne.NewSize(width, height))
	return height
}

// line lays objects side by side, in the middle of its height; the one marked
// as wide (by index) takes what the others leave. Where there is too little room
// for all, the widest gives way.
type line struct {
	gap  float32
	wide int
}

func newRow(gap float32, wide int, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(line{gap: gap, wide: wide}, objects...)
}

// MinSize implements fyne.Layout.
func (l line) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size, shown := fyne.Size{}, 0
	for _, o := range objects {
		if o.Visible() {
			least := o.MinSize()
			size = fyne.NewSize(size.Width+least.Width, max(size.Height, least.Height))
			shown++
		}
	}
	size.Width += px(l.gap) * float32(max(shown-1, 0))
	return size
}

// Layout implements fyne.Layout.
func (l line) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	spare := size.Width - l.MinSize(objects).Width
	wide := l.wide
	if spare < 0 {
		wide = widest(objects)
	}
	x := float32(0)
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		least := o.MinSize()
		if i == wide {
			least.Width = max(0, least.Width+spare)
		}
		height := min(least.Height, size.Height)
		o.Resize(fyne.NewSize(least.Width, height))
		o.Move(fyne.NewPos(x, (size.Height-height)/2))
		x += least.Width + px(l.gap)
	}
}

// widest is the index of the visible object that asks for most.
func widest(objects []fyne.CanvasObject) int {
	most, at := float32(-1), -1
	for i, o := range objects {
		if width := o.MinSize().Width; o.Visible() && width > most {
			most, at = width, i
		}
	}
	return at
}

// padded puts space around one object: top, right, bottom, left at 100 %.
type padded struct{ top, right, bottom, left float32 }

func newPadded(top, right, bottom, left float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(padded{top, right, bottom, left}, o)
}

// MinSize implements fyne.Layout.
func (p padded) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().AddWidthHeight(px(p.left+p.right), px(p.top+p.bottom))
}

// Layout implements fyne.Layout.
func (p padded) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(px(p.left), px(p.top)))
	objects[0].Resize(size.SubtractWidthHeight(px(p.left+p.right), px(p.top+p.bottom)))
}

// sized gives its object a size of its own at least; 0 is the object's.
type sized struct{ width, height float32 }

func newSized(width, height float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(sized{width, height}, o)
}

// MinSize implements fyne.Layout.
func (s sized) MinSize(objects []fyne.CanvasObject) fyne.Size {
	least := objects[0].MinSize()
	if s.width > 0 {
		least.Width = px(s.width)
	}
	if s.height > 0 {
		least.Height = px(s.height)
	}
	return least
}

// Layout implements fyne.Layout.
func (s sized) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	objects[0].Move(fyne.Position{})
}

// relayout lays c out again where it stands, after one of its objects has
// become higher or lower.
func relayout(c *fyne.Container) { c.Layout.Layout(c.Objects, c.Size()) }

// newGap is a little room, at 100 %.
func newGap(height float32) fyne.CanvasObject {
	return newSized(0, height, newSurface("", "", 0))
}

func spacer() fyne.CanvasObject { return layout.NewSpacer() }
