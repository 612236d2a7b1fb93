package ui

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
)

// colourButton is one of the colours to choose from; a ring marks the chosen one.
type colourButton struct {
	pressable
	colour int
	chosen bool
}

func newColourButton(colour int, tapped func()) *colourButton {
	b := &colourButton{colour: colour}
	b.become(b, tapped)
	b.keys, b.tip = b.alongRow, colourName(colour)
	return b
}

func (b *colourButton) choose(chosen bool) {
	if chosen != b.chosen {
		b.chosen = chosen
		b.Refresh()
	}
}

// colourName is what a colour is called, for those who do not tell it from others.
func colourName(colour int) string {
	names := []string{lang.L("Blue"), lang.L("Orange"), lang.L("Green"), lang.L("Pink"), lang.L("Light blue"), lang.L("Red"), lang.L("Yellow"), lang.L("Grey")}
	if colour < len(names) {
		return names[colour]
	}
	return fmt.Sprintf(lang.L("Colour %d"), colour+1)
}

// CreateRenderer implements fyne.Widget.
func (b *colourButton) CreateRenderer() fyne.WidgetRenderer {
	r := &colourRenderer{button: b, ring: canvas.NewCircle(color.Transparent), disc: canvas.NewCircle(color.Transparent)}
	r.Refresh()
	return r
}

type colourRenderer struct {
	button     *colourButton
	ring, disc *canvas.Circle
}

func (r *colourRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(px(28)) }

func (r *colourRenderer) Layout(size fyne.Size) {
	r.ring.Resize(size)
	inset := px(5)
	r.disc.Move(fyne.NewPos(inset, inset))
	r.disc.Resize(fyne.NewSize(size.Width-2*inset, size.Height-2*inset))
}

func (r *colourRenderer) Refresh() {
	b := r.button
	r.disc.FillColor = ExpertColor(b.colour)
	r.ring.StrokeWidth, r.ring.StrokeColor = 0, color.Transparent
	switch {
	case b.focused:
		r.ring.StrokeWidth, r.ring.StrokeColor = 2, theme.Color(theme.ColorNamePrimary)
	case b.chosen:
		r.ring.StrokeWidth, r.ring.StrokeColor = 2, theme.Color(theme.ColorNameForeground)
	case b.hovered:
		r.ring.StrokeWidth, r.ring.StrokeColor = 2, theme.Color(theme.ColorNameInputBorder)
	}
	r.ring.Refresh()
	r.disc.Refresh()
}

func (r *colourRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.ring, r.disc} }
func (r *colourRenderer) Destroy()                     {}
