package ui

import (
	"image/color"
	"sort"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Tint colours the next bytes of a message's text; a nil colour leaves them as
// they are.
type Tint struct {
	Bytes int
	Color color.Color
}

// LegendItem names a colour above a message.
type LegendItem struct {
	Text  string
	Color color.Color
}

// tinting is how a message's text is coloured.
type tinting struct {
	ends   []int // byte of the text that each tint ends before
	tints  []Tint
	legend []LegendItem
	serial int  // counts changes
	asked  bool // Tints was asked, or SetTints was called
}

// Retint has the colours of a message asked for anew, 0: of all of them.
func (t *Transcript) Retint(id uint64) {
	for _, b := range t.view.bubbles {
		if id == 0 || b.entry.ID == id {
			b.tinting.asked = false
			b.touch(headRow)
		}
	}
	t.view.update()
}

// askTints asks how a message that comes into view is coloured.
func (v *transcriptView) askTints(b *bubble) {
	if b.tinting.asked || v.owner.Tints == nil || b.user() || b.notice() {
		return
	}
	tints, legend := v.owner.Tints(b.entry.ID)
	b.setTints(tints, legend)
}

func (b *bubble) setTints(tints []Tint, legend []LegendItem) {
	if old := b.tinting; len(tints) == 0 && old.tints == nil {
		b.tinting.asked = true
		return
	}
	b.tinting = tinting{tints: tints, legend: legend, serial: b.tinting.serial + 1, asked: true}
	at := 0
	for _, tint := range tints {
		at += tint.Bytes
		b.tinting.ends = append(b.tinting.ends, at)
	}
}

// SetTints colours a message's text from its beginning and names the colours
// above it; none takes the colours away. It is cheap for rows that are not in view.
func (t *Transcript) SetTints(id uint64, tints []Tint, legend []LegendItem) {
	b := t.view.byID[id]
	if b == nil {
		return
	}
	b.setTints(tints, legend)
	b.touch(headRow)
	t.view.update()
}

// at is the tint of a byte of the text, -1 if there is none.
func (t *tinting) at(text int) int {
	i := sort.SearchInts(t.ends, text+1)
	if i == len(t.ends) {
		return -1
	}
	return i
}

// tintSpan is a run of a piece's text in one colour.
type tintSpan struct {
	from, to int
	color    color.Color
}

// tintable is a piece whose text can be coloured.
type tintable interface {
	tint(s *stage, spans []tintSpan)
}

// tint colours a row's text, if that changed.
func (v *transcriptView) tint(r *row) {
	t := &r.owner.tinting
	if r.block.tinted == t.serial {
		return
	}
	r.block.tinted = t.serial
	places := r.places()
	for _, p := range r.block.pieces {
		if piece, ok := p.piece.(tintable); ok {
			piece.tint(v.stage, t.spans(places[p.start:p.start+len(p.text())]))
		}
	}
}

// places are where the bytes of the row's text, as it reads on screen, stand in
// the message's text.
func (r *row) places() []int {
	var visible strings.Builder
	for _, p := range r.block.pieces {
		for visible.Len() < p.start {
			visible.WriteByte('\n')
		}
		visible.WriteString(p.text())
	}
	places := align(r.owner.split.source(r.chunk), visible.String())
	for i := range places {
		places[i] += r.chunk.start
	}
	return places
}

// spans are the runs of one colour in text that stands at places.
func (t *tinting) spans(places []int) []tintSpan {
	var spans []tintSpan
	for i, at := range places {
		k := t.at(at)
		if k < 0 || t.tints[k].Color == nil {
			continue
		}
		if n := len(spans); n > 0 && spans[n-1].to == i && spans[n-1].color == t.tints[k].Color {
			spans[n-1].to++
			continue
		}
		spans = append(spans, tintSpan{i, i + 1, t.tints[k].Color})
	}
	return spans
}

// align finds for each byte of a text, as it reads on screen, the byte of its
// source that it came from. Marks of the source are skipped over: a text goes on
// where its next letters are found again. What cannot be found (blanks that were
// set, entities) stands where the byte before it does.
func align(source, visible string) []int {
	places, s, last := make([]int, len(visible)), 0, 0
	for v := 0; v < len(visible); v++ {
		here := s < len(source) && (source[s] == visible[v] || isGap(source[s]) && isGap(visible[v]))
		if !here && !isGap(visible[v]) {
			s, here = resume(source, s, visible[v:])
		}
		if here {
			last = s
			s++
		}
		places[v] = last
	}
	return places
}

// resume finds where a text goes on in its source: the more letters agree, the
// farther away they may be.
func resume(source string, from int, visible string) (at int, found bool) {
	for letters, reach := 8, 4096; letters > 0; letters, reach = letters/2, reach/8 {
		needle := visible[:min(letters, len(visible))]
		if end := strings.IndexAny(needle, " \n\t"); end >= 0 {
			needle = needle[:end]
		}
		window := source[from:min(len(source), from+reach)]
		if i := strings.Index(window, needle); i >= 0 {
			return from + i, true
		}
	}
	return from, false
}

func isGap(c byte) bool { return c == ' ' || c == '\n' || c == '\t' }

// How strongly text is coloured: the ground faint, so that it can be read, the
// line under it solid, so that the colour can be told.
const tintGround = 0x26

// newTint lays a colour under text.
func newTint(s *stage, c color.Color, x, y, width, height float32) []fyne.CanvasObject {
	r, g, b, _ := c.RGBA()
	faint := color.NRGBA{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), A: tintGround}
	ground, line := canvas.NewRectangle(faint), canvas.NewRectangle(c)
	thick := s.style.px(2)
	putAt(ground, x, y, width, height)
	putAt(line, x, y+height-thick, width, thick)
	return []fyne.CanvasObject{ground, line}
}

// tint implements tintable.
func (t *textPiece) tint(s *stage, spans []tintSpan) {
	t.tints = spans
	if t.drawn {
		t.redraw(s)
	}
}

// colour lays the tints under a line.
func (t *textPiece) colour(s *stage, line textLine) {
	first := sort.Search(len(t.tints), func(i int) bool { return t.tints[i].to > line.start })
	for _, span := range t.tints[first:] {
		from, to := max(span.from, line.start), min(span.to, line.end)
		if from >= line.end {
			return
		}
		x0, x1 := t.x(line, from), t.x(line, to)
		if x1 > x0 {
			t.box.Objects = append(t.box.Objects, newTint(s, span.color, x0, line.y+s.style.px(1), x1-x0, t.pitch-s.style.px(2))...)
		}
	}
}

// tint implements tintable.
func (c *codePiece) tint(s *stage, spans []tintSpan) {
	c.tints = spans
	if c.drawn {
		c.redraw(s)
	}
}

// colour lays the tints under a line of code.
func (c *codePiece) colour(s *stage, i int, sizes codeSizes) {
	start, end := c.offsets[i], c.offsets[i]+len(c.lines[i])
	first := sort.Search(len(c.tints), func(k int) bool { return c.tints[k].to > start })
	for _, span := range c.tints[first:] {
		from, to := max(span.from, start), min(span.to, end)
		if from >= end {
			return
		}
		x0, x1 := c.x(s, c.lines[i][:from-start]), c.x(s, c.lines[i][:to-start])
		if x1 > x0 {
			c.scroll.content.Objects = append(c.scroll.content.Objects,
				newTint(s, span.color, sizes.pad+x0, float32(i)*sizes.pitch, x1-x0, sizes.pitch)...)
		}
	}
}

// drawLegend names the colours of a message, from x on, as far as there is room.
func (b *bubble) drawLegend(st *style, x, y, height, right float32) (objects []fyne.CanvasObject) {
	side := st.px(8)
	for _, item := range b.tinting.legend {
		text := &canvas.Text{Text: item.Text, Color: st.ink(ColorMuted), TextSize: st.note.size}
		size := text.MinSize()
		if x += st.px(12); x+side+st.px(4)+size.Width > right {
			break
		}
		square := canvas.NewRectangle(item.Color)
		square.CornerRadius = st.px(2)
		putAt(square, x, y+round((height-side)/2), side, side)
		x += side + st.px(4)
		putAt(text, x, y+round((height-size.Height)/2), size.Width, size.Height)
		x += size.Width
		objects = append(objects, square, text)
	}
	return objects
}

// tint implements tintable: each cell gets its part.
func (t *tablePiece) tint(s *stage, spans []tintSpan) {
	for i, row := range t.cells {
		for c, cell := range row {
			start := t.offsets[i][c]
			end := start + len(cell.text())
			var own []tintSpan
			for _, span := range spans {
				if from, to := max(span.from, start), min(span.to, end); from < to {
					own = append(own, tintSpan{from - start, to - start, span.color})
				}
			}
			cell.tint(s, own)
		}
	}
}
