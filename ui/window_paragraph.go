package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// paragraph is text that wraps at words, without padding. Its height follows
// from its width, so a layout sets the width first and asks for the height
// then, as column does.
type paragraph struct {
	widget.BaseWidget
	style textStyle
	text  string

	lines []string
	width float32 // that lines were wrapped for; 0: not yet
	set   wrapping
}

// wrapping is what lines depend on: with another theme, Fyne refreshes everything
// many times over, and only the first time needs them wrapped.
type wrapping struct {
	text  string
	width float32
	style textStyle
	theme fyne.Theme
}

func newParagraph(text string, style textStyle) *paragraph {
	p := &paragraph{text: text, style: style}
	p.ExtendBaseWidget(p)
	return p
}

// SetText changes the text.
func (p *paragraph) SetText(text string) {
	if text != p.text {
		p.text = text
		p.Refresh()
	}
}

func (p *paragraph) setStyle(style textStyle) {
	if style != p.style {
		p.style = style
		p.Refresh()
	}
}

// Resize implements fyne.CanvasObject: a new width is a new wrapping.
func (p *paragraph) Resize(size fyne.Size) {
	if size.Width != p.width {
		p.width = size.Width
		p.Refresh()
	}
	p.BaseWidget.Resize(size)
}

// Refresh implements fyne.CanvasObject.
func (p *paragraph) Refresh() {
	p.wrap()
	p.BaseWidget.Refresh()
}

func (p *paragraph) wrap() {
	width := p.width
	if width <= 0 {
		width = px(240)
	}
	set := wrapping{p.text, width, p.style, fyne.CurrentApp().Settings().Theme()}
	if set != p.set {
		p.set, p.lines = set, wrapped(p.text, width, p.style)
	}
}

// CreateRenderer implements fyne.Widget.
func (p *paragraph) CreateRenderer() fyne.WidgetRenderer {
	p.wrap()
	r := &paragraphRenderer{paragraph: p}
	r.Refresh()
	return r
}

type paragraphRenderer struct {
	paragraph *paragraph
	texts     []fyne.CanvasObject
}

func (r *paragraphRenderer) MinSize() fyne.Size {
	return fyne.NewSize(0, float32(len(r.paragraph.lines))*r.paragraph.style.lineHeight())
}

func (r *paragraphRenderer) Layout(size fyne.Size) {
	height := r.paragraph.style.lineHeight()
	for i, text := range r.texts {
		text.Resize(fyne.NewSize(size.Width, height))
		text.Move(fyne.NewPos(0, float32(i)*height))
	}
}

func (r *paragraphRenderer) Refresh() {
	r.texts = r.texts[:0]
	for _, line := range r.paragraph.lines {
		text := canvas.NewText(steady(line), nil)
		r.paragraph.style.apply(text)
		r.texts = append(r.texts, text)
	}
	r.Layout(r.paragraph.Size())
	canvas.Refresh(r.paragraph)
}

func (r *paragraphRenderer) Objects() []fyne.CanvasObject { return r.texts }
func (r *paragraphRenderer) Destroy()                     {}

// wrapped breaks text into lines of at most width: at line breaks, then at spaces
// and between the letters of scripts written without them, and inside a word only
// where the word alone is too wide.
func wrapped(text string, width float32, style textStyle) []string {
	if text == "" {
		return nil
	}
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		line := ""
		for _, word := range unbroken(paragraph) {
			candidate := line + word
			if line == "" {
				candidate = strings.TrimLeft(word, " ")
			}
			if style.width(candidate) <= width {
				line = candidate
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			for line = strings.TrimLeft(word, " "); style.width(line) > width; {
				cut := fitting(line, width, style)
				lines = append(lines, line[:cut])
				line = line[cut:]
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// unbroken are the parts of a text between which a line may be broken, each with
// the space before it.
func unbroken(text string) []string {
	var parts []string
	for i, field := range strings.Fields(text) {
		if i > 0 {
			field = " " + field
		}
		begin, previous := 0, ' '
		for at, r := range field {
			if previous != ' ' && (isWide(previous) || isWide(r)) && breaksBetween(previous, r) {
				parts = append(parts, field[begin:at])
				begin = at
			}
			previous = r
		}
		parts = append(parts, field[begin:])
	}
	return parts
}

// fitting is the length in bytes of the longest beginning of word that fits,
// at least one character.
func fitting(word string, width float32, style textStyle) int {
	last := 0
	for i, r := range word {
		end := i + len(string(r))
		if last > 0 && style.width(word[:end]) > width {
			break
		}
		last = end
	}
	return last
}
