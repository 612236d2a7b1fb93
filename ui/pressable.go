package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// pressable is what everything that is pressed has in common: the pointer on it
// and its tip, the focus, Space and Enter. It is embedded, and told at once in
// what.
type pressable struct {
	widget.DisableableWidget
	whole    fyne.Widget
	onTapped func()                    // may be nil
	onHover  func(bool)                // likewise
	onFocus  func(bool)                // likewise
	keys     func(*fyne.KeyEvent) bool // does something of its own at a key; may be nil
	tips     *tipLayer                 // where the tip is shown, nil: in the layer of the page that it is on
	tip      string                    // what it does, and its key; "": nothing is shown

	hovered, focused bool
}

var (
	_ desktop.Hoverable = (*pressable)(nil)
	_ fyne.Focusable    = (*pressable)(nil)
	_ fyne.Tappable     = (*pressable)(nil)
)

func (p *pressable) become(whole fyne.Widget, tapped func()) {
	p.whole, p.onTapped = whole, tapped
	p.ExtendBaseWidget(whole)
}

// Tapped implements fyne.Tappable.
func (p *pressable) Tapped(*fyne.PointEvent) {
	p.tips.hide(p.whole) // it may move away
	if !p.Disabled() && p.onTapped != nil {
		p.onTapped()
	}
}

// MouseIn, MouseMoved and MouseOut implement desktop.Hoverable.
func (p *pressable) MouseIn(*desktop.MouseEvent)    { p.hover(true) }
func (p *pressable) MouseMoved(*desktop.MouseEvent) {}
func (p *pressable) MouseOut()                      { p.hover(false) }

func (p *pressable) hover(on bool) {
	p.hovered = on
	p.Refresh()
	if on && p.tip != "" {
		if p.tips == nil {
			p.tips = tipsOver(p.whole)
		}
		p.tips.show(p.whole, p.tip)
	} else {
		p.tips.hide(p.whole)
	}
	if p.onHover != nil {
		p.onHover(on)
	}
}

func (p *pressable) focus(on bool) {
	p.focused = on
	p.Refresh()
	if p.onFocus != nil {
		p.onFocus(on)
	}
}

// FocusGained, FocusLost, TypedRune and TypedKey implement fyne.Focusable.
func (p *pressable) FocusGained()   { p.focus(true) }
func (p *pressable) FocusLost()     { p.focus(false) }
func (p *pressable) TypedRune(rune) {}

func (p *pressable) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		p.whole.(fyne.Tappable).Tapped(nil)
	default:
		if p.keys == nil || !p.keys(event) {
			passKey(p.whole, event)
		}
	}
}

// alongRow is keys for those that stand in a row: the arrows go to the neighbours.
func (p *pressable) alongRow(event *fyne.KeyEvent) bool {
	switch event.Name {
	case fyne.KeyRight, fyne.KeyDown:
		moveFocus(p.whole, fyne.Canvas.FocusNext)
	case fyne.KeyLeft, fyne.KeyUp:
		moveFocus(p.whole, fyne.Canvas.FocusPrevious)
	default:
		return false
	}
	return true
}

// ring frames the ground of what has the focus, and nothing else.
func (p *pressable) ring(ground *canvas.Rectangle) {
	ground.StrokeWidth, ground.StrokeColor = 0, named("")
	if p.focused {
		ground.StrokeWidth, ground.StrokeColor = 1.5, theme.Color(theme.ColorNamePrimary)
	}
}
