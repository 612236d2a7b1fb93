package ui

import (
	"time"

	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// tipLayer lies over a widget and shows one short hint at a time, below or above
// the thing it explains. It takes no events: Fyne's pop-ups would take them all.
type tipLayer struct {
	widget.BaseWidget
	owner fyne.CanvasObject // of the hint, nil if there is none
	text  string
	due   bool            // the pointer has rested on the owner for a while
	wait  *fyne.Animation // for that
}

// tipDelay is how long the pointer rests on a thing before its hint appears.
const tipDelay = 400 * time.Millisecond

func newTipLayer() *tipLayer {
	l := &tipLayer{}
	l.ExtendBaseWidget(l)
	return l
}

// tipsOver is the layer of the page that an object is on, nil if it has none.
func tipsOver(o fyne.CanvasObject) *tipLayer {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return nil
	}
	if top := c.Overlays().Top(); top != nil {
		return tipsIn(top)
	}
	return tipsIn(c.Content())
}

func tipsIn(o fyne.CanvasObject) *tipLayer {
	switch o := o.(type) {
	case *tipLayer:
		return o
	case *widget.PopUp:
		return tipsIn(o.Content)
	case *fyne.Container:
		for i := len(o.Objects) - 1; i >= 0; i-- { // it lies over the others
			if l := tipsIn(o.Objects[i]); l != nil {
				return l
			}
		}
	}
	return nil
}

// show puts up the hint of an object.
func (l *tipLayer) show(owner fyne.CanvasObject, text string) {
	if l == nil || text == "" {
		return
	}
	l.hide(l.owner)
	l.owner, l.text = owner, text
	l.wait = fyne.NewAnimation(tipDelay, func(done float32) {
		if done >= 1 && l.owner == owner {
			l.due = true
			l.Refresh()
		}
	})
	l.wait.Start()
}

// hide takes down the hint of an object.
func (l *tipLayer) hide(owner fyne.CanvasObject) {
	if l == nil || l.owner == nil || l.owner != owner {
		return
	}
	l.wait.Stop()
	l.owner, l.due = nil, false
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
	if !l.due {
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
