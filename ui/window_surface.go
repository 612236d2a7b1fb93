package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// surface is a rectangle in colours of the theme, behind something. An empty
// name is no colour.
type surface struct {
	widget.BaseWidget
	fill, stroke fyne.ThemeColorName
	radius       float32 // at 100 %
}

func newSurface(fill, stroke fyne.ThemeColorName, radius float32) *surface {
	s := &surface{fill: fill, stroke: stroke, radius: radius}
	s.ExtendBaseWidget(s)
	return s
}

func (s *surface) set(fill, stroke fyne.ThemeColorName) {
	if fill != s.fill || stroke != s.stroke {
		s.fill, s.stroke = fill, stroke
		s.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (s *surface) CreateRenderer() fyne.WidgetRenderer {
	r := &surfaceRenderer{surface: s, rect: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type surfaceRenderer struct {
	surface *surface
	rect    *canvas.Rectangle
}

func (r *surfaceRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *surfaceRenderer) Layout(size fyne.Size)        { r.rect.Resize(size) }
func (r *surfaceRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }
func (r *surfaceRenderer) Destroy()                     {}

func (r *surfaceRenderer) Refresh() {
	r.rect.FillColor = named(r.surface.fill)
	r.rect.StrokeColor = named(r.surface.stroke)
	r.rect.StrokeWidth = 0
	if r.surface.stroke != "" {
		r.rect.StrokeWidth = theme.Size(theme.SizeNameInputBorder)
	}
	r.rect.CornerRadius = px(r.surface.radius)
	r.rect.Refresh()
}

func named(name fyne.ThemeColorName) color.Color {
	if name == "" {
		return color.Transparent
	}
	return Color(name)
}

// meter is a thin bar that fills from the left.
type meter struct {
	widget.BaseWidget
	fraction float64 // 0 to 1
}

func newMeter() *meter {
	m := &meter{}
	m.ExtendBaseWidget(m)
	return m
}

func (m *meter) set(fraction float64) {
	m.fraction = min(max(fraction, 0), 1)
	m.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (m *meter) CreateRenderer() fyne.WidgetRenderer {
	r := &meterRenderer{meter: m, back: canvas.NewRectangle(nil), bar: canvas.NewRectangle(nil)}
	r.Refresh()
	return r
}

type meterRenderer struct {
	meter     *meter
	back, bar *canvas.Rectangle
}

func (r *meterRenderer) MinSize() fyne.Size { return fyne.NewSize(px(40), px(4)) }

func (r *meterRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.bar.Resize(fyne.NewSize(size.Width*float32(r.meter.fraction), size.Height))
}

func (r *meterRenderer) Refresh() {
	r.back.FillColor, r.bar.FillColor = theme.Color(colorTrack), theme.Color(theme.ColorNamePrimary)
	r.back.CornerRadius, r.bar.CornerRadius = px(2), px(2)
	r.Layout(r.meter.Size())
	r.back.Refresh()
	r.bar.Refresh()
}

func (r *meterRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.back, r.bar} }
func (r *meterRenderer) Destroy()                     {}
