package ui

import (
	"image/color"

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

// AssistantPicker is the button above the transcript that names the assistant of
// the conversation, and the list that opens under it.
type AssistantPicker struct {
	widget.BaseWidget
	Assistants func() []app.Assistant // asked each time the list opens
	OnChoose   func(app.ID)           // 0: none
	OnManage   func()
	tips       *tipLayer
	tip        string

	now   app.Assistant
	face  *faceView
	text  *lineText
	popup *widget.PopUp

	hovered, focused bool
}

var (
	_ desktop.Hoverable = (*AssistantPicker)(nil)
	_ fyne.Focusable    = (*AssistantPicker)(nil)
	_ fyne.Tappable     = (*AssistantPicker)(nil)
)

// NewAssistantPicker returns a picker without an assistant.
func NewAssistantPicker() *AssistantPicker {
	p := &AssistantPicker{face: newFaceView(nil, 20), text: newFlexibleLine("", bodyStyle)}
	p.ExtendBaseWidget(p)
	p.Set(app.Assistant{})
	return p
}

// Set names the assistant of the conversation; one without an ID is none.
func (p *AssistantPicker) Set(a app.Assistant) {
	p.now = a
	style := bodyStyle
	if a.ID == 0 {
		style.color = theme.ColorNamePlaceHolder
		p.face.set(nil)
		p.text.SetText(lang.L("No assistant"))
	} else {
		p.face.set(faceOf(a))
		p.text.SetText(assistantName(a))
	}
	p.text.setStyle(style)
	p.Refresh()
}

// Tapped implements fyne.Tappable: the list opens.
func (p *AssistantPicker) Tapped(*fyne.PointEvent) { p.open() }

// MouseIn, MouseMoved and MouseOut implement desktop.Hoverable.
func (p *AssistantPicker) MouseIn(*desktop.MouseEvent)    { p.hover(true) }
func (p *AssistantPicker) MouseMoved(*desktop.MouseEvent) {}
func (p *AssistantPicker) MouseOut()                      { p.hover(false) }

func (p *AssistantPicker) hover(on bool) {
	p.hovered = on
	p.Refresh()
	if on {
		p.tips.show(p, p.tip)
	} else {
		p.tips.hide(p)
	}
}

// FocusGained, FocusLost, TypedRune and TypedKey implement fyne.Focusable.
func (p *AssistantPicker) FocusGained()   { p.focused = true; p.Refresh() }
func (p *AssistantPicker) FocusLost()     { p.focused = false; p.Refresh() }
func (p *AssistantPicker) TypedRune(rune) {}

func (p *AssistantPicker) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyDown:
		p.open()
	default:
		passKey(p, event)
	}
}

// open lists the assistants under the button, and puts the keyboard on the chosen one.
func (p *AssistantPicker) open() {
	c := fyne.CurrentApp().Driver().CanvasForObject(p)
	if c == nil {
		return
	}
	p.tips.hide(p)
	list := newColumn(2)
	none := newFocusRow(lang.L("No assistant"), "", p.then(func() { p.OnChoose(0) }))
	none.selected = p.now.ID == 0
	list.Add(none)
	chosen := none
	for _, a := range p.Assistants() {
		row := p.row(a)
		if row.selected {
			chosen = row
		}
		list.Add(row)
	}
	scroll := container.NewVScroll(newPadded(1, 1, 1, 1, list))
	room := c.Size()
	wanted := min(list.MinSize().Height+px(2), room.Height-px(160), px(400))
	menu := newColumn(4, newSized(0, wanted/px(1), wheeled(scroll)), widget.NewSeparator())
	menu.Add(newFocusRow(lang.L("Make and change assistants…"), "", p.then(p.OnManage)))
	p.popup = widget.NewPopUp(newPadded(4, 4, 4, 4, menu), c)
	width := min(px(380), room.Width-px(32))
	p.popup.Resize(fyne.NewSize(width, min(p.popup.MinSize().Height, room.Height-px(16))))
	at := below(p)
	at.X = max(px(16), min(at.X, room.Width-width-px(16)))
	p.popup.ShowAtPosition(at)
	c.Focus(chosen) // the arrow keys go on from there
}

func (p *AssistantPicker) row(a app.Assistant) *focusRow {
	row := newFocusRow(assistantName(a), assistantAbout(a), p.then(func() { p.OnChoose(a.ID) }))
	row.face, row.selected = faceOf(a), a.ID == p.now.ID
	return row
}

// then closes the list and does f.
func (p *AssistantPicker) then(f func()) func() {
	return func() {
		p.popup.Hide()
		f()
	}
}

// CreateRenderer implements fyne.Widget.
func (p *AssistantPicker) CreateRenderer() fyne.WidgetRenderer {
	r := &assistantPickerRenderer{picker: p, back: canvas.NewRectangle(color.Transparent), arrow: canvas.NewImageFromResource(nil)}
	r.arrow.FillMode = canvas.ImageFillContain
	r.Refresh()
	return r
}

type assistantPickerRenderer struct {
	picker *AssistantPicker
	back   *canvas.Rectangle
	arrow  *canvas.Image
}

// left is where the name begins.
func (r *assistantPickerRenderer) left() float32 {
	if r.picker.now.ID == 0 {
		return px(8)
	}
	return px(8 + 20 + 8)
}

func (r *assistantPickerRenderer) MinSize() fyne.Size {
	width := r.left() + r.picker.text.style.width(r.picker.text.text) + px(4+16+8)
	return fyne.NewSize(min(width, px(240)), px(32))
}

func (r *assistantPickerRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	side := px(20)
	r.picker.face.Resize(fyne.NewSquareSize(side))
	r.picker.face.Move(fyne.NewPos(px(8), (size.Height-side)/2))
	height := r.picker.text.MinSize().Height
	r.picker.text.Resize(fyne.NewSize(max(0, size.Width-r.left()-px(28)), height))
	r.picker.text.Move(fyne.NewPos(r.left(), (size.Height-height)/2))
	r.arrow.Resize(fyne.NewSquareSize(px(16)))
	r.arrow.Move(fyne.NewPos(size.Width-px(24), (size.Height-px(16))/2))
}

func (r *assistantPickerRenderer) Refresh() {
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
	p.face.Refresh()
	r.back.Refresh()
	r.arrow.Refresh()
}

func (r *assistantPickerRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.picker.face, r.picker.text, r.arrow}
}
func (r *assistantPickerRenderer) Destroy() {}
