package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// dashedFrame is the outline of a place where something may be dropped.
type dashedFrame struct{ widget.BaseWidget }

func newDashedFrame() *dashedFrame {
	f := &dashedFrame{}
	f.ExtendBaseWidget(f)
	return f
}

// CreateRenderer implements fyne.Widget.
func (f *dashedFrame) CreateRenderer() fyne.WidgetRenderer {
	return &dashedRenderer{frame: f}
}

type dashedRenderer struct {
	frame   *dashedFrame
	objects []fyne.CanvasObject
}

func (r *dashedRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *dashedRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *dashedRenderer) Destroy()                     {}

func (r *dashedRenderer) Refresh() {
	r.Layout(r.frame.Size())
	canvas.Refresh(r.frame)
}

// Layout draws the frame anew: a quarter of a ring in each corner, dashes between.
func (r *dashedRenderer) Layout(size fyne.Size) {
	radius, thick := px(16), px(1.5)
	r.objects = r.objects[:0]
	for i, at := range []fyne.Position{{}, {X: size.Width - 2*radius}, {X: size.Width - 2*radius, Y: size.Height - 2*radius}, {Y: size.Height - 2*radius}} {
		start := float32(i*90 - 90)
		corner := canvas.NewArc(start, start+90, 1-thick/radius, theme.Color(theme.ColorNameInputBorder))
		corner.Resize(fyne.NewSquareSize(2 * radius))
		corner.Move(at)
		r.objects = append(r.objects, corner)
	}
	for _, x := range dashes(radius, size.Width-radius) {
		r.dash(x, 0, px(8), thick)
		r.dash(x, size.Height-thick, px(8), thick)
	}
	for _, y := range dashes(radius, size.Height-radius) {
		r.dash(0, y, thick, px(8))
		r.dash(size.Width-thick, y, thick, px(8))
	}
}

func (r *dashedRenderer) dash(x, y, width, height float32) {
	d := canvas.NewRectangle(theme.Color(theme.ColorNameInputBorder))
	d.Resize(fyne.NewSize(width, height))
	d.Move(fyne.NewPos(x, y))
	r.objects = append(r.objects, d)
}

// dashes are the beginnings of dashes of 8 and gaps of about 6 that fill the
// way from a to b, with a gap at either end.
func dashes(a, b float32) []float32 {
	dash := px(8)
	n := int((b - a) / (dash + px(6)))
	if n < 1 {
		return nil
	}
	gap := (b - a - float32(n)*dash) / float32(n+1)
	var at []float32
	for i := range n {
		at = append(at, a+gap+float32(i)*(dash+gap))
	}
	return at
}
