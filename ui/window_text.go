package ui

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// px is n pixels at 100 %: lengths grow with the text when the reader chooses
// a larger scale, so that what fitted still fits.
func px(n float32) float32 { return n * themeScale() }

// textStyle is how a lineText or a paragraph looks, in names of the theme.
type textStyle struct {
	color fyne.ThemeColorName
	size  fyne.ThemeSizeName
	font  fyne.TextStyle
	align fyne.TextAlign
}

var (
	bodyStyle    = textStyle{color: theme.ColorNameForeground, size: theme.SizeNameText}
	strongStyle  = textStyle{color: theme.ColorNameForeground, size: theme.SizeNameText, font: fyne.TextStyle{Bold: true}}
	titleStyle   = textStyle{color: theme.ColorNameForeground, size: theme.SizeNameSubHeadingText, font: fyne.TextStyle{Bold: true}}
	captionStyle = textStyle{color: theme.ColorNamePlaceHolder, size: theme.SizeNameCaptionText}
	dangerStyle  = textStyle{color: theme.ColorNameError, size: theme.SizeNameCaptionText}
)

func (s textStyle) centred() textStyle { s.align = fyne.TextAlignCenter; return s }

func (s textStyle) width(text string) float32 {
	return fyne.MeasureText(text, theme.Size(s.size), s.font).Width
}

func (s textStyle) apply(t *canvas.Text) {
	t.Color, t.TextSize, t.TextStyle, t.Alignment = theme.Color(s.color), theme.Size(s.size), s.font, s.align
}

// lineHeight is the distance between two lines of a paragraph.
func (s textStyle) lineHeight() float32 { return float32(int(theme.Size(s.size)*1.45 + 0.5)) }

// lineText is one line of text without padding, cut with an ellipsis where
// there is no room. (A widget.Label has 8 pixels around it, which would break
// the common left edge.)
type lineText struct {
	widget.BaseWidget
	style    textStyle
	text     string
	flexible bool // may be cut: asks for no width
}

func newLine(text string, style textStyle) *lineText {
	l := &lineText{text: text, style: style}
	l.ExtendBaseWidget(l)
	return l
}

func newFlexibleLine(text string, style textStyle) *lineText {
	l := newLine(text, style)
	l.flexible = true
	return l
}

// SetText changes the text.
func (l *lineText) SetText(text string) {
	if text != l.text {
		l.text = text
		l.Refresh()
	}
}

func (l *lineText) setStyle(style textStyle) {
	if style != l.style {
		l.style = style
		l.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (l *lineText) CreateRenderer() fyne.WidgetRenderer {
	r := &lineRenderer{line: l, text: canvas.NewText("", nil)}
	r.Refresh()
	return r
}

type lineRenderer struct {
	line *lineText
	text *canvas.Text
}

func (r *lineRenderer) MinSize() fyne.Size {
	size := fyne.NewSize(0, r.line.style.lineHeight())
	if !r.line.flexible {
		size.Width = r.line.style.width(r.line.text)
	}
	return size
}

func (r *lineRenderer) Layout(size fyne.Size) {
	text := steady(ellipsis(r.line.text, size.Width, r.line.style))
	if text != r.text.Text {
		r.text.Text = text
		r.text.Refresh()
	}
	r.text.Resize(size)
}

func (r *lineRenderer) Refresh() {
	r.line.style.apply(r.text)
	r.text.Text = steady(ellipsis(r.line.text, r.line.Size().Width, r.line.style))
	r.text.Refresh()
}

func (r *lineRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.text} }
func (r *lineRenderer) Destroy()                     {}

// steady lets a text stand on the line of its face though it begins with a
// character that the face lacks. Fyne takes the baseline from the font of the first
// character: behind an emoji or a Chinese one the others stood higher or lower, and
// their feet were cut off. A space without width is the face's own.
func steady(text string) string {
	text = untabbed(text)
	r, _ := utf8.DecodeRuneInString(text)
	if text == "" || r < 0x590 || r >= 0x1E00 && r < 0x2600 { // Latin, Greek, Cyrillic; punctuation, arrows, mathematics
		return text
	}
	return "\u200b" + text
}

// ellipsis is the longest beginning of text that fits into width.
func ellipsis(text string, width float32, style textStyle) string {
	if text == "" || style.width(text) <= width+0.5 {
		return text
	}
	runes := []rune(text)
	low, high := 0, len(runes)
	for low < high {
		middle := (low + high + 1) / 2
		if style.width(strings.TrimRight(string(runes[:middle]), " ")+"…") <= width {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return strings.TrimRight(string(runes[:low]), " ") + "…"
}
