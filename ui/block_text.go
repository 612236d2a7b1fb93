package ui

import (
	"sort"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// textPiece is a paragraph, a heading or a cell: text set into lines. Only the
// lines in view have objects.
type textPiece struct {
	runs       []run
	pitch      float32
	flow       flow
	box        *fyne.Container
	sheet      *sheet
	first, end int      // lines that have objects
	from, to   int      // selected bytes
	found      [][2]int // where foundFor is
	foundFor   string
	tints      []tintSpan
	drawn      bool
}

var _ piece = (*textPiece)(nil)

func newTextPiece(runs []run, pitch float32) *textPiece {
	t := &textPiece{runs: runs, pitch: pitch}
	t.box, t.sheet = newBox()
	return t
}

func (t *textPiece) object() fyne.CanvasObject { return t.box }

func (t *textPiece) text() string { return joinRuns(t.runs) }

func (t *textPiece) layout(m *metrics, width float32) float32 {
	t.flow = m.breakLines(t.runs, width, t.pitch)
	t.sheet.set(t.box, fyne.NewSize(t.flow.width, t.flow.height))
	t.drawn = false
	return t.flow.height
}

func (t *textPiece) natural() float32 { return t.flow.width }

// draw makes objects for the lines between top and bottom.
func (t *textPiece) draw(s *stage, top, bottom float32) {
	first := max(0, int(top/t.pitch))
	end := min(len(t.flow.lines), int(bottom/t.pitch)+1)
	if t.drawn && first == t.first && end == t.end {
		return
	}
	t.first, t.end, t.drawn = first, max(first, end), true
	t.redraw(s)
}

func (t *textPiece) redraw(s *stage) {
	t.box.Objects = t.box.Objects[:0]
	for i := t.first; i < t.end; i++ {
		t.flow.refine(&t.flow.lines[i])
		t.colour(s, t.flow.lines[i])
		t.markFound(s, t.flow.lines[i])
		t.mark(s, t.flow.lines[i])
	}
	for _, line := range t.flow.lines[t.first:t.end] {
		for _, f := range line.fragments {
			t.box.Objects = append(t.box.Objects, t.fragment(s, line, f)...)
		}
	}
}

// mark lays the selection under a line.
func (t *textPiece) mark(s *stage, line textLine) {
	from, to := max(t.from, line.start), min(t.to, line.end)
	if from >= to {
		return
	}
	x0, x1 := t.x(line, from), t.x(line, to)
	if to == line.end && to < t.to {
		x1 += t.pitch / 4 // the line's end is selected too
	}
	t.box.Objects = append(t.box.Objects, newMark(s, x0, line.y, x1-x0, t.pitch))
}

// fragment makes what one fragment is drawn with: its ground, its text, and the
// line under or through it.
func (t *textPiece) fragment(s *stage, line textLine, f fragment) []fyne.CanvasObject {
	r := t.flow.runs[f.run]
	ink := s.style.ink(r.color)
	top := line.baseline - s.metrics.ascent(r.face)
	var objects []fyne.CanvasObject
	size, _ := measure(" ", r.face)
	if r.code && len(t.tints) == 0 { // it would hide the colours
		pad := groundPad * r.face.size
		ground := canvas.NewRectangle(s.style.ink(ColorPanel))
		ground.CornerRadius = s.style.px(4)
		putAt(ground, f.x-pad, top-s.style.px(1), f.width+2*pad, ceil(size.Height)+s.style.px(2))
		objects = append(objects, ground)
	}
	letters := &canvas.Text{Text: steady(f.text), Color: ink, TextSize: r.face.size, TextStyle: r.face.style}
	putAt(letters, f.x, top, f.width, size.Height)
	objects = append(objects, letters)
	if r.link != "" {
		objects = append(objects, stroke(ink, f.x, line.baseline+s.style.px(2), f.width))
	}
	if r.strike {
		objects = append(objects, stroke(ink, f.x, line.baseline-round(r.face.size*0.3), f.width))
	}
	return objects
}

// highlight selects bytes of the text.
func (t *textPiece) highlight(s *stage, from, to int) {
	if from == t.from && to == t.to {
		return
	}
	t.from, t.to = from, to
	if t.drawn {
		t.redraw(s)
	}
}

// at is the byte of the text nearest to a point.
func (t *textPiece) at(p fyne.Position) int {
	if len(t.flow.lines) == 0 || p.Y < 0 {
		return 0
	}
	n := int(p.Y / t.pitch)
	if n >= len(t.flow.lines) {
		return len(t.flow.text)
	}
	line := t.flow.lines[n]
	for i, f := range line.fragments {
		if p.X < f.x+f.width || i == len(line.fragments)-1 {
			return f.start + letterAt(f.text, t.flow.runs[f.run].face, p.X-f.x)
		}
	}
	return line.start
}

// letterAt is the byte of the letter boundary nearest to x.
func letterAt(text string, f face, x float32) int {
	bounds := []int{}
	for i := range text {
		bounds = append(bounds, i)
	}
	bounds = append(bounds, len(text))
	width := func(i int) float32 {
		size, _ := measure(text[:bounds[i]], f)
		return size.Width
	}
	i := sort.Search(len(bounds), func(i int) bool { return width(i) >= x })
	if i == len(bounds) {
		return len(text)
	}
	if i > 0 && x-width(i-1) < width(i)-x {
		i--
	}
	return bounds[i]
}

// x is where a byte of the text stands on a line.
func (t *textPiece) x(line textLine, at int) float32 {
	end := float32(0)
	for _, f := range line.fragments {
		if at <= f.start {
			return f.x
		}
		if at < f.start+len(f.text) {
			size, _ := measure(f.text[:at-f.start], t.flow.runs[f.run].face)
			return f.x + size.Width
		}
		end = f.x + f.width
	}
	return end
}

func (t *textPiece) link(p fyne.Position) string {
	n := int(p.Y / t.pitch)
	if p.Y < 0 || n >= len(t.flow.lines) {
		return ""
	}
	for _, f := range t.flow.lines[n].fragments {
		if p.X >= f.x && p.X < f.x+f.width {
			return t.flow.runs[f.run].link
		}
	}
	return ""
}

// wordAround is the word that holds a byte of the text.
func wordAround(text string, at int) (from, to int) {
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '\'' }
	from, to = at, at
	for from > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:from])
		if !inWord(r) {
			break
		}
		from -= size
	}
	for to < len(text) {
		r, size := utf8.DecodeRuneInString(text[to:])
		if !inWord(r) {
			break
		}
		to += size
	}
	return from, to
}
