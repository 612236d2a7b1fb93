package ui

import (
	"image/color"
	"math"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// face is a font at a size.
type face struct {
	size  float32
	style fyne.TextStyle
}

// style is what the theme says to the transcript, read once per theme: sizes in
// canvas units, at the theme's scale.
type style struct {
	scale            float32
	body, mono, note face
	headings         [3]face // for levels 1, 2 and deeper
	leading          float32 // from line to line of body text
	codePitch        float32 // see codeLeading; 0: not measured yet
	theme            fyne.Theme
	variant          fyne.ThemeVariant
}

// newStyle reads the theme in force.
func newStyle() *style {
	bolder := fyne.TextStyle{Bold: true}
	settings := fyne.CurrentApp().Settings()
	s := &style{
		scale: themeScale(), theme: settings.Theme(), variant: settings.ThemeVariant(),
		body: face{size: themeSize(theme.SizeNameText)},
		mono: face{themeSize(SizeCode), fyne.TextStyle{Monospace: true}},
		note: face{size: themeSize(theme.SizeNameCaptionText)},
		headings: [3]face{{themeSize(theme.SizeNameHeadingText), bolder},
			{themeSize(theme.SizeNameSubHeadingText), bolder}, {themeSize(SizeHeading3), bolder}},
	}
	s.leading = round(s.body.size * 1.5)
	return s
}

// codeLeading is the distance from line to line of code: the height of a
// box-drawing character, or frames drawn with them would have gaps. It is measured
// when the first code is shown: the face and those it falls back on take 7 MB.
func (s *style) codeLeading() float32 {
	if s.codePitch == 0 {
		natural, _ := measure("│", s.mono)
		s.codePitch = round(natural.Height)
	}
	return s.codePitch
}

// current says whether the theme is still the one that was read.
func (s *style) current() bool {
	settings := fyne.CurrentApp().Settings()
	return s.theme == settings.Theme() && s.variant == settings.ThemeVariant()
}

// px turns a length at 100 % into canvas units.
func (s *style) px(length float32) float32 { return round(length * s.scale) }

// ink is the colour of that name in the style's theme.
func (s *style) ink(name fyne.ThemeColorName) color.Color { return Color(name) }

func round(v float32) float32 { return float32(math.Round(float64(v))) }

func ceil(v float32) float32 { return float32(math.Ceil(float64(v))) }

// tabBlanks is how many blanks a tab within a paragraph is.
const tabBlanks = 4

// untabbed is a text as it is measured and drawn. Fyne reckons a tab from where the
// letters of one font begin, but looks for it from where the text does: behind a letter
// of another font it drew what stood before once more, far out of the window.
func untabbed(text string) string {
	return strings.ReplaceAll(text, "\t", strings.Repeat(" ", tabBlanks))
}

// measure is the size of a text and how far its baseline is below its top.
func measure(text string, f face) (fyne.Size, float32) {
	return fyne.CurrentApp().Driver().RenderedTextSize(untabbed(text), f.size, f.style, nil)
}

// metrics remembers the widths of words: breaking a paragraph into lines again
// and again, as it streams in, then shapes only what is new.
type metrics struct {
	words map[face]map[string]float32
	bases map[face]float32
	count int
}

// Bounds of what is remembered: about 4 MB.
const (
	maxWords = 1 << 15
	maxWord  = 64 // bytes; longer ones are not worth remembering, or are no words
)

func newMetrics() *metrics {
	return &metrics{words: map[face]map[string]float32{}, bases: map[face]float32{}}
}

// width of a word.
func (m *metrics) width(word string, f face) float32 {
	if w, ok := m.words[f][word]; ok {
		return w
	}
	if len(word) > maxWord {
		return m.letters(word, f)
	}
	if m.count++; m.count > maxWords {
		clear(m.words)
		m.count = 0
	}
	size, _ := measure(word, f)
	if m.words[f] == nil {
		m.words[f] = map[string]float32{}
	}
	m.words[f][word] = size.Width
	return size.Width
}

// letters adds up the widths of the letters of a text too long to be a word.
func (m *metrics) letters(text string, f face) (sum float32) {
	for i, r := range text {
		sum += m.width(text[i:i+max(1, utf8.RuneLen(r))], f)
	}
	return sum
}

// ascent is how far the baseline of a face lies below the top of its text, in
// whole units, so that faces side by side stand on one line.
func (m *metrics) ascent(f face) float32 {
	base, ok := m.bases[f]
	if !ok {
		_, base = measure(" ", f)
		base = ceil(base)
		m.bases[f] = base
	}
	return base
}
