package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// heatStep is one step of the heat map's legend: grey, because it is the strength
// that it explains, and the colour is the expert's.
type heatStep struct {
	widget.BaseWidget
	strength uint8
}

func newHeatStep(strength uint8) *heatStep {
	s := &heatStep{strength: strength}
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *heatStep) CreateRenderer() fyne.WidgetRenderer {
	r := &heatStepRenderer{s, canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type heatStepRenderer struct {
	step *heatStep
	rect *canvas.Rectangle
}

func (r *heatStepRenderer) MinSize() fyne.Size           { return fyne.NewSize(px(14), px(10)) }
func (r *heatStepRenderer) Layout(size fyne.Size)        { r.rect.Resize(size) }
func (r *heatStepRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }
func (r *heatStepRenderer) Destroy()                     {}

func (r *heatStepRenderer) Refresh() {
	ink := color.NRGBAModel.Convert(Color(ColorText)).(color.NRGBA)
	ink.A = r.step.strength
	r.rect.FillColor, r.rect.StrokeColor, r.rect.StrokeWidth = ink, Color(ColorLine), 1
	r.rect.Refresh()
}
