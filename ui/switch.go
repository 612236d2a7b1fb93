package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// switchButton is a setting that is on or off: its name, and at the right the
// switch. All of it is pressed.
type switchButton struct {
	pressable
	on   bool
	name *paragraph
}

func newSwitch(name string, changed func(on bool)) *switchButton {
	b := &switchButton{name: newParagraph(name, bodyStyle)}
	b.become(b, func() {
		b.Set(!b.on)
		changed(b.on)
	})
	return b
}

// Set shows it on or off.
func (b *switchButton) Set(on bool) {
	if on != b.on {
		b.on = on
		b.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *switchButton) CreateRenderer() fyne.WidgetRenderer {
	r := &switchRenderer{button: b, track: canvas.NewRectangle(color.Transparent), knob: canvas.NewCircle(color.Transparent), ring: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type switchRenderer struct {
	button      *switchButton
	track, ring *canvas.Rectangle
	knob        *canvas.Circle
}

// The track and the knob, at 100 %.
const (
	trackWidth, trackHeight = 36, 20
	knobSize                = 12
)

func (r *switchRenderer) MinSize() fyne.Size {
	least := r.button.name.MinSize()
	return fyne.NewSize(least.Width+px(12+trackWidth), max(least.Height, px(trackHeight+4)))
}

func (r *switchRenderer) Layout(size fyne.Size) {
	name := r.button.name
	name.Resize(fyne.NewSize(max(0, size.Width-px(12+trackWidth)), name.MinSize().Height))
	name.Move(fyne.NewPos(0, max(0, (size.Height-name.MinSize().Height)/2)))
	left, top := size.Width-px(trackWidth), (size.Height-px(trackHeight))/2
	putAt(r.track, left, top, px(trackWidth), px(trackHeight))
	putAt(r.ring, left-px(3), top-px(3), px(trackWidth+6), px(trackHeight+6))
	edge := px(trackHeight-knobSize) / 2
	x := left + edge
	if r.button.on {
		x = size.Width - edge - px(knobSize)
	}
	putAt(r.knob, x, top+edge, px(knobSize), px(knobSize))
}

func (r *switchRenderer) Refresh() {
	b := r.button
	ground, edge, knob := fyne.ThemeColorName(""), theme.ColorNamePlaceHolder, theme.ColorNamePlaceHolder
	switch {
	case b.on:
		ground, edge, knob = theme.ColorNamePrimary, theme.ColorNamePrimary, theme.ColorNameForegroundOnPrimary
	case b.hovered:
		ground = theme.ColorNameHover
	}
	r.track.FillColor, r.track.StrokeColor, r.track.StrokeWidth = named(ground), theme.Color(edge), 1.5
	r.track.CornerRadius, r.ring.CornerRadius = px(trackHeight)/2, px(trackHeight+6)/2
	r.knob.FillColor = theme.Color(knob)
	b.ring(r.ring)
	r.Layout(b.Size())
	b.name.Refresh()
	r.track.Refresh()
	r.ring.Refresh()
	r.knob.Refresh()
}

func (r *switchRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.button.name, r.track, r.knob, r.ring}
}
func (r *switchRenderer) Destroy() {}
