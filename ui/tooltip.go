package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// tipLayer lies over a widget and shows one short hint at a time, below or above
// the thing it explains. It takes no events: Fyne's pop-ups would take them all.
type tipLayer struct {
	widget.BaseWidget
	owner fyne.CanvasObject // of the hint on screen, nil if there is none
	text  string
}

func newTipLayer() *tipLayer {
	l := &tipLayer{}
	l.ExtendBaseWidget(l)
	return l
}

// show puts up the hint of an object.
func (l *tipLayer) show(owner fyne.CanvasObject, text string) {
	if l == nil || text == "" {
		return
	}
	l.owner, l.text = owner, text
	l.Refresh()
}

// hide takes down the hint of an object.
func (l *tipLayer) hide(owner fyne.CanvasObject) {
	if l == nil || l.owner != owner {
		return
	}
	l.owner = nil
	l.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (l *tipLayer) CreateRenderer() fyne.WidgetRenderer {
	r := &tipRenderer{layer: l, ground: canvas.NewRectangle(color.Transparent), text: &canvas.Text{}}
	r.Refresh()
	return r
}

type tipRenderer struct {
	layer  *tipLayer
	ground *canvas.Rectangle
	text   *canvas.Text
}

func (r *tipRenderer) Refresh() {
	l := r.layer
	if l.owner == nil {
		r.ground.Hide()
		r.text.Hide()
		return
	}
	st := newStyle()
	r.ground.FillColor, r.ground.CornerRadius = st.ink(ColorText), st.px(6)
	r.text.Color, r.text.TextSize, r.text.Text = st.ink(ColorPage), st.note.size, l.text
	driver := fyne.CurrentApp().Driver()
	at := driver.AbsolutePositionForObject(l.owner).Subtract(driver.AbsolutePositionForObject(l))
	size := r.text.MinSize()
	width, height := size.Width+2*st.px(8), size.Height+2*st.px(4)
	x := at.X + (l.owner.Size().Width-width)/2
	y := at.Y + l.owner.Size().Height + st.px(4)
	if y+height > l.Size().Height {
		y = at.Y - height - st.px(4)
	}
	x = min(max(x, st.px(4)), l.Size().Width-width-st.px(4))
	putAt(r.ground, round(x), round(y), width, height)
	putAt(r.text, round(x)+st.px(8), round(y)+st.px(4), size.Width, size.Height)
	r.ground.Show()
	r.text.Show()
	canvas.Refresh(r.ground)
}

func (r *tipRenderer) Layout(fyne.Size) { r.Refresh() }

func (r *tipRenderer) MinSize() fyne.Size { return fyne.NewSize(1, 1) }

func (r *tipRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.text}
}

func (r *tipRenderer) Destroy() {}
