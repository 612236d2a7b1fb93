package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// ground lies under a part of the window beneath which something is scrolled away,
// and takes what the pointer does there. To Fyne, what takes the wheel (the page of
// a conversation, a field of several lines) is not cut off by the scroll that it
// stands in: it would be pressed where it cannot be seen.
type ground struct {
	widget.BaseWidget
	fill       fyne.ThemeColorName     // "": what is behind it can be seen
	onScrolled func(*fyne.ScrollEvent) // may be nil
}

var (
	_ fyne.Tappable      = (*ground)(nil)
	_ fyne.Draggable     = (*ground)(nil)
	_ fyne.Scrollable    = (*ground)(nil)
	_ desktop.Hoverable  = (*ground)(nil)
	_ desktop.Mouseable  = (*ground)(nil)
	_ desktop.Cursorable = (*ground)(nil)
)

func newGround(fill fyne.ThemeColorName, scrolled func(*fyne.ScrollEvent)) *ground {
	g := &ground{fill: fill, onScrolled: scrolled}
	g.ExtendBaseWidget(g)
	return g
}

// grounded puts a ground under something.
func grounded(o fyne.CanvasObject) fyne.CanvasObject {
	return container.NewStack(newGround("", nil), o)
}

// Tapped, MouseDown, MouseUp, MouseIn, MouseMoved, MouseOut, Dragged and DragEnd
// take what the pointer does: nothing comes of it.
func (g *ground) Tapped(*fyne.PointEvent)        {}
func (g *ground) MouseDown(*desktop.MouseEvent)  {}
func (g *ground) MouseUp(*desktop.MouseEvent)    {}
func (g *ground) MouseIn(*desktop.MouseEvent)    {}
func (g *ground) MouseMoved(*desktop.MouseEvent) {}
func (g *ground) MouseOut()                      {}
func (g *ground) Dragged(*fyne.DragEvent)        {}
func (g *ground) DragEnd()                       {}

// Cursor implements desktop.Cursorable.
func (g *ground) Cursor() desktop.Cursor { return desktop.DefaultCursor }

// Scrolled implements fyne.Scrollable.
func (g *ground) Scrolled(event *fyne.ScrollEvent) {
	if g.onScrolled != nil {
		g.onScrolled(event)
	}
}

// CreateRenderer implements fyne.Widget.
func (g *ground) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(newSurface(g.fill, "", 0))
}
