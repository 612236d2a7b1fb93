package ui

import (
	"fmt"
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
)

// filePiece is a text that goes with a message, shown as a card that opens it. To
// find and to copy, it is the text itself.
type filePiece struct {
	file     app.Attachment
	card     *fileCard
	box      *fyne.Container
	sheet    *sheet
	from, to int
}

var _ piece = (*filePiece)(nil)

func newFilePiece(s *stage, n node, ground fyne.ThemeColorName) *filePiece {
	p := &filePiece{file: app.Attachment{Name: n.file, Text: n.code}}
	p.card = newFileCard(s, p.file)
	if ground == ColorPanel {
		p.card.ground = ColorPage
	}
	p.box, p.sheet = newBox()
	p.box.Objects = []fyne.CanvasObject{p.card}
	return p
}

func (p *filePiece) object() fyne.CanvasObject { return p.box }
func (p *filePiece) text() string              { return p.file.Text }

func (p *filePiece) layout(_ *metrics, width float32) float32 {
	size := fyne.NewSize(min(width, p.natural()), p.card.MinSize().Height)
	putAt(p.card, 0, 0, size.Width, size.Height)
	p.sheet.set(p.box, size)
	return size.Height
}

func (p *filePiece) natural() float32 { return p.card.wanted() }

func (p *filePiece) draw(*stage, float32, float32) {}

// at is the text's beginning or its end, whichever is nearer to the point.
func (p *filePiece) at(point fyne.Position) int {
	if point.X < p.box.Size().Width/2 {
		return 0
	}
	return len(p.file.Text)
}

func (p *filePiece) highlight(_ *stage, from, to int) {
	if marked := from < to; marked != p.card.marked {
		p.card.marked = marked
		p.card.Refresh()
	}
}

func (p *filePiece) link(fyne.Position) string { return "" }

// fileCard is the name and the size of a text; a click opens it.
type fileCard struct {
	widget.BaseWidget
	stage         *stage
	file          app.Attachment
	note          string
	ground        fyne.ThemeColorName
	marked        bool // all of it is selected, or something in it is found
	over, focused bool
}

var (
	_ fyne.Tappable      = (*fileCard)(nil)
	_ fyne.Focusable     = (*fileCard)(nil)
	_ desktop.Hoverable  = (*fileCard)(nil)
	_ desktop.Cursorable = (*fileCard)(nil)
)

func newFileCard(s *stage, f app.Attachment) *fileCard {
	c := &fileCard{stage: s, file: f, note: fileNote(f.Text), ground: ColorPanel}
	c.ExtendBaseWidget(c)
	return c
}

// fileNote says how much text there is: "12.4 kB, 340 lines".
func fileNote(text string) string {
	lines := strings.Count(strings.TrimSuffix(text, "\n"), "\n") + 1
	return bytesText(int64(len(text))) + ", " + counted(lines, lang.L("1 line"), lang.L("%s lines"))
}

// wanted is the width that shows all of it.
func (c *fileCard) wanted() float32 {
	st := c.stage.style
	name, _ := measure(c.file.Name, st.body)
	note, _ := measure(c.note, st.note)
	return ceil(max(name.Width, note.Width)) + st.px(52)
}

// Tapped implements fyne.Tappable.
func (c *fileCard) Tapped(*fyne.PointEvent) {
	if c.stage.opened != nil {
		c.stage.opened(c.file)
	}
}

// FocusGained, FocusLost, TypedRune and TypedKey implement fyne.Focusable.
func (c *fileCard) FocusGained()   { c.focused = true; c.Refresh() }
func (c *fileCard) FocusLost()     { c.focused = false; c.Refresh() }
func (c *fileCard) TypedRune(rune) {}

func (c *fileCard) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		c.Tapped(nil)
	default:
		c.stage.typed(event)
	}
}

// MouseIn, MouseMoved and MouseOut implement desktop.Hoverable.
func (c *fileCard) MouseIn(*desktop.MouseEvent) {
	c.over = true
	c.stage.hover(true)
	c.stage.tip.show(c, lang.L("Show the text"))
	c.Refresh()
}
func (c *fileCard) MouseMoved(*desktop.MouseEvent) {}
func (c *fileCard) MouseOut() {
	c.over = false
	c.stage.hover(false)
	c.stage.tip.hide(c)
	c.Refresh()
}

// Cursor implements desktop.Cursorable.
func (c *fileCard) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer implements fyne.Widget.
func (c *fileCard) CreateRenderer() fyne.WidgetRenderer {
	r := &fileCardRenderer{card: c, back: canvas.NewRectangle(color.Transparent), icon: newIcon("document", ColorMuted), name: &canvas.Text{}, note: &canvas.Text{}}
	r.Refresh()
	return r
}

type fileCardRenderer struct {
	card       *fileCard
	back       *canvas.Rectangle
	icon       *canvas.Image
	name, note *canvas.Text
}

func (r *fileCardRenderer) MinSize() fyne.Size {
	st := r.card.stage.style
	return fyne.NewSize(st.px(120), st.px(48))
}

func (r *fileCardRenderer) Layout(size fyne.Size) {
	st := r.card.stage.style
	r.back.Resize(size)
	putAt(r.icon, st.px(12), round((size.Height-st.px(20))/2), st.px(20), st.px(20))
	width := max(0, size.Width-st.px(52))
	r.name.Text = ellipsis(r.card.file.Name, width, bodyStyle)
	name, note := r.name.MinSize(), r.note.MinSize()
	top := round((size.Height - name.Height - note.Height) / 2)
	putAt(r.name, st.px(40), top, width, name.Height)
	putAt(r.note, st.px(40), top+name.Height, width, note.Height)
}

func (r *fileCardRenderer) Refresh() {
	c, st := r.card, r.card.stage.style
	r.back.FillColor, r.back.CornerRadius = st.ink(c.ground), st.px(8)
	r.back.StrokeWidth, r.back.StrokeColor = 1, st.ink(ColorLine)
	switch {
	case c.focused, c.marked:
		r.back.StrokeWidth, r.back.StrokeColor = 1.5, st.ink(ColorAccent)
	case c.over:
		r.back.StrokeColor = st.ink(ColorBorder)
	}
	r.name.TextSize, r.name.Color = st.body.size, st.ink(ColorText)
	r.note.TextSize, r.note.Color, r.note.Text = st.note.size, st.ink(ColorMuted), c.note
	r.Layout(c.Size())
	canvas.Refresh(c)
}

func (r *fileCardRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.icon, r.name, r.note}
}
func (r *fileCardRenderer) Destroy() {}

// showFile opens a text that goes with a message.
func (w *Window) showFile(f app.Attachment) {
	foot := container.NewHBox(spacer(), newPrimaryButton(lang.L("Copy all"), func() { w.copy(f.Text) }))
	body, focus := w.fileBody(f)
	body = container.NewBorder(nil, newPadded(12, 16, 0, 0, foot), nil, nil, body)
	name := f.Name
	if name == "" {
		name = lang.L("Long text")
	}
	w.openDetail(name, fileNote(f.Text), 820, body, focus)
}

// fileBody shows prose with its lines broken, everything else line by line.
func (w *Window) fileBody(f app.Attachment) (fyne.CanvasObject, fyne.Focusable) {
	const mostWords = 200_000 // bytes
	if isProse(f.Name) && len(f.Text) < mostWords {
		flow, scroll := newWordFlow(true)
		flow.set(textPieces(f.Text, ColorText))
		return scroll, flow
	}
	t := NewTranscript()
	t.OnCopy = w.copy
	t.SetEntries([]Entry{{ID: 1, Role: "assistant", Name: f.Name, Text: f.String(), State: string(app.Complete)}})
	return t, t.view
}

func isProse(name string) bool {
	name = strings.ToLower(name)
	for _, ending := range []string{".txt", ".md", ".text", ".markdown", ".rst", ".tex", ".eml"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return !strings.Contains(name, ".")
}

// tokensText says how many tokens there are, or about how many.
func tokensText(n int, exact bool) string {
	if exact {
		return counted(n, lang.L("1 token"), lang.L("%s tokens"))
	}
	return fmt.Sprintf(lang.L("about %s"), counted(roundTokens(n), lang.L("1 token"), lang.L("%s tokens")))
}

// roundTokens leaves two digits of a guess.
func roundTokens(n int) int {
	unit := 1
	for n/unit >= 100 {
		unit *= 10
	}
	return (n + unit/2) / unit * unit
}
