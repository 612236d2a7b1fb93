package ui

import (
	"image/color"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"fyne.io/fyne/v2/container"

	"beyonder/app"
)

// piece is a part of a block that is set and drawn by itself: a paragraph, a
// block of code, a table. Its coordinates begin at its own top left corner.
type piece interface {
	object() fyne.CanvasObject
	// layout sets the piece into a width and returns its height.
	layout(m *metrics, width float32) float32
	// natural is the width that would do if no line were broken.
	natural() float32
	// draw makes the objects for what lies between top and bottom and drops others.
	draw(s *stage, top, bottom float32)
	// text is what can be selected and copied.
	text() string
	// at is the byte of the text nearest to a point.
	at(p fyne.Position) int
	// highlight shows bytes of the text as selected.
	highlight(s *stage, from, to int)
	// link is the address under a point, "" if there is none.
	link(p fyne.Position) string
}

// stage is what all pieces of a transcript share.
type stage struct {
	style    *style
	metrics  *metrics
	painter  *painter // of code
	find     string   // what is looked for, "": nothing
	copied   func(text string)
	opened   func(app.Attachment) // a text that goes with a message is to be shown
	scrolled func(event *fyne.ScrollEvent)
	tip      *tipLayer
	typed    func(event *fyne.KeyEvent) // a key that a control has no use for
	hover    func(over bool)            // the pointer came to, or left, a control inside
}

// sheet is a layout that leaves its objects where they are and asks for a fixed
// size: Fyne asks every object for its smallest size before it draws.
type sheet struct{ size fyne.Size }

// Layout implements fyne.Layout.
func (*sheet) Layout([]fyne.CanvasObject, fyne.Size) {}

// MinSize implements fyne.Layout.
func (s *sheet) MinSize([]fyne.CanvasObject) fyne.Size { return s.size }

func (s *sheet) set(box *fyne.Container, size fyne.Size) {
	s.size = size
	box.Resize(size)
}

func newBox() (*fyne.Container, *sheet) {
	s := &sheet{}
	return container.New(s), s
}

func putAt(o fyne.CanvasObject, x, y, width, height float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(width, height))
}

func stroke(ink color.Color, x, y, width float32) fyne.CanvasObject {
	r := canvas.NewRectangle(ink)
	putAt(r, x, y, width, 1)
	return r
}

func newMark(s *stage, x, y, width, height float32) fyne.CanvasObject {
	r := canvas.NewRectangle(s.style.theme.Color("selection", s.style.variant))
	putAt(r, x, y, width, height)
	return r
}

// placed is a piece at its place in a block.
type placed struct {
	piece
	x, y, height float32
	width        float32
	lead         string // what stands before it: the number of a list item, say
	start        int    // byte of the block's text that it begins with
}

// block is what one row of the transcript shows.
type block struct {
	pieces []placed
	box    *fyne.Container
	sheet  *sheet
	height float32
	// natural is the width that would do if lines were not broken.
	natural float32
	marks   []placedMark // bullets, bars
	tinted  int          // serial of the tinting it shows
}

// placedMark is a piece of decoration.
type placedMark struct {
	object      fyne.CanvasObject
	top, bottom float32
}

// setter lays nodes out, one under the other.
type setter struct {
	stage  *stage
	block  *block
	x, y   float32
	right  float32
	depth  int // of lists
	color  fyne.ThemeColorName
	ground fyne.ThemeColorName
	quiet  bool    // the next piece needs no gap before it
	texts  int     // bytes of text so far
	old    []piece // of the block before, whose widgets are taken over
}

// newBlock sets the nodes into a width; ground is what they lie on. What is scrolled or under the pointer in
// the block that was there before, if any, stays as it is.
func newBlock(s *stage, nodes []node, width float32, ground fyne.ThemeColorName, before *block) *block {
	b := &block{}
	b.box, b.sheet = newBox()
	set := &setter{stage: s, block: b, right: width, color: ColorText, ground: ground, quiet: true}
	if before != nil {
		for _, p := range before.pieces {
			set.old = append(set.old, p.piece)
		}
	}
	set.nodes(nodes)
	b.height = set.y
	b.sheet.set(b.box, fyne.NewSize(width, b.height))
	return b
}

func (s *setter) nodes(nodes []node) {
	for _, n := range nodes {
		s.node(n)
	}
}

func (s *setter) node(n node) {
	st := s.stage.style
	switch n.kind {
	case paragraphNode:
		s.gap(10)
		s.add(newTextPiece(s.runs(n.spans, st.body), st.leading), "")
	case headingNode:
		s.gap(16)
		f := st.headings[min(n.level, 3)-1]
		s.add(newTextPiece(s.runs(n.spans, f), round(f.size*1.35)), "")
	case codeNode:
		s.gap(12)
		if n.file != "" {
			s.add(newFilePiece(s.stage, n, s.ground), "")
			return
		}
		s.add(s.code(n), "")
	case mathNode, htmlNode:
		s.gap(10)
		s.add(newTextPiece([]run{{text: n.code, face: st.mono, color: s.color}}, st.codeLeading()+st.px(2)), "")
	case tableNode:
		s.gap(12)
		s.add(s.table(n), "")
	case ruleNode:
		s.rule()
	case quoteNode:
		s.quote(n)
	case listNode:
		s.list(n)
	}
}

// gap leaves room before a piece, but not before the first.
func (s *setter) gap(height float32) {
	if !s.quiet {
		s.y += s.stage.style.px(height)
	}
	s.quiet = false
}

// add sets a piece at the current place.
func (s *setter) add(p piece, lead string) {
	height := p.layout(s.stage.metrics, s.right-s.x)
	p.object().Move(fyne.NewPos(s.x, s.y))
	s.block.pieces = append(s.block.pieces, placed{
		piece: p, x: s.x, y: s.y, width: s.right - s.x, height: height, lead: lead, start: s.texts})
	s.texts += len(p.text()) + 1
	s.y += height
	s.block.natural = max(s.block.natural, s.x+p.natural())
}

// code returns the piece for a block of code, the one before it if it is there.
func (s *setter) code(n node) piece {
	if i := len(s.block.pieces); i < len(s.old) {
		if c, ok := s.old[i].(*codePiece); ok {
			c.setCode(s.stage, n)
			return c
		}
	}
	return newCodePiece(s.stage, n, s.ground)
}

func (s *setter) table(n node) piece {
	t := newTablePiece(s.stage, n.table, s.color)
	if i := len(s.block.pieces); i < len(s.old) {
		if old, ok := s.old[i].(*tablePiece); ok {
			t.adopt(old)
		}
	}
	return t
}

func (s *setter) decorate(o fyne.CanvasObject, top, bottom float32) {
	s.block.marks = append(s.block.marks, placedMark{o, top, bottom})
}

func (s *setter) rule() {
	s.gap(16)
	line := stroke(s.stage.style.ink(ColorLine), s.x, s.y, s.right-s.x)
	s.decorate(line, s.y, s.y+1)
	s.y++
}

func (s *setter) quote(n node) {
	s.gap(10)
	st := s.stage.style
	top, outer, color := s.y, s.x, s.color
	s.x, s.quiet, s.color = s.x+st.px(16), true, ColorMuted
	s.nodes(n.children)
	s.x, s.quiet, s.color = outer, false, color
	bar := canvas.NewRectangle(st.ink(ColorBorder))
	bar.CornerRadius = st.px(1.5)
	putAt(bar, s.x, top, st.px(3), s.y-top)
	s.decorate(bar, top, s.y)
}

func (s *setter) list(n node) {
	st := s.stage.style
	between := float32(4)
	if !n.tight {
		between = 10
	}
	if s.depth > 0 && n.tight {
		s.gap(between) // as between the items around it
	} else {
		s.gap(8)
	}
	s.depth++
	outer := s.x
	for i, item := range n.children {
		s.quiet = i == 0
		s.gap(between)
		number := n.number + i
		s.x = outer + st.px(itemIndent(n.ordered, number))
		s.item(item, n.ordered, number, outer)
		s.x = outer
	}
	s.quiet = false
	s.depth--
}

// itemIndent is how far an item's text is set in, at 100 %.
func itemIndent(ordered bool, number int) float32 {
	switch {
	case ordered && number >= 1000:
		return 44
	case ordered && number >= 100:
		return 36
	case ordered:
		return 28
	}
	return 24
}

func (s *setter) item(n node, ordered bool, number int, outer float32) {
	st := s.stage.style
	top, before := s.y, len(s.block.pieces)
	lead := "• "
	switch {
	case n.task != noTask:
		lead = s.checkBox(n.task == doneTask, s.x-st.px(24), top)
	case ordered:
		lead = strconv.Itoa(number) + ". "
		label := s.label(lead[:len(lead)-1], top)
		label.Move(fyne.NewPos(s.x-st.px(8)-label.MinSize().Width, label.Position().Y))
	default:
		s.bullet(top)
	}
	s.quiet = true
	s.nodes(n.children)
	s.quiet = false
	s.y = max(s.y, top+st.leading)
	if len(s.block.pieces) > before {
		first := &s.block.pieces[before]
		first.lead = strings.Repeat("  ", s.depth-1) + lead + first.lead
	}
}

// label sets a muted text on the first line of an item.
func (s *setter) label(text string, top float32) *canvas.Text {
	st := s.stage.style
	t := &canvas.Text{Text: text, Color: st.ink(ColorMuted), TextSize: st.body.size}
	size := t.MinSize()
	t.Resize(size)
	t.Move(fyne.NewPos(0, top+round((st.leading-size.Height)/2)))
	s.decorate(t, top, top+st.leading)
	return t
}

// bullet draws a dot, a ring or a dash, by depth.
func (s *setter) bullet(top float32) {
	st := s.stage.style
	size, ink := st.px(5), st.ink(ColorMuted)
	dot := canvas.NewRectangle(ink)
	dot.CornerRadius = size / 2
	height := size
	switch s.depth {
	case 1:
	case 2:
		dot.FillColor, dot.StrokeColor, dot.StrokeWidth = color.Transparent, ink, 1
	default:
		height, dot.CornerRadius = st.px(1.5), 0
	}
	putAt(dot, s.x-st.px(16), top+round((st.leading-height)/2)+st.px(1), size, height)
	s.decorate(dot, top, top+st.leading)
}

// checkBox draws the box of a task and returns how it is written in text.
func (s *setter) checkBox(done bool, x, top float32) string {
	st := s.stage.style
	side := st.px(14)
	y := top + round((st.leading-side)/2)
	frame := canvas.NewRectangle(color.Transparent)
	frame.CornerRadius, frame.StrokeWidth, frame.StrokeColor = st.px(3), 1, st.ink(ColorBorder)
	putAt(frame, x, y, side, side)
	s.decorate(frame, top, top+st.leading)
	if !done {
		return "[ ] "
	}
	frame.FillColor, frame.StrokeColor = st.ink(ColorAccent), st.ink(ColorAccent)
	check := newIcon("check", "foregroundOnPrimary")
	putAt(check, x+st.px(1), y+st.px(1), side-st.px(2), side-st.px(2))
	s.decorate(check, top, top+st.leading)
	return "[x] "
}

// runs gives spans the look they have in text of a face.
func (s *setter) runs(spans []span, f face) []run {
	runs := make([]run, 0, len(spans))
	for _, sp := range spans {
		runs = append(runs, newRun(s.stage.style, sp, f, s.color))
	}
	return runs
}

// newRun gives one span its look.
func newRun(st *style, sp span, f face, ink fyne.ThemeColorName) run {
	r := run{text: sp.text, face: f, color: ink, strike: sp.look&strike != 0}
	r.face.style.Bold = r.face.style.Bold || sp.look&bold != 0
	r.face.style.Italic = sp.look&italic != 0
	if sp.look&(code|formula) != 0 {
		r.face = face{f.size * st.mono.size / st.body.size, fyne.TextStyle{Monospace: true, Bold: r.face.style.Bold}}
		r.code = sp.look&code != 0
	}
	if isSafeLink(sp.link) {
		r.link, r.color = sp.link, ColorAccent
	}
	return r
}

// isSafeLink says whether a link may be followed: only to the web or to mail,
// never to a file or a program, whatever a model writes.
func isSafeLink(link string) bool {
	scheme, rest, found := strings.Cut(link, ":")
	switch strings.ToLower(scheme) {
	case "http", "https":
		return found && strings.HasPrefix(rest, "//")
	case "mailto":
		return found
	}
	return false
}

// draw makes the objects for what lies between two heights.
func (b *block) draw(s *stage, top, bottom float32) {
	b.box.Objects = b.box.Objects[:0]
	for _, m := range b.marks {
		if m.bottom >= top && m.top <= bottom {
			b.box.Objects = append(b.box.Objects, m.object)
		}
	}
	for _, p := range b.pieces {
		if p.y+p.height >= top && p.y <= bottom {
			p.draw(s, top-p.y, bottom-p.y)
			b.box.Objects = append(b.box.Objects, p.object())
		}
	}
}

// length is the number of bytes of the block's text: that of its pieces, each
// followed by the end of a line.
func (b *block) length() int {
	if len(b.pieces) == 0 {
		return 0
	}
	last := b.pieces[len(b.pieces)-1]
	return last.start + len(last.text())
}

// nearest is the piece nearest to a point.
func (b *block) nearest(p fyne.Position) (*placed, fyne.Position) {
	for i := range b.pieces {
		if q := &b.pieces[i]; p.Y < q.y+q.height || i == len(b.pieces)-1 {
			return q, p.SubtractXY(q.x, q.y)
		}
	}
	return nil, p
}

// at is the byte of the block's text nearest to a point.
func (b *block) at(p fyne.Position) int {
	if q, inside := b.nearest(p); q != nil {
		return q.start + q.at(inside)
	}
	return 0
}

func (b *block) link(p fyne.Position) string {
	if q, inside := b.nearest(p); q != nil {
		return q.link(inside)
	}
	return ""
}

func (b *block) highlight(s *stage, from, to int) {
	for i := range b.pieces {
		p := &b.pieces[i]
		length := len(p.text()) + 1
		p.highlight(s, min(max(0, from-p.start), length), min(max(0, to-p.start), length))
	}
}

// textBetween is what is copied of the block.
func (b *block) textBetween(from, to int) string {
	var lines []string
	for i := range b.pieces {
		p := &b.pieces[i]
		text := p.text()
		first, last := max(0, from-p.start), min(len(text), to-p.start)
		if first > len(text) || last < 0 || first >= last && text != "" {
			continue
		}
		if first == 0 {
			lines = append(lines, p.lead+text[:last])
		} else {
			lines = append(lines, text[first:last])
		}
	}
	return strings.Join(lines, "\n")
}
