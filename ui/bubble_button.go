package ui

import (
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/assets"
)

// newIcon draws one of our icons in a colour of the theme.
func newIcon(name string, color fyne.ThemeColorName) *canvas.Image {
	icon := canvas.NewImageFromResource(theme.NewColoredResource(assets.Icon(name), color))
	icon.FillMode = canvas.ImageFillContain
	return icon
}

// actionButton is a small quiet icon among text: muted until the pointer or the
// focus is on it. Its tip says what it does.
type actionButton struct {
	widget.BaseWidget
	stage    *stage
	icon     string
	tip      string
	onTapped func()
	onFocus  func(has bool) // may be nil
	over     bool
	focused  bool
	done     bool // shows a check mark for a moment
	ink      fyne.ThemeColorName
}

var (
	_ fyne.Tappable     = (*actionButton)(nil)
	_ fyne.Focusable    = (*actionButton)(nil)
	_ desktop.Hoverable = (*actionButton)(nil)
)

func newActionButton(s *stage, icon, tip string, tapped func()) *actionButton {
	b := &actionButton{stage: s, icon: icon, tip: tip, onTapped: tapped, ink: ColorMuted}
	b.ExtendBaseWidget(b)
	return b
}

const (
	actionSize = 28 // of the button, at 100 %
	actionIcon = 18 // of the icon in it
)

// confirm shows for a moment that the action was done.
func (b *actionButton) confirm() {
	b.done = true
	b.Refresh()
	fyne.NewAnimation(1500*time.Millisecond, func(done float32) {
		if done >= 1 {
			b.done = false
			b.Refresh()
		}
	}).Start()
}

// Tapped implements fyne.Tappable.
func (b *actionButton) Tapped(*fyne.PointEvent) {
	b.stage.tip.hide(b) // it may be taken away
	if b.onTapped != nil {
		b.onTapped()
	}
}

// FocusGained implements fyne.Focusable.
func (b *actionButton) FocusGained() {
	b.focused = true
	if b.onFocus != nil {
		b.onFocus(true)
	}
	b.Refresh()
}

// FocusLost implements fyne.Focusable.
func (b *actionButton) FocusLost() {
	b.focused = false
	if b.onFocus != nil {
		b.onFocus(false)
	}
	b.Refresh()
}

// TypedRune implements fyne.Focusable.
func (b *actionButton) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (b *actionButton) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	default:
		b.stage.typed(event)
	}
}

// MouseIn implements desktop.Hoverable.
func (b *actionButton) MouseIn(*desktop.MouseEvent) {
	b.over = true
	b.stage.hover(true)
	b.stage.tip.show(b, b.tip)
	b.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (b *actionButton) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *actionButton) MouseOut() {
	b.over = false
	b.stage.hover(false)
	b.stage.tip.hide(b)
	b.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (b *actionButton) CreateRenderer() fyne.WidgetRenderer {
	r := &actionRenderer{button: b, ground: canvas.NewRectangle(color.Transparent), icon: newIcon(b.icon, b.ink)}
	r.Refresh()
	return r
}

type actionRenderer struct {
	button *actionButton
	ground *canvas.Rectangle
	icon   *canvas.Image
}

func (r *actionRenderer) MinSize() fyne.Size {
	side := r.button.stage.style.px(actionSize)
	return fyne.NewSize(side, side)
}

func (r *actionRenderer) Layout(size fyne.Size) {
	side := r.button.stage.style.px(actionIcon)
	r.ground.Resize(size)
	putAt(r.icon, round((size.Width-side)/2), round((size.Height-side)/2), side, side)
}

func (r *actionRenderer) Refresh() {
	b, st := r.button, r.button.stage.style
	name, ink, ground := b.icon, b.ink, fyne.ThemeColorName("")
	switch {
	case b.done:
		name, ink = "check", ColorGood
	case b.over:
		ink, ground = ColorText, theme.ColorNameHover
	}
	r.ground.FillColor, r.ground.StrokeWidth, r.ground.CornerRadius = color.Transparent, 0, st.px(6)
	if ground != "" {
		r.ground.FillColor = st.ink(ground)
	}
	if b.focused {
		r.ground.StrokeColor, r.ground.StrokeWidth = st.ink(ColorAccent), 1.5
	}
	if resource := theme.NewColoredResource(assets.Icon(name), ink); r.icon.Resource.Name() != resource.Name() {
		r.icon.Resource = resource
		r.icon.Refresh()
	}
	r.ground.Refresh()
}

func (r *actionRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.icon}
}

func (r *actionRenderer) Destroy() {}
