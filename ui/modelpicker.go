package ui

import (
	"fmt"
	"image/color"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/assets"
)

// ModelPicker is the button above the transcript that names the model, and the
// list of models that opens under it.
type ModelPicker struct {
	widget.BaseWidget
	Models   func() []app.KnownModel // asked each time the list opens
	OnChoose func(path string)
	OnForget func(path string)
	OnOpen   func() // a file is to be looked for
	OnUnload func()
	OnManage func() // the library page is to be opened

	name   string
	loaded string // path of the loaded model, "": none is

	popup *widget.PopUp

	text             *lineText
	hovered, focused bool
}

var (
	_ desktop.Hoverable = (*ModelPicker)(nil)
	_ fyne.Focusable    = (*ModelPicker)(nil)
	_ fyne.Tappable     = (*ModelPicker)(nil)
)

// NewModelPicker returns a picker without a model.
func NewModelPicker() *ModelPicker {
	p := &ModelPicker{text: newFlexibleLine("", strongStyle)}
	p.ExtendBaseWidget(p)
	p.Set("", "")
	return p
}

// Set names the model; loaded is its path if it is loaded now.
func (p *ModelPicker) Set(name, loaded string) {
	p.name, p.loaded = name, loaded
	if name == "" {
		name = lang.L("Choose a model")
	}
	p.text.SetText(name)
	p.Refresh()
}

// Tapped implements fyne.Tappable: the list opens.
func (p *ModelPicker) Tapped(*fyne.PointEvent) { p.open() }

// MouseIn, MouseMoved and MouseOut implement desktop.Hoverable.
func (p *ModelPicker) MouseIn(*desktop.MouseEvent)    { p.hovered = true; p.Refresh() }
func (p *ModelPicker) MouseMoved(*desktop.MouseEvent) {}
func (p *ModelPicker) MouseOut()                      { p.hovered = false; p.Refresh() }

// FocusGained, FocusLost, TypedRune and TypedKey implement fyne.Focusable.
func (p *ModelPicker) FocusGained()   { p.focused = true; p.Refresh() }
func (p *ModelPicker) FocusLost()     { p.focused = false; p.Refresh() }
func (p *ModelPicker) TypedRune(rune) {}

func (p *ModelPicker) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyDown:
		p.open()
	default:
		passKey(p, event)
	}
}

func (p *ModelPicker) open() {
	c := fyne.CurrentApp().Driver().CanvasForObject(p)
	if c == nil {
		return
	}
	list := newColumn(2)
	for _, m := range p.Models() {
		list.Add(p.row(m))
	}
	menu := newColumn(4)
	if len(list.Objects) > 0 {
		scroll := container.NewVScroll(newPadded(1, 1, 1, 1, list))
		wanted := min(list.MinSize().Height+px(2), px(300))
		menu.Add(newSized(0, wanted/px(1), wheeled(scroll)))
		menu.Add(widget.NewSeparator())
	}
	menu.Add(newFocusRow(lang.L("Open a file…"), lang.L("A bigger model: any .gguf file. You can also drop it on the window."), p.then(p.OnOpen)))
	menu.Add(newFocusRow(lang.L("Manage models…"), lang.L("All models on this machine, those of other applications too, and downloads."), p.then(p.OnManage)))
	if p.loaded != "" {
		menu.Add(newFocusRow(lang.L("Unload the model"), lang.L("Frees its memory; the next message loads it again."), p.then(p.OnUnload)))
	}
	p.popup = widget.NewPopUp(container.NewStack(newPadded(4, 4, 4, 4, menu), newTipLayer()), c)
	room := c.Size()
	width := min(px(420), room.Width-px(32))
	height := min(p.popup.MinSize().Height, room.Height-px(16))
	p.popup.Resize(fyne.NewSize(width, height))
	at := below(p)
	at.X = max(px(16), min(at.X, room.Width-width-px(16)))
	at.Y = max(px(8), min(at.Y, room.Height-height-px(8)))
	p.popup.ShowAtPosition(at)
	c.FocusNext() // its first row: the arrow keys go on from there
}

func (p *ModelPicker) row(m app.KnownModel) *focusRow {
	var buttons []*glyphButton
	if m.Missing {
		away := newGlyph(assets.Icon("close"), 24, p.then(func() { p.OnForget(m.Path) }))
		away.tip = lang.L("Take it off the list")
		buttons = append(buttons, away)
	}
	row := newFocusRow(modelName(m), modelCaption(m, time.Now()), p.then(func() { p.OnChoose(m.Path) }), buttons...)
	row.selected = m.Path == p.loaded
	if m.Missing {
		row.title.style.color = theme.ColorNamePlaceHolder
		row.caption.style.color = theme.ColorNameWarning
		row.onTapped = nil
	}
	return row
}

// then closes the list and does f.
func (p *ModelPicker) then(f func()) func() {
	return func() {
		p.popup.Hide()
		f()
	}
}

func modelName(m app.KnownModel) string {
	if m.Name != "" {
		return m.Name
	}
	return strings.TrimSuffix(filepath.Base(m.Path), filepath.Ext(m.Path))
}

func modelCaption(m app.KnownModel, now time.Time) string {
	if m.Starter {
		return fmt.Sprintf(lang.L("Inside Beyonder, %s. Very small: for a first try."), bytesText(m.Bytes))
	}
	if m.Missing {
		return fmt.Sprintf(lang.L("The file is not at %s any more"), m.Path)
	}
	text := bytesText(m.Bytes)
	if !m.Used.IsZero() {
		text += ", " + daysAgo(m.Used, now)
	}
	return text
}

func daysAgo(then, now time.Time) string {
	days := int(now.Sub(then).Hours() / 24)
	switch {
	case days < 1:
		return lang.L("used today")
	case days == 1:
		return lang.L("used yesterday")
	case days < 60:
		return fmt.Sprintf(lang.L("used %s days ago"), count(days))
	}
	return fmt.Sprintf(lang.L("used on %s"), dateText(then))
}

// CreateRenderer implements fyne.Widget.
func (p *ModelPicker) CreateRenderer() fyne.WidgetRenderer {
	r := &pickerRenderer{picker: p, back: canvas.NewRectangle(color.Transparent), arrow: canvas.NewImageFromResource(nil)}
	r.arrow.FillMode = canvas.ImageFillContain
	r.Refresh()
	return r
}

type pickerRenderer struct {
	picker *ModelPicker
	back   *canvas.Rectangle
	arrow  *canvas.Image
}

func (r *pickerRenderer) MinSize() fyne.Size {
	width := r.picker.text.style.width(r.picker.text.text) + px(8+4+16+8)
	return fyne.NewSize(min(width, px(360)), px(32))
}

func (r *pickerRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	height := r.picker.text.MinSize().Height
	r.picker.text.Resize(fyne.NewSize(max(0, size.Width-px(36)), height))
	r.picker.text.Move(fyne.NewPos(px(8), (size.Height-height)/2))
	r.arrow.Resize(fyne.NewSquareSize(px(16)))
	r.arrow.Move(fyne.NewPos(size.Width-px(24), (size.Height-px(16))/2))
}

func (r *pickerRenderer) Refresh() {
	p := r.picker
	fill := fyne.ThemeColorName("")
	if p.hovered || p.focused {
		fill = theme.ColorNameHover
	}
	r.back.FillColor, r.back.CornerRadius = named(fill), px(8)
	r.back.StrokeWidth, r.back.StrokeColor = 0, color.Transparent
	if p.focused {
		r.back.StrokeWidth, r.back.StrokeColor = 1.5, theme.Color(theme.ColorNamePrimary)
	}
	r.arrow.Resource = theme.NewColoredResource(assets.Icon("expand"), theme.ColorNamePlaceHolder)
	r.Layout(p.Size())
	p.text.Refresh()
	r.back.Refresh()
	r.arrow.Refresh()
}

func (r *pickerRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.picker.text, r.arrow}
}
func (r *pickerRenderer) Destroy() {}
