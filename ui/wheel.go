package ui

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// One notch of a mouse wheel comes from Fyne as 25 pixels, about a line; readers
// are used to three. A touchpad's smaller steps follow the fingers and are left
// as they are.
const (
	wheelNotch = 25
	wheelLines = 3
)

// further is the event with its notches turned into as many pixels as they should be.
func further(event *fyne.ScrollEvent) *fyne.ScrollEvent {
	f := *event
	if math.Mod(float64(event.Scrolled.DY), wheelNotch) == 0 {
		f.Scrolled.DY *= wheelLines
	}
	return &f
}

// wheelArea lies over something that scrolls and takes the wheel alone: fields
// of several lines in it would hold the wheel, even when they are empty.
type wheelArea struct {
	widget.BaseWidget
	onScrolled func(*fyne.ScrollEvent)
}

var _ fyne.Scrollable = (*wheelArea)(nil)

func newWheelArea(scrolled func(*fyne.ScrollEvent)) *wheelArea {
	a := &wheelArea{onScrolled: scrolled}
	a.ExtendBaseWidget(a)
	return a
}

// wheeled is a scroll with a wheelArea over it.
func wheeled(s *container.Scroll) fyne.CanvasObject {
	return container.NewStack(s, newWheelArea(s.Scrolled))
}

// Scrolled implements fyne.Scrollable.
func (a *wheelArea) Scrolled(event *fyne.ScrollEvent) { a.onScrolled(further(event)) }

// CreateRenderer implements fyne.Widget: there is nothing to see.
func (a *wheelArea) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}
