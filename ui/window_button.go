package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// canvasOf is the canvas that an object stands on. Fyne knows that of an object only
// once it has been drawn; what is just about to appear is on the window's.
func canvasOf(o fyne.CanvasObject) fyne.Canvas {
	driver := fyne.CurrentApp().Driver()
	if c := driver.CanvasForObject(o); c != nil {
		return c
	}
	if windows := driver.AllWindows(); len(windows) == 1 {
		return windows[0].Canvas()
	}
	return nil
}

// passKey hands a key that a focused widget has no use for to the window, so
// that Esc and F1 work wherever the focus is.
func passKey(o fyne.CanvasObject, event *fyne.KeyEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(event)
	}
}

// passShortcut does the same for shortcuts.
func passShortcut(o fyne.CanvasObject, shortcut fyne.Shortcut) {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if handler, ok := c.(fyne.Shortcutable); ok {
		handler.TypedShortcut(shortcut)
	}
}

// pushButton is a button with words on it.
type pushButton struct{ widget.Button }

func newButton(text string, tapped func()) *pushButton {
	b := &pushButton{}
	b.ExtendBaseWidget(b)
	b.Text, b.OnTapped = text, tapped
	return b
}

func newPrimaryButton(text string, tapped func()) *pushButton {
	b := newButton(text, tapped)
	b.Importance = widget.HighImportance
	return b
}

// newIconButton returns a button with one of our icons before its words.
func newIconButton(text, icon string, tapped func()) *pushButton {
	b := newButton(text, tapped)
	b.Icon = newIcon(icon, ColorText).Resource
	return b
}

// TypedKey implements fyne.Focusable.
func (b *pushButton) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeySpace:
		b.Button.TypedKey(event)
	case fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	default:
		passKey(b, event)
	}
}

// glyphButton is a small button with an icon alone, flat until the pointer or
// the focus is on it; solid ones are a filled disc.
type glyphButton struct {
	pressable
	icon  fyne.Resource
	solid bool
	size  float32 // of the button, at 100 %
}

func newGlyph(icon fyne.Resource, size float32, tapped func()) *glyphButton {
	b := &glyphButton{icon: icon, size: size}
	b.become(b, tapped)
	return b
}

func (b *glyphButton) setIcon(icon fyne.Resource) {
	if b.icon != icon {
		b.icon = icon
		b.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *glyphButton) CreateRenderer() fyne.WidgetRenderer {
	r := &glyphRenderer{button: b, back: canvas.NewRectangle(color.Transparent), icon: canvas.NewImageFromResource(nil)}
	r.icon.FillMode = canvas.ImageFillContain
	r.Refresh()
	return r
}

type glyphRenderer struct {
	button *glyphButton
	back   *canvas.Rectangle
	icon   *canvas.Image
	drawn  glyph
}

func (r *glyphRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(px(r.button.size)) }

func (r *glyphRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	side := px(r.button.size) * 0.56
	r.icon.Resize(fyne.NewSquareSize(side))
	r.icon.Move(fyne.NewPos((size.Width-side)/2, (size.Height-side)/2))
}

func (r *glyphRenderer) Refresh() {
	b := r.button
	fill, ink := fyne.ThemeColorName(""), theme.ColorNameForeground
	switch {
	case b.solid && b.Disabled():
		fill, ink = theme.ColorNameDisabledButton, theme.ColorNameDisabled
	case b.solid:
		fill, ink = theme.ColorNamePrimary, theme.ColorNameForegroundOnPrimary
	case b.Disabled():
		ink = theme.ColorNameDisabled
	case b.hovered || b.focused:
		fill = theme.ColorNameHover
	default:
		ink = theme.ColorNamePlaceHolder
	}
	r.back.FillColor = named(fill)
	b.ring(r.back)
	r.back.CornerRadius = px(6)
	if b.solid {
		r.back.CornerRadius = px(b.size) / 2
	}
	r.Layout(b.Size())
	r.back.Refresh()
	if now := (glyph{b.icon, ink, theme.Color(ink), px(b.size)}); now != r.drawn {
		r.drawn, r.icon.Resource = now, theme.NewColoredResource(b.icon, ink)
		r.icon.Refresh()
	}
}

// glyph is how an icon was drawn. Drawing takes a while, and another theme has
// Fyne refresh every button once for each container around it.
type glyph struct {
	icon  fyne.Resource
	ink   fyne.ThemeColorName
	color color.Color
	size  float32
}

func (r *glyphRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.back, r.icon} }
func (r *glyphRenderer) Destroy()                     {}
