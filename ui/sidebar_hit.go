package ui

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
)

// hitRow shows one conversation that was found: its title, two lines of the
// message with the words that were looked for in bold, how many more there are.
type hitRow struct {
	widget.BaseWidget
	hit         app.Hit
	selected    bool
	hovered     bool
	onTapped    func()
	onSecondary func(at fyne.Position)
}

var (
	_ desktop.Hoverable      = (*hitRow)(nil)
	_ fyne.Tappable          = (*hitRow)(nil)
	_ fyne.SecondaryTappable = (*hitRow)(nil)
)

func newHitRow() *hitRow {
	r := &hitRow{}
	r.ExtendBaseWidget(r)
	return r
}

func (r *hitRow) set(h app.Hit, selected bool) {
	r.hit, r.selected = h, selected
	r.Refresh()
}

// Tapped and TappedSecondary implement fyne.Tappable and fyne.SecondaryTappable.
func (r *hitRow) Tapped(*fyne.PointEvent)            { r.onTapped() }
func (r *hitRow) TappedSecondary(e *fyne.PointEvent) { r.onSecondary(e.AbsolutePosition) }

// MouseIn, MouseMoved and MouseOut implement desktop.Hoverable.
func (r *hitRow) MouseIn(*desktop.MouseEvent)    { r.hovered = true; r.Refresh() }
func (r *hitRow) MouseMoved(*desktop.MouseEvent) {}
func (r *hitRow) MouseOut()                      { r.hovered = false; r.Refresh() }

// CreateRenderer implements fyne.Widget.
func (r *hitRow) CreateRenderer() fyne.WidgetRenderer {
	return &hitRenderer{row: r, back: canvas.NewRectangle(color.Transparent)}
}

type hitRenderer struct {
	row   *hitRow
	back  *canvas.Rectangle
	texts []fyne.CanvasObject
}

const hitLines = 2 // of the quotation

func (r *hitRenderer) MinSize() fyne.Size {
	return fyne.NewSize(px(80), bodyStyle.lineHeight()+(hitLines+1)*captionStyle.lineHeight()+px(12))
}

func (r *hitRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.write(size)
}

func (r *hitRenderer) Refresh() {
	fill := fyne.ThemeColorName("")
	switch {
	case r.row.selected:
		fill = theme.ColorNamePressed
	case r.row.hovered:
		fill = theme.ColorNameHover
	}
	r.back.FillColor, r.back.CornerRadius = named(fill), px(8)
	r.Layout(r.row.Size())
	canvas.Refresh(r.row)
}

// write sets the texts anew.
func (r *hitRenderer) write(size fyne.Size) {
	h, width := r.row.hit, size.Width-px(24)
	r.texts = r.texts[:0]
	y := px(6)
	r.text(ellipsis(titleOf(h.Conversation), width, bodyStyle), bodyStyle, px(12), y)
	y += bodyStyle.lineHeight()
	for _, line := range setWords(markedWords(h.Snippet, h.Marks), width, hitLines) {
		x := px(12)
		for _, word := range line {
			r.text(word.text, word.style(), x, y)
			x += word.style().width(word.text)
		}
		y += captionStyle.lineHeight()
	}
	if note := strings.Trim(detailOf(h)+" · "+moreOf(h), " ·"); note != "" {
		r.text(note, captionStyle, px(12), y)
	}
}

func (r *hitRenderer) text(text string, style textStyle, x, y float32) {
	t := canvas.NewText(text, nil)
	style.apply(t)
	putAt(t, x, y, style.width(text), style.lineHeight())
	r.texts = append(r.texts, t)
}

func (r *hitRenderer) Objects() []fyne.CanvasObject {
	return append([]fyne.CanvasObject{r.back}, r.texts...)
}
func (r *hitRenderer) Destroy() {}

// markedWord is a part of a quotation between two places where it may be broken
// or where its look changes, with the space after it.
type markedWord struct {
	text   string
	marked bool
}

var foundStyle = textStyle{color: theme.ColorNameForeground, size: theme.SizeNameCaptionText, font: fyne.TextStyle{Bold: true}}

func (w markedWord) style() textStyle {
	if w.marked {
		return foundStyle
	}
	return captionStyle
}

func markedWords(text string, marks [][2]int) (words []markedWord) {
	cut := func(text string, marked bool) {
		for text != "" {
			end := strings.IndexByte(text, ' ') + 1
			if end == 0 {
				end = len(text)
			}
			words = append(words, markedWord{text[:end], marked})
			text = text[end:]
		}
	}
	at := 0
	for _, m := range marks {
		cut(text[at:m[0]], false)
		cut(text[m[0]:m[1]], true)
		at = m[1]
	}
	cut(text[at:], false)
	return words
}

// setWords breaks words into lines; what does not fit into the last one is cut.
func setWords(words []markedWord, width float32, lines int) (set [][]markedWord) {
	var line []markedWord
	x := float32(0)
	for i, w := range words {
		wide := w.style().width(w.text)
		joined := i > 0 && !strings.HasSuffix(words[i-1].text, " ")
		if x+w.style().width(strings.TrimRight(w.text, " ")) > width && (x > 0 || wide > width) && !(joined && x == 0) {
			if len(set)+1 == lines || x == 0 {
				if short := ellipsis(strings.TrimRight(w.text, " "), width-x, w.style()); short != "…" || x == 0 {
					line = append(line, markedWord{short, w.marked})
				} else if n := len(line); n > 0 {
					line[n-1].text = strings.TrimRight(line[n-1].text, " ") + "…"
				}
				return append(set, line)
			}
			set, line, x = append(set, line), nil, 0
		}
		line = append(line, w)
		x += wide
	}
	if len(line) > 0 {
		set = append(set, line)
	}
	return set
}
