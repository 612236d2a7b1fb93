package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"beyonder/app"
)

// finding is a phrase that is looked for in the conversation: all its places are
// marked where they come into view, and the one that the reader is at is
// selected.
type finding struct {
	text   string
	bubble int // where the reader is: the message,
	place  int // and which of its places; -1: before the first one
}

// Find marks a phrase wherever it is and returns how many places there are; ""
// ends it. What is counted is the messages' source: in "**a** b", "a b" is found
// nowhere.
func (t *Transcript) Find(text string) (places int) {
	v := t.view
	v.finding = finding{text: text, bubble: len(v.bubbles), place: -1}
	v.stage.find = text
	for _, b := range v.bubbles {
		places += len(app.Find(string(b.split.text), text))
	}
	for _, r := range v.live {
		if r.block != nil {
			r.block.refind(v.stage)
		}
	}
	v.selection = selection{}
	v.update()
	return places
}

// FindNext goes to the next place (step 1) or the one before (-1), past the last
// to the first, and tells which one of how many it is, from 1; 0: there is none.
func (t *Transcript) FindNext(step int) (at int) {
	v := t.view
	f := &v.finding
	if f.text == "" {
		return 0
	}
	if f.bubble < len(v.bubbles) {
		places := v.placesIn(v.bubbles[f.bubble])
		if next := f.place + step; next >= 0 && next < len(places) {
			return v.goTo(places, next)
		}
	}
	for i := range len(v.bubbles) + 1 {
		n := len(v.bubbles)
		f.bubble = ((f.bubble+step)%(n+1) + n + 1) % (n + 1) // n is the gap between the end and the beginning
		if i == n || f.bubble == n {
			continue
		}
		if len(app.Find(string(v.bubbles[f.bubble].split.text), f.text)) == 0 {
			continue
		}
		if places := v.placesIn(v.bubbles[f.bubble]); len(places) > 0 {
			if step > 0 {
				return v.goTo(places, 0)
			}
			return v.goTo(places, len(places)-1)
		}
	}
	return 0
}

// FindIn goes to the first place in a message; if it has none, to its beginning.
func (t *Transcript) FindIn(id uint64) (at int) {
	v := t.view
	for i, b := range v.bubbles {
		if b.entry.ID != id {
			continue
		}
		v.finding.bubble = i
		if places := v.placesIn(b); len(places) > 0 {
			return v.goTo(places, 0)
		}
		v.finding.place = -1
		v.scrollTo(b.top)
	}
	return 0
}

// placesIn returns the places of the phrase in the shown text of a message.
func (v *transcriptView) placesIn(b *bubble) (places []selection) {
	if !b.ready {
		b.cut()
		v.arrangeRows(b)
	}
	for _, r := range b.rows {
		if r.kind != chunkRow {
			continue
		}
		block := r.block
		if block == nil {
			block = newBlock(v.stage, b.nodes(v.md, r), 1e6, ColorPage, nil)
		}
		for _, p := range block.pieces {
			for _, found := range app.Find(p.text(), v.finding.text) {
				places = append(places, selection{spot{r, p.start + found[0]}, spot{r, p.start + found[1]}})
			}
		}
	}
	return places
}

// goTo selects a place and brings it into view.
func (v *transcriptView) goTo(places []selection, n int) (at int) {
	f := &v.finding
	f.place = n
	s := places[n]
	v.selection = s
	v.following = false
	row, b := s.from.row, s.from.row.owner
	for range 3 { // heights are guesses until they are seen
		v.arrange()
		y := b.top + row.top
		if row.block != nil {
			y += row.inset + row.block.heightOf(s.from.at)
		}
		v.scrollTo(y - v.owner.scroll.Size().Height/3)
	}
	for _, before := range v.bubbles[:f.bubble] {
		at += len(app.Find(string(before.split.text), f.text))
	}
	return at + n + 1
}

// refind marks anew what is looked for.
func (b *block) refind(s *stage) {
	for _, p := range b.pieces {
		if m, ok := p.piece.(interface{ refind(*stage) }); ok {
			m.refind(s)
		}
	}
}

// heightOf is how far below the block's top a byte of its text is.
func (b *block) heightOf(at int) float32 {
	for _, p := range b.pieces {
		if at > p.start+len(p.text()) {
			continue
		}
		if h, ok := p.piece.(interface{ heightOf(at int) float32 }); ok {
			return p.y + h.heightOf(at-p.start)
		}
		return p.y
	}
	return 0
}

func (t *textPiece) refind(s *stage) {
	if t.drawn {
		t.redraw(s)
	}
}

func (t *textPiece) heightOf(at int) float32 {
	for _, line := range t.flow.lines {
		if at < line.end {
			return line.y
		}
	}
	return 0
}

// markFound lays marks under what is looked for on a line.
func (t *textPiece) markFound(s *stage, line textLine) {
	if s.find == "" {
		return
	}
	if t.foundFor != s.find {
		t.foundFor, t.found = s.find, app.Find(t.text(), s.find)
	}
	for _, p := range t.found {
		from, to := max(p[0], line.start), min(p[1], line.end)
		if from < to {
			x0, x1 := t.x(line, from), t.x(line, to)
			t.box.Objects = append(t.box.Objects, newFoundMark(s, x0, line.y, x1-x0, t.pitch))
		}
	}
}

func (c *codePiece) refind(s *stage) {
	if c.drawn {
		c.redraw(s)
	}
}

func (c *codePiece) heightOf(at int) float32 {
	sizes := c.sizes()
	for i := len(c.offsets) - 1; i >= 0; i-- {
		if at >= c.offsets[i] {
			return sizes.head + float32(i)*sizes.pitch
		}
	}
	return 0
}

func (c *codePiece) markFound(s *stage, i int, sizes codeSizes) {
	if s.find == "" {
		return
	}
	for _, p := range app.Find(c.lines[i], s.find) {
		x0, x1 := c.x(s, c.lines[i][:p[0]]), c.x(s, c.lines[i][:p[1]])
		c.scroll.content.Objects = append(c.scroll.content.Objects, newFoundMark(s, sizes.pad+x0, float32(i)*sizes.pitch, x1-x0, sizes.pitch))
	}
}

func (p *tablePiece) refind(s *stage) {
	for _, cells := range p.cells {
		for _, cell := range cells {
			cell.refind(s)
		}
	}
}

func newFoundMark(s *stage, x, y, width, height float32) fyne.CanvasObject {
	r := canvas.NewRectangle(s.style.theme.Color(colorFound, s.style.variant))
	r.CornerRadius = s.style.px(3)
	putAt(r, x, y, width, height)
	return r
}
