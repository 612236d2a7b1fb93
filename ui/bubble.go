package ui

import (
	"bytes"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"beyonder/app"
)

// bubble is one entry of the transcript: rows of blocks between a head with the
// mark and name and a foot with the caption and the actions. It is cut into rows
// when it first comes near the view; until then its height is a guess.
type bubble struct {
	entry  Entry
	split  splitter
	rows   []*row
	ready  bool    // rows are made
	fitted bool    // panel is known
	panel  float32 // width of the user's panel
	top    float32 // in the transcript
	height float32

	tinting tinting
	brief   []byte // the text as it is shown: in place of what goes with it a line each
}

// rowKind says what a row shows.
type rowKind uint8

const (
	headRow  rowKind = iota // the mark and the name
	chunkRow                // a chunk of the text
	stateRow                // how the reply ended, if not well, or that it says nothing
	footRow                 // caption and actions
	noticeRow
)

// row is the smallest thing that the transcript shows or leaves out.
type row struct {
	kind   rowKind
	owner  *bubble
	chunk  chunk
	open   bool    // the text may still go on in it
	top    float32 // in the bubble
	height float32 // measured or guessed
	known  bool    // measured, at the width in force
	guess  bool    // height is a guess, at the width in force
	stale  bool    // its source changed since it was set
	seen   int     // last pass that found it in view
	box    *fyne.Container
	block  *block  // of a chunk in view
	inset  float32 // from the row's top to its block
	left   float32 // from the row's left edge to its block
}

// drop gives a row's objects up.
func (r *row) drop() { r.box, r.block = nil, nil }

// Lengths at 100 %.
const (
	columnWidth  = 760
	bubbleGap    = 12 // above each message
	headHeight   = 20
	headGap      = 8 // under it
	footHeight   = 32
	panelPadX    = 16 // of the user's panel
	panelPadY    = 10
	panelRadius  = 16
	panelPart    = 0.8 // of the column, at most
	measureBytes = 2000
)

func newBubble(e Entry) *bubble {
	b := &bubble{entry: e, split: splitter{plain: e.Role == "user", code: e.Code != ""}}
	b.split.add(e.Text)
	b.entry.Text = "" // the splitter holds it
	b.shorten()
	return b
}

// shorten finds what is shown of the text.
func (b *bubble) shorten() {
	b.brief = nil
	if !b.user() || !bytes.Contains(b.split.text, []byte(` file="`)) {
		return
	}
	if text, files := app.Attached(string(b.split.text)); len(files) > 0 {
		b.brief = []byte(text + strings.Repeat("\n\n", len(files)))
	}
}

// shown is what is shown of the text.
func (b *bubble) shown() []byte {
	if b.brief != nil {
		return b.brief
	}
	return b.split.text
}

func (b *bubble) user() bool { return b.entry.Role == "user" }

func (b *bubble) notice() bool { return b.entry.Role == "notice" }

func (b *bubble) streaming() bool { return b.entry.State == "streaming" }

// troubled says whether a row tells how the reply ended.
func (b *bubble) troubled() bool {
	return b.entry.State == "interrupted" || b.entry.State == "failed" || b.silent()
}

// silent says whether a reply has ended without a word.
func (b *bubble) silent() bool {
	return b.entry.Role == "assistant" && !b.streaming() && len(bytes.TrimSpace(b.split.text)) == 0
}

// replace takes a changed entry in and says whether its text changed.
func (b *bubble) replace(e Entry) (changed bool) {
	changed = e.Text != string(b.split.text)
	if b.entry.Excluded != e.Excluded {
		for _, r := range b.rows {
			r.stale = true
		}
	}
	changed = changed || e.Code != b.entry.Code
	b.entry = e
	if changed {
		b.split = splitter{plain: b.user(), code: e.Code != ""}
		b.split.add(e.Text)
		b.shorten()
	}
	b.entry.Text = ""
	return changed
}

// cut makes the rows, keeping those whose source is the same.
func (b *bubble) cut() {
	first, end := b.chunkSpan()
	old := slices.Clone(b.rows[first:end])
	head, foot := b.frame()
	if b.notice() {
		b.rows, b.ready = head, true
		return
	}
	chunks, tail := len(b.split.closed), b.split.tail()
	rows := append(make([]*row, 0, chunks+len(tail)+len(head)+len(foot)), head...)
	for i, c := range b.split.closed {
		rows = append(rows, b.reuse(old, i, c, false))
	}
	for i, c := range tail {
		rows = append(rows, b.reuse(old, chunks+i, c, b.streaming()))
	}
	b.rows, b.ready = append(rows, foot...), true
}

// grow brings the rows of a message up to date with text that was added: only
// what follows the chunks that were closed before can have changed.
func (b *bubble) grow(closedBefore int) {
	if !b.ready {
		return
	}
	first, end := b.chunkSpan()
	old, foot := slices.Clone(b.rows[first:end]), slices.Clone(b.rows[end:])
	closed := len(b.split.closed)
	b.rows = b.rows[:first+min(closedBefore, len(old))]
	for i := closedBefore; i < closed; i++ {
		b.rows = append(b.rows, b.reuse(old, i, b.split.closed[i], false))
	}
	for i, c := range b.split.tail() {
		b.rows = append(b.rows, b.reuse(old, closed+i, c, b.streaming()))
	}
	b.rows = append(b.rows, foot...)
}

// reuse returns the row for a chunk: the old one at its place, made stale if the
// chunk is not what it was.
func (b *bubble) reuse(old []*row, i int, c chunk, open bool) *row {
	if i >= len(old) {
		return &row{kind: chunkRow, owner: b, chunk: c, open: open}
	}
	r := old[i]
	if r.chunk != c || r.open != open {
		r.chunk, r.open, r.stale = c, open, true
	}
	return r
}

// frame returns the rows around the text: the ones that are there already, to be
// set anew, so that what was measured stays.
func (b *bubble) frame() (head, foot []*row) {
	var old [noticeRow + 1]*row
	for _, r := range b.rows {
		old[r.kind] = r
	}
	get := func(kind rowKind) *row {
		if r := old[kind]; r != nil {
			r.stale = true
			return r
		}
		return &row{kind: kind, owner: b}
	}
	if b.notice() {
		return []*row{get(noticeRow)}, nil
	}
	if !b.user() {
		head = []*row{get(headRow)}
	}
	if b.troubled() {
		foot = append(foot, get(stateRow))
	}
	return head, append(foot, get(footRow))
}

// touch has the rows of a kind set anew.
func (b *bubble) touch(kind rowKind) {
	for _, r := range b.rows {
		if r.kind == kind {
			r.stale = true
		}
	}
}

// chunkSpan is where the rows of the text are.
func (b *bubble) chunkSpan() (first, end int) {
	for first < len(b.rows) && b.rows[first].kind == headRow {
		first++
	}
	for end = first; end < len(b.rows) && b.rows[end].kind == chunkRow; end++ {
	}
	return first, end
}

// nodes reads a row's chunk.
func (b *bubble) nodes(m *markdown, r *row) []node {
	source := b.split.source(r.chunk)
	if b.user() {
		return parsePlain(source, r.chunk)
	}
	if b.split.code {
		if !r.open {
			source = laidOut(source)
		}
		return []node{{kind: codeNode, code: source, language: b.entry.Code, open: r.open}}
	}
	if r.open {
		source = presentable(source, r.chunk)
	}
	return m.parse(source, r.chunk)
}

// gapBefore is the room above a chunk, at 100 %.
func gapBefore(c chunk, first bool) float32 {
	switch {
	case first:
		return 0
	case c.kind == headingChunk:
		return 20
	case c.kind == listChunk && c.follows && !c.gap:
		return 4
	case c.kind == listChunk && !c.gap:
		return 6
	case c.kind == listChunk:
		return 10
	}
	return 12
}

// mark is the program's sign, drawn small: four experts, two of them lit.
func mark(st *style) []fyne.CanvasObject {
	side, gap, big, small := st.px(7), st.px(1.5), st.px(3), st.px(1)
	lit, dim := st.ink(ColorAccent), st.ink(ColorBorder)
	var out []fyne.CanvasObject
	for i := range 4 {
		petal := canvas.NewRectangle(dim)
		if i == 0 || i == 3 {
			petal.FillColor = lit
		}
		corners := [4]*float32{&petal.TopLeftCornerRadius, &petal.TopRightCornerRadius, &petal.BottomLeftCornerRadius, &petal.BottomRightCornerRadius}
		for k, corner := range corners {
			*corner = small
			if k == i {
				*corner = big
			}
		}
		putAt(petal, float32(i%2)*(side+gap), float32(i/2)*(side+gap), side, side)
		out = append(out, petal)
	}
	return out
}
