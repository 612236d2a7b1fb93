package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/assets"
)

// quickRow is one line of a list that a field above it looks through: icon, title, and
// at the right what it is. It takes no focus: the field has the keys.
type quickRow struct {
	widget.BaseWidget
	title, note *lineText
	icon        string
	chosen      bool // Enter chooses it
	framed      bool // the keyboard is at it
	over        bool
	onTapped    func()
}

var (
	_ fyne.Tappable     = (*quickRow)(nil)
	_ desktop.Hoverable = (*quickRow)(nil)
)

func newQuickRow() *quickRow {
	r := &quickRow{title: newFlexibleLine("", bodyStyle), note: newFlexibleLine("", captionStyle)}
	r.ExtendBaseWidget(r)
	return r
}

func (r *quickRow) set(icon, title, note string, chosen bool, tapped func()) {
	r.icon, r.chosen, r.onTapped = icon, chosen, tapped
	r.title.SetText(title)
	r.note.SetText(note)
	r.Refresh()
}

// Tapped implements fyne.Tappable.
func (r *quickRow) Tapped(*fyne.PointEvent) {
	if r.onTapped != nil {
		r.onTapped()
	}
}

// MouseIn, MouseMoved and MouseOut implement desktop.Hoverable.
func (r *quickRow) MouseIn(*desktop.MouseEvent)    { r.over = true; r.Refresh() }
func (r *quickRow) MouseMoved(*desktop.MouseEvent) {}
func (r *quickRow) MouseOut()                      { r.over = false; r.Refresh() }

// CreateRenderer implements fyne.Widget.
func (r *quickRow) CreateRenderer() fyne.WidgetRenderer {
	return &quickRowRenderer{row: r, back: canvas.NewRectangle(color.Transparent), icon: canvas.NewImageFromResource(nil)}
}

type quickRowRenderer struct {
	row  *quickRow
	back *canvas.Rectangle
	icon *canvas.Image
}

func (r *quickRowRenderer) MinSize() fyne.Size {
	return fyne.NewSize(px(120), r.row.title.MinSize().Height+px(10))
}

func (r *quickRowRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	putAt(r.icon, px(10), (size.Height-px(18))/2, px(18), px(18))
	left, right := px(40), size.Width-px(12)
	note := min(r.row.note.style.width(r.row.note.text), (right-left)/2)
	height := r.row.note.MinSize().Height
	putAt(r.row.note, right-note, (size.Height-height)/2, note, height)
	height = r.row.title.MinSize().Height
	putAt(r.row.title, left, (size.Height-height)/2, max(0, right-note-px(12)-left), height)
}

func (r *quickRowRenderer) Refresh() {
	row, fill := r.row, fyne.ThemeColorName("")
	switch {
	case row.chosen:
		fill = theme.ColorNamePressed
	case row.over:
		fill = theme.ColorNameHover
	}
	r.back.FillColor, r.back.CornerRadius = named(fill), px(8)
	r.back.StrokeWidth, r.back.StrokeColor = 0, color.Transparent
	if row.framed {
		r.back.StrokeWidth, r.back.StrokeColor = 1.5, theme.Color(theme.ColorNamePrimary)
	}
	row.note.style.color = captionOn(row.chosen, row.note.style.color)
	if row.icon != "" {
		r.icon.FillMode = canvas.ImageFillContain
		r.icon.Resource = theme.NewColoredResource(assets.Icon(row.icon), row.note.style.color)
		r.icon.Refresh()
	}
	r.Layout(row.Size())
	row.title.Refresh()
	row.note.Refresh()
	r.back.Refresh()
}

func (r *quickRowRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.icon, r.row.title, r.row.note}
}
func (r *quickRowRenderer) Destroy() {}
