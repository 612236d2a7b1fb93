package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// pill is a word or two in a rounded frame of the same colour. Without words it
// takes no room.
type pill struct {
	widget.BaseWidget
	text  string
	color fyne.ThemeColorName
}

func newPill() *pill {
	p := &pill{color: theme.ColorNamePlaceHolder}
	p.ExtendBaseWidget(p)
	return p
}

func (p *pill) set(text string, color fyne.ThemeColorName) {
	if text != p.text || color != p.color {
		p.text, p.color = text, color
		p.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (p *pill) CreateRenderer() fyne.WidgetRenderer {
	r := &pillRenderer{pill: p, frame: canvas.NewRectangle(color.Transparent), text: canvas.NewText("", nil)}
	r.Refresh()
	return r
}

type pillRenderer struct {
	pill  *pill
	frame *canvas.Rectangle
	text  *canvas.Text
}

func (r *pillRenderer) MinSize() fyne.Size {
	if r.pill.text == "" {
		return fyne.NewSize(0, px(22))
	}
	return fyne.NewSize(captionStyle.width(r.pill.text)+px(20), px(22))
}

func (r *pillRenderer) Layout(size fyne.Size) {
	r.frame.Resize(size)
	height := r.text.MinSize().Height
	r.text.Resize(fyne.NewSize(size.Width, height))
	r.text.Move(fyne.NewPos(0, (size.Height-height)/2))
}

func (r *pillRenderer) Refresh() {
	captionStyle.centred().apply(r.text)
	r.text.Text, r.text.Color = r.pill.text, Color(r.pill.color)
	r.frame.StrokeColor, r.frame.StrokeWidth, r.frame.CornerRadius = Color(r.pill.color), 1, px(11)
	r.frame.FillColor = Color(theme.ColorNameMenuBackground) // on the ground of a selected row, too
	setVisible(r.frame, r.pill.text != "")
	setVisible(r.text, r.pill.text != "")
	r.Layout(r.pill.Size())
	r.frame.Refresh()
	r.text.Refresh()
}

func (r *pillRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.frame, r.text} }
func (r *pillRenderer) Destroy()                     {}

// modelRow is a model in the list: its name, what it is, and how it fits. It takes
// no focus: its list does.
type modelRow struct {
	widget.BaseWidget
	title, caption *lineText
	pill           *pill
	selected       bool
	hovered        bool
	focused        bool
	onTapped       func()
}

var (
	_ desktop.Hoverable = (*modelRow)(nil)
	_ fyne.Tappable     = (*modelRow)(nil)
)

func newModelRow() *modelRow {
	r := &modelRow{title: newFlexibleLine("", bodyStyle), caption: newFlexibleLine("", captionStyle), pill: newPill()}
	r.ExtendBaseWidget(r)
	return r
}

// Tapped implements fyne.Tappable.
func (r *modelRow) Tapped(*fyne.PointEvent) {
	if r.onTapped != nil {
		r.onTapped()
	}
}

// MouseIn, MouseMoved and MouseOut implement desktop.Hoverable.
func (r *modelRow) MouseIn(*desktop.MouseEvent)    { r.hovered = true; r.Refresh() }
func (r *modelRow) MouseMoved(*desktop.MouseEvent) {}
func (r *modelRow) MouseOut()                      { r.hovered = false; r.Refresh() }

// CreateRenderer implements fyne.Widget.
func (r *modelRow) CreateRenderer() fyne.WidgetRenderer {
	renderer := &modelRowRenderer{row: r, back: canvas.NewRectangle(color.Transparent)}
	renderer.Refresh()
	return renderer
}

type modelRowRenderer struct {
	row  *modelRow
	back *canvas.Rectangle
}

func (r *modelRowRenderer) MinSize() fyne.Size {
	return fyne.NewSize(px(160), bodyStyle.lineHeight()+captionStyle.lineHeight()+px(14))
}

func (r *modelRowRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	right := size.Width - px(14) // a scroll bar has room beside it
	badge := r.row.pill.MinSize()
	r.row.pill.Resize(badge)
	r.row.pill.Move(fyne.NewPos(right-badge.Width, (size.Height-badge.Height)/2))
	if badge.Width > 0 {
		right -= badge.Width + px(8)
	}
	title, caption := r.row.title.MinSize().Height, r.row.caption.MinSize().Height
	top, width := (size.Height-title-caption)/2, max(0, right-px(12))
	r.row.title.Resize(fyne.NewSize(width, title))
	r.row.title.Move(fyne.NewPos(px(12), top))
	r.row.caption.Resize(fyne.NewSize(width, caption))
	r.row.caption.Move(fyne.NewPos(px(12), top+title))
}

func (r *modelRowRenderer) Refresh() {
	row, fill := r.row, fyne.ThemeColorName("")
	switch {
	case row.selected:
		fill = theme.ColorNamePressed
	case row.hovered:
		fill = theme.ColorNameHover
	}
	r.back.FillColor, r.back.CornerRadius = named(fill), px(8)
	r.back.StrokeWidth, r.back.StrokeColor = 0, color.Transparent
	if row.selected && row.focused {
		r.back.StrokeWidth, r.back.StrokeColor = 1.5, theme.Color(theme.ColorNamePrimary)
	}
	row.caption.style.color = captionOn(row.selected, row.caption.style.color)
	r.Layout(row.Size())
	row.title.Refresh()
	row.caption.Refresh()
	row.pill.Refresh()
	r.back.Refresh()
}

func (r *modelRowRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.row.title, r.row.caption, r.row.pill}
}
func (r *modelRowRenderer) Destroy() {}

// modelList is the virtualised list. Up and Down go from row to row.
type modelList struct {
	widget.List
	page    *modelsPage
	focused bool
}

func newModelList(p *modelsPage) *modelList {
	l := &modelList{page: p}
	l.ExtendBaseWidget(l)
	l.HideSeparators = true
	l.Length = func() int { return len(p.shown) }
	l.CreateItem = func() fyne.CanvasObject { return newModelRow() }
	l.UpdateItem = func(i widget.ListItemID, o fyne.CanvasObject) {
		if i < len(p.shown) {
			p.fillRow(o.(*modelRow), p.shown[i])
		}
	}
	return l
}

// FocusGained, FocusLost and TypedKey implement fyne.Focusable.
func (l *modelList) FocusGained() { l.focused = true; l.Refresh() }
func (l *modelList) FocusLost()   { l.focused = false; l.Refresh() }

func (l *modelList) TypedKey(event *fyne.KeyEvent) {
	if !l.page.key(event) {
		passKey(l, event)
	}
}
