package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// spot is a place in the conversation's text: a byte of a row's.
type spot struct {
	row *row
	at  int
}

// before orders spots by where they are on the page.
func (s spot) before(other spot) bool {
	if s.row == other.row {
		return s.at < other.at
	}
	if s.row.owner != other.row.owner {
		return s.row.owner.top < other.row.owner.top
	}
	return s.row.top < other.row.top
}

// selection is text that the reader marked, from where to where the pointer went.
type selection struct{ from, to spot }

func (s *selection) empty() bool { return s.from.row == nil || s.from == s.to }

// ends are the two ends, the first first.
func (s *selection) ends() (first, last spot) {
	if s.to.before(s.from) {
		return s.to, s.from
	}
	return s.from, s.to
}

// drop forgets a selection that touches a message whose text was replaced.
func (s *selection) drop(b *bubble) {
	if !s.empty() && (s.from.row.owner == b || s.to.row.owner == b) {
		*s = selection{}
	}
}

// within is the part of a row's text that is selected.
func (s *selection) within(r *row, length int) (from, to int) {
	if s.empty() {
		return 0, 0
	}
	first, last := s.ends()
	if (spot{r, length}).before(first) || last.before(spot{r, 0}) {
		return 0, 0
	}
	from, to = 0, length+1
	if first.row == r {
		from = first.at
	}
	if last.row == r {
		to = last.at
	}
	return from, to
}

// paint shows which part of a row is selected.
func (s *selection) paint(st *stage, r *row) {
	from, to := s.within(r, r.block.length())
	r.block.highlight(st, from, to)
}

// selected is the selected text, as it reads on screen.
func (v *transcriptView) selected() string { return v.eachSelected(v.selectedOf) }

// eachSelected is what of gives for the bubbles that the selection reaches.
func (v *transcriptView) eachSelected(of func(*bubble) string) string {
	if v.selection.empty() {
		return ""
	}
	first, last := v.selection.ends()
	var parts []string
	for _, b := range v.bubbles {
		if b.top+b.height < first.row.owner.top || b.top > last.row.owner.top {
			continue
		}
		if !b.ready {
			b.cut()
			v.arrangeRows(b)
		}
		if text := of(b); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n\n")
}

func (v *transcriptView) selectedOf(b *bubble) string {
	var text strings.Builder
	for _, r := range b.rows {
		if r.kind != chunkRow {
			continue
		}
		block := r.block
		if block == nil {
			block = newBlock(v.stage, b.nodes(v.md, r), 1e6, ColorPage, nil)
		}
		from, to := v.selection.within(r, block.length())
		part := block.textBetween(from, to)
		if from == to || part == "" {
			continue
		}
		if text.Len() > 0 {
			text.WriteString("\n")
			if !r.chunk.follows || r.chunk.gap {
				text.WriteString("\n")
			}
		}
		text.WriteString(part)
	}
	return text.String()
}

// spotAt is the spot nearest to a point of the page.
func (v *transcriptView) spotAt(p fyne.Position) (spot, bool) {
	if len(v.bubbles) == 0 {
		return spot{}, false
	}
	b := v.bubbles[min(v.bubbleAt(p.Y), len(v.bubbles)-1)]
	if !b.ready {
		return spot{}, false
	}
	r := b.rows[min(b.rowAt(p.Y-b.top), len(b.rows)-1)]
	if r.block == nil {
		return spot{row: r}, true
	}
	return spot{r, r.block.at(v.inside(r, p))}, true
}

// inside turns a point of the page into one of a row's block.
func (v *transcriptView) inside(r *row, p fyne.Position) fyne.Position {
	return p.Subtract(r.box.Position()).SubtractXY(r.left, r.inset)
}

// linkAt is the link under a point of the page.
func (v *transcriptView) linkAt(p fyne.Position) string {
	s, ok := v.spotAt(p)
	if !ok || s.row.block == nil {
		return ""
	}
	return s.row.block.link(v.inside(s.row, p))
}

// pointer is what the mouse is doing.
type pointer struct {
	cursor   desktop.Cursor
	clicks   int
	last     time.Time
	where    fyne.Position
	pressing bool // the focus comes from the mouse, which needs no sign of it
}

// clickPause and clickReach are how fast and how near clicks must follow to count together.
const (
	clickPause = 400 * time.Millisecond
	clickReach = 4
)

// MouseDown implements desktop.Mouseable: it begins a selection.
func (v *transcriptView) MouseDown(event *desktop.MouseEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(v); c != nil {
		v.pointer.pressing = true
		c.Focus(v)
		v.pointer.pressing = false
	}
	if event.Button != desktop.MouseButtonPrimary {
		return
	}
	p := &v.pointer
	moved := event.Position.Subtract(p.where)
	near := moved.X*moved.X+moved.Y*moved.Y <= clickReach*clickReach
	if !near || time.Since(p.last) > clickPause || p.clicks == 3 {
		p.clicks = 0
	}
	p.clicks++
	p.last, p.where = time.Now(), event.Position
	s, ok := v.spotAt(event.Position)
	if !ok {
		return
	}
	if event.Modifier&fyne.KeyModifierShift != 0 && v.selection.from.row != nil {
		v.selection.to = s
	} else {
		v.selectAround(s, p.clicks)
	}
	v.update()
}

// selectAround selects nothing, a word or a block, by the number of clicks.
func (v *transcriptView) selectAround(s spot, clicks int) {
	v.selection = selection{s, s}
	if s.row.block == nil || clicks == 1 {
		return
	}
	for i := range s.row.block.pieces {
		piece := &s.row.block.pieces[i]
		text := piece.text()
		if s.at < piece.start || s.at > piece.start+len(text) {
			continue
		}
		from, to := 0, len(text)
		if clicks == 2 {
			from, to = wordAround(text, s.at-piece.start)
		}
		v.selection.from.at, v.selection.to.at = piece.start+from, piece.start+to
	}
}

// MouseUp implements desktop.Mouseable.
func (v *transcriptView) MouseUp(*desktop.MouseEvent) {}

// Dragged implements fyne.Draggable: it extends the selection, and scrolls when
// the pointer leaves the view.
func (v *transcriptView) Dragged(event *fyne.DragEvent) {
	if v.selection.from.row == nil {
		return
	}
	scroll := v.owner.scroll
	if y := event.Position.Y - scroll.Offset.Y; y < 0 || y > scroll.Size().Height {
		step := min(40, max(-40, y))
		if y > 0 {
			step = min(40, y-scroll.Size().Height)
		}
		v.scrollBy(step)
	}
	if s, ok := v.spotAt(event.Position); ok && s != v.selection.to {
		v.selection.to = s
		v.update()
	}
}

// DragEnd implements fyne.Draggable.
func (v *transcriptView) DragEnd() {}

// Tapped implements fyne.Tappable: it follows a link.
func (v *transcriptView) Tapped(event *fyne.PointEvent) {
	if link := v.linkAt(event.Position); link != "" && v.selection.empty() && v.owner.OnLink != nil {
		v.owner.OnLink(link)
	}
}

// MouseIn implements desktop.Hoverable.
func (v *transcriptView) MouseIn(event *desktop.MouseEvent) { v.MouseMoved(event) }

// MouseMoved implements desktop.Hoverable: it shows the actions of the message
// under the pointer, and a hand over links.
func (v *transcriptView) MouseMoved(event *desktop.MouseEvent) {
	v.pointer.cursor = desktop.DefaultCursor
	if s, ok := v.spotAt(event.Position); ok && s.row.block != nil {
		v.pointer.cursor = desktop.TextCursor
		if v.linkAt(event.Position) != "" {
			v.pointer.cursor = desktop.PointerCursor
		}
	}
	v.pointAtToken(event.Position)
	var under *bubble
	if i := v.bubbleAt(event.Position.Y); i < len(v.bubbles) {
		under = v.bubbles[i]
	}
	if v.bars.point(under) {
		v.update()
	}
}

// MouseOut implements desktop.Hoverable.
func (v *transcriptView) MouseOut() {
	v.owner.note.show(nil, fyne.Position{})
	if v.bars.hover != nil {
		v.bars.hover.box.Hide()
	}
}

// hovered keeps the actions on screen while the pointer is on one of them.
func (v *transcriptView) hovered(over bool) {
	if v.bars.hover != nil {
		setShown(v.bars.hover.box, over)
	}
}

// Cursor implements desktop.Cursorable. Fyne asks before the pointer's first
// move is told, and does not survive a nil.
func (v *transcriptView) Cursor() desktop.Cursor {
	if v.pointer.cursor == nil {
		return desktop.DefaultCursor
	}
	return v.pointer.cursor
}
