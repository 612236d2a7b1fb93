package ui

import (
	"fmt"
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// heatMap shows which expert did how much of each layer's work: layers from top
// to bottom, experts from left to right, each in its colour, the stronger the
// more. The pointer, or the arrow keys, tell the number of a cell.
type heatMap struct {
	widget.BaseWidget
	onCell func(text string) // what the cell under the pointer says; "": none is

	experts []share
	heat    [][]float64 // layers × experts, 0 to 1
	focused bool
	at      fyne.Position // cell that the keys are at: x expert, y layer
}

var (
	_ desktop.Hoverable = (*heatMap)(nil)
	_ fyne.Focusable    = (*heatMap)(nil)
	_ fyne.Tappable     = (*heatMap)(nil)
)

func newHeatMap(onCell func(string)) *heatMap {
	h := &heatMap{onCell: onCell}
	h.ExtendBaseWidget(h)
	return h
}

func (h *heatMap) set(experts []share, heat [][]float64) {
	h.experts, h.heat = experts, heat
	h.at = fyne.NewPos(0, 0)
	h.Refresh()
}

// picture is the map, one pixel for each cell.
func (h *heatMap) picture() image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, max(1, len(h.experts)), max(1, len(h.heat))))
	for layer, row := range h.heat {
		for e, part := range row {
			r, g, b, _ := h.experts[e].color.RGBA()
			m.SetNRGBA(e, layer, color.NRGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), uint8(255 * min(part, 1))})
		}
	}
	return m
}

// say tells the number of a cell.
func (h *heatMap) say(expert, layer int) {
	if layer < 0 || layer >= len(h.heat) || expert < 0 || expert >= len(h.experts) {
		h.onCell("")
		return
	}
	h.onCell(fmt.Sprintf(lang.L("Layer %[1]d, %[2]s: %[3]s of the work"), layer+1, h.experts[expert].name, partText(h.heat[layer][expert])))
}

// cell is the cell at a point, negative outside the map.
func (h *heatMap) cell(p fyne.Position) (expert, layer int) {
	left, size := h.field()
	if p.X < left || p.Y < 0 || p.X >= left+size.Width || p.Y >= size.Height || len(h.heat) == 0 {
		return -1, -1
	}
	return int((p.X - left) / size.Width * float32(len(h.experts))), int(p.Y / size.Height * float32(len(h.heat)))
}

// field is where the cells are: right of the layers' numbers, above the names.
func (h *heatMap) field() (left float32, size fyne.Size) {
	left = captionStyle.width("000") + px(8)
	return left, fyne.NewSize(h.Size().Width-left, h.height())
}

// height of the cells: 16 pixels each, for models of many layers less.
func (h *heatMap) height() float32 {
	return px(min(16*float32(len(h.heat)), 256))
}

// MouseIn, MouseMoved and MouseOut implement desktop.Hoverable.
func (h *heatMap) MouseIn(e *desktop.MouseEvent)    { h.MouseMoved(e) }
func (h *heatMap) MouseMoved(e *desktop.MouseEvent) { h.say(h.cell(e.Position)) }
func (h *heatMap) MouseOut()                        { h.onCell("") }

// Tapped implements fyne.Tappable.
func (h *heatMap) Tapped(e *fyne.PointEvent) { h.say(h.cell(e.Position)) }

// FocusGained, FocusLost, TypedRune and TypedKey implement fyne.Focusable.
func (h *heatMap) FocusGained()   { h.focused = true; h.move(0, 0) }
func (h *heatMap) FocusLost()     { h.focused = false; h.onCell(""); h.Refresh() }
func (h *heatMap) TypedRune(rune) {}

func (h *heatMap) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeyLeft:
		h.move(-1, 0)
	case fyne.KeyRight:
		h.move(1, 0)
	case fyne.KeyUp:
		h.move(0, -1)
	case fyne.KeyDown:
		h.move(0, 1)
	default:
		passKey(h, event)
	}
}

func (h *heatMap) move(dx, dy float32) {
	h.at.X = min(max(h.at.X+dx, 0), float32(max(len(h.experts)-1, 0)))
	h.at.Y = min(max(h.at.Y+dy, 0), float32(max(len(h.heat)-1, 0)))
	h.say(int(h.at.X), int(h.at.Y))
	h.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (h *heatMap) CreateRenderer() fyne.WidgetRenderer {
	r := &heatRenderer{h: h, ground: canvas.NewRectangle(nil), cells: &canvas.Image{ScaleMode: canvas.ImageScalePixels},
		ring: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type heatRenderer struct {
	h      *heatMap
	ground *canvas.Rectangle
	cells  *canvas.Image
	ring   *canvas.Rectangle // around the cell that the keys are at
	labels []fyne.CanvasObject
}

func (r *heatRenderer) MinSize() fyne.Size {
	return fyne.NewSize(px(120), r.h.height()+captionStyle.lineHeight())
}

func (r *heatRenderer) Refresh() {
	r.cells.Image = r.h.picture()
	r.ground.FillColor = Color(ColorPage)
	r.ground.StrokeColor, r.ground.StrokeWidth = theme.Color(theme.ColorNameSeparator), 1
	r.ring.StrokeColor, r.ring.StrokeWidth = theme.Color(theme.ColorNamePrimary), 2
	setVisible(r.ring, r.h.focused)
	r.Layout(r.h.Size())
	r.cells.Refresh()
	canvas.Refresh(r.h)
}

// Layout implements fyne.WidgetRenderer.
func (r *heatRenderer) Layout(fyne.Size) {
	left, size := r.h.field()
	putAt(r.ground, left-1, 0, size.Width+2, size.Height)
	putAt(r.cells, left, 0, size.Width, size.Height)
	wide, high := size.Width/float32(max(1, len(r.h.experts))), size.Height/float32(max(1, len(r.h.heat)))
	putAt(r.ring, left+r.h.at.X*wide, r.h.at.Y*high, wide, high)
	r.labels = r.labels[:0]
	every := 1
	for high > 0 && high*float32(every) < px(14) {
		every *= 2
	}
	for layer := 0; layer < len(r.h.heat); layer += every {
		r.label(fmt.Sprint(layer+1), 0, float32(layer)*high+(high-captionStyle.lineHeight())/2, left-px(8), fyne.TextAlignTrailing)
	}
	for e, s := range r.h.experts {
		if wide < px(24) {
			break // no room for names: the cells tell them
		}
		r.label(shortened(s.name, captionStyle, wide-px(2)), left+float32(e)*wide, size.Height+px(2), wide, fyne.TextAlignCenter)
	}
}

func (r *heatRenderer) label(text string, x, y, width float32, align fyne.TextAlign) {
	t := canvas.NewText(text, nil)
	captionStyle.apply(t)
	t.Alignment = align
	putAt(t, x, y, width, captionStyle.lineHeight())
	r.labels = append(r.labels, t)
}

func (r *heatRenderer) Objects() []fyne.CanvasObject {
	return append([]fyne.CanvasObject{r.ground, r.cells, r.ring}, r.labels...)
}

func (r *heatRenderer) Destroy() {}
