package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"beyonder/assets"
)

// choiceButton is a rounded button with a name on it and perhaps a face before
// that. One with an arrow opens a list; one without is itself one of a few to
// choose from, and framed.
type choiceButton struct {
	pressable
	face     *faceView
	text     *lineText
	arrow    bool
	selected bool
	most     float32 // wide, at 100 %
}

// newChip returns one of a few to choose from.
func newChip(text string, face *Face, selected bool, tapped func()) *choiceButton {
	b := &choiceButton{selected: selected}
	b.dress(bodyStyle, 220)
	b.text.SetText(text)
	b.face.set(face)
	b.become(b, tapped)
	b.keys = b.alongRow
	return b
}

// dress gives the button its parts.
func (b *choiceButton) dress(style textStyle, most float32) {
	b.face, b.text, b.most = newFaceView(nil, 20), newFlexibleLine("", style), most
}

// opens makes it one with a list; Down opens that, too.
func (b *choiceButton) opens(whole fyne.Widget, open func()) {
	b.arrow = true
	b.become(whole, open)
	b.keys = func(event *fyne.KeyEvent) bool {
		if event.Name == fyne.KeyDown {
			open()
		}
		return event.Name == fyne.KeyDown
	}
}

// CreateRenderer implements fyne.Widget.
func (b *choiceButton) CreateRenderer() fyne.WidgetRenderer {
	r := &choiceButtonRenderer{button: b, back: canvas.NewRectangle(color.Transparent), arrow: canvas.NewImageFromResource(nil)}
	r.arrow.FillMode = canvas.ImageFillContain
	setVisible(r.arrow, b.arrow)
	r.Refresh()
	return r
}

type choiceButtonRenderer struct {
	button *choiceButton
	back   *canvas.Rectangle
	arrow  *canvas.Image
}

// sides are how much of the width is not the name's.
func (r *choiceButtonRenderer) sides() (left, right float32) {
	left, right = px(12), px(12)
	if r.button.arrow {
		left, right = px(8), px(4+16+8)
	}
	if r.button.face.face != nil {
		left = px(8 + 20 + 8)
	}
	return left, right
}

func (r *choiceButtonRenderer) MinSize() fyne.Size {
	left, right := r.sides()
	width := left + r.button.text.style.width(r.button.text.text) + right
	return fyne.NewSize(min(width, px(r.button.most)), px(32))
}

func (r *choiceButtonRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	left, right := r.sides()
	putAt(r.button.face, px(8), (size.Height-px(20))/2, px(20), px(20))
	height := r.button.text.MinSize().Height
	putAt(r.button.text, left, (size.Height-height)/2, max(0, size.Width-left-right), height)
	putAt(r.arrow, size.Width-px(24), (size.Height-px(16))/2, px(16), px(16))
}

func (r *choiceButtonRenderer) Refresh() {
	b := r.button
	fill := fyne.ThemeColorName("")
	switch {
	case b.selected:
		fill = theme.ColorNamePressed
	case b.hovered || b.focused:
		fill = theme.ColorNameHover
	}
	r.back.FillColor, r.back.CornerRadius = named(fill), px(8)
	b.ring(r.back)
	if !b.arrow {
		r.back.CornerRadius = px(16)
		r.frame()
	}
	if b.arrow {
		r.arrow.Resource = theme.NewColoredResource(assets.Icon("expand"), theme.ColorNamePlaceHolder)
	}
	r.Layout(b.Size())
	b.text.Refresh()
	b.face.Refresh()
	r.back.Refresh()
	r.arrow.Refresh()
}

// frame is that of one of a few, which is there without the focus, too.
func (r *choiceButtonRenderer) frame() {
	switch {
	case r.button.focused:
		return
	case r.button.selected:
		r.back.StrokeColor = theme.Color(theme.ColorNamePrimary)
	default:
		r.back.StrokeColor = theme.Color(theme.ColorNameInputBorder)
	}
	r.back.StrokeWidth = theme.Size(theme.SizeNameInputBorder)
}

func (r *choiceButtonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.button.face, r.button.text, r.arrow}
}
func (r *choiceButtonRenderer) Destroy() {}
