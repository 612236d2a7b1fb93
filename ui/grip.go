package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// grip is the edge of a side panel: dragged, it makes the panel wider or narrower,
// and a double click gives it its first width back.
type grip struct {
	widget.BaseWidget
	onDrag func(by float32)
	onEnd  func()
	onBack func()
	last   time.Time // it was clicked
}

var (
	_ fyne.Draggable     = (*grip)(nil)
	_ fyne.Tappable      = (*grip)(nil)
	_ desktop.Cursorable = (*grip)(nil)
)

const gripWidth = 6

func newGrip(drag func(float32), end, back func()) *grip {
	g := &grip{onDrag: drag, onEnd: end, onBack: back}
	g.ExtendBaseWidget(g)
	return g
}

// Dragged and DragEnd implement fyne.Draggable.
func (g *grip) Dragged(event *fyne.DragEvent) { g.onDrag(event.Dragged.DX) }
func (g *grip) DragEnd()                      { g.onEnd() }

// Tapped implements fyne.Tappable.
func (g *grip) Tapped(*fyne.PointEvent) {
	now := time.Now()
	if now.Sub(g.last) < doubleClick {
		g.onBack()
	}
	g.last = now
}

// Cursor implements desktop.Cursorable.
func (g *grip) Cursor() desktop.Cursor { return desktop.HResizeCursor }

// CreateRenderer implements fyne.Widget: there is nothing to see.
func (g *grip) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}
