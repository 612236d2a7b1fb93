package ui

import (
	"bytes"
	"strings"
)

// The splitter cuts a message into chunks that can be parsed one by one: a
// paragraph, a heading, one item of a list, a fenced block. It reads line by
// line and keeps a small state, so that a streamed reply costs only its last
// line, and its chunks are the same however the text arrived. It follows
// CommonMark 0.31 where that decides whether a cut is safe: a cut where there
// should be none would change the text's meaning, a missing one only costs time.

// chunkKind says how a chunk is read.
type chunkKind uint8

const (
	proseChunk chunkKind = iota // anything goldmark reads: paragraph, quote, table, …
	headingChunk
	listChunk // one item of the outermost list, with all that is inside it
	fenceChunk
	mathChunk // a display formula: $$ … $$ or \[ … \]
	indentedChunk
	htmlChunk
	ruleChunk
)

// chunk is one piece of a message: text[start:end].
type chunk struct {
	start, end int // bytes, without the blank lines around it
	kind       chunkKind
	gap        bool // blank lines stand before it
	ordinal    int  // of an ordered item that goes on a list: its number
	follows    bool // an item of the same list stands before it
	closed     bool // a fence or formula whose end was seen
}

// splitter cuts a growing text.
type splitter struct {
	plain  bool // only fences mean anything: what a user typed
	code   bool // all of it is code
	text   []byte
	lines  int     // bytes of text that are whole lines and have been read
	closed []chunk // that no later text changes
	state  splitState
}

// add appends text.
func (s *splitter) add(text string) {
	s.text = append(s.text, text...)
	for !s.code {
		end := bytes.IndexByte(s.text[s.lines:], '\n')
		if end < 0 {
			return
		}
		var done []chunk
		s.state, done = s.state.read(s.line(s.lines, s.lines+end))
		s.closed = append(s.closed, done...)
		s.lines += end + 1
	}
}

// tail returns the chunks after the closed ones: those that later text may still
// change.
func (s *splitter) tail() []chunk {
	if s.code {
		return s.codeChunk()
	}
	state := s.state
	var tail []chunk
	if s.lines < len(s.text) {
		state, tail = state.read(s.line(s.lines, len(s.text)))
	}
	if state.open {
		tail = append(tail, state.chunk)
	}
	return tail
}

// codeChunk is all of the text, blanks around it left out.
func (s *splitter) codeChunk() []chunk {
	end := len(bytes.TrimRight(s.text, " \t\r\n"))
	start := end - len(bytes.TrimLeft(s.text[:end], " \t\r\n"))
	if start == end {
		return nil
	}
	return []chunk{{start: start, end: end, kind: fenceChunk}}
}

// source returns the text of a chunk.
func (s *splitter) source(c chunk) string { return string(s.text[c.start:c.end]) }

func (s *splitter) line(start, end int) splitLine {
	l := splitLine{start: start, end: end, plain: s.plain}
	text := strings.TrimRight(string(s.text[start:end]), " \t\r")
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case ' ':
			l.indent++
			continue
		case '\t':
			l.indent += 4 - l.indent%4
			continue
		}
		l.rest = text[i:]
		break
	}
	return l
}

// splitLine is one line: its columns of indentation and the text after them.
type splitLine struct {
	start, end int
	indent     int
	rest       string // "" for a blank line
	plain      bool
}

// splitState is what has to be remembered from line to line.
type splitState struct {
	open  bool // chunk is being read
	chunk chunk
	blank bool // blank lines were read since

	fence  string // what closes the fence that is open: "```" or longer, "~~~"
	until  string // what closes the formula or the HTML block, "" a blank line
	marker byte   // of the list item: - + * . )
	offset int    // columns that belong to the list item
	number int    // of the list item
	hollow bool   // the list item has no text yet
	lazy   bool   // text without the item's indentation or the quote's > went on it
	plain  bool   // the prose is a paragraph, which an underline makes a heading
	quote  bool   // the prose is a quote
}

// read takes one line and returns the chunks that it closed, at most two.
func (s splitState) read(l splitLine) (splitState, []chunk) {
	if s.open && s.extends(&l) {
		return s.extend(l)
	}
	if l.rest == "" {
		s.blank = true
		return s, nil
	}
	var done []chunk
	if s.open {
		done = append(done, s.chunk)
	}
	next := s.begin(l)
	if next.open {
		return next, done
	}
	return next, append(done, next.chunk)
}

// extends says whether the line belongs to the chunk that is open.
func (s *splitState) extends(l *splitLine) bool {
	switch s.chunk.kind {
	case fenceChunk:
		return true
	case mathChunk:
		return l.rest != "" && !s.blank
	case htmlChunk:
		return s.until != "" || l.rest != "" && !s.blank
	case indentedChunk:
		return l.rest != "" && l.indent >= 4
	case listChunk:
		return s.extendsItem(l)
	}
	return l.rest != "" && !s.blank && !s.interrupts(l)
}

// extendsItem says whether the line belongs to the list item that is open.
func (s *splitState) extendsItem(l *splitLine) bool {
	if l.rest == "" || s.blank && s.hollow {
		return false // an item may begin with one blank line, not with two
	}
	if l.indent >= s.offset {
		return true
	}
	if s.blank || s.hollow || s.fence != "" {
		return false
	}
	if m, ok := listMarker(l); ok {
		return s.lazy && !m.interrupts()
	}
	s.lazy = !s.interrupts(l) // goes on its last paragraph, if that is one
	return s.lazy
}

// extend adds the line to the chunk and closes it if that was its last.
func (s splitState) extend(l splitLine) (splitState, []chunk) {
	s.chunk.end, s.blank = l.end, false
	last := false
	switch s.chunk.kind {
	case fenceChunk:
		last = l.indent < 4 && closesFence(l.rest, s.fence)
	case mathChunk:
		last = strings.HasSuffix(l.rest, s.until)
	case htmlChunk:
		last = s.until != "" && strings.Contains(strings.ToLower(l.rest), s.until)
	case listChunk:
		s.fence, s.hollow = itemFence(l.rest, s.fence), false
	case proseChunk:
		last = s.plain && l.indent < 4 && isUnderline(l.rest)
		s.lazy = s.lazy || l.rest[0] != '>'
	}
	s.maybeHTML(&l)
	if !last {
		return s, nil
	}
	s.chunk.closed = true
	return splitState{}, []chunk{s.chunk}
}

// maybeHTML keeps everything up to the next blank line together when a line may
// open a block of HTML, depending on what goldmark makes of the line before.
func (s *splitState) maybeHTML(l *splitLine) {
	if l.plain || l.rest == "" || l.indent >= 4 || s.chunk.kind != proseChunk && !(s.chunk.kind == listChunk && s.lazy) {
		return
	}
	if until, ok := opensHTML(l.rest, true); ok && until == "" {
		s.chunk.kind, s.until = htmlChunk, ""
	}
}

// begin opens a chunk with the line; one that is whole already comes back not
// open.
func (s splitState) begin(l splitLine) splitState {
	n := splitState{open: true}
	n.chunk = chunk{start: l.start, end: l.end, gap: s.blank}
	if l.plain {
		n.beginFence(&l)
		return n
	}
	switch {
	case l.indent >= 4:
		n.chunk.kind = indentedChunk
	case n.beginFence(&l), n.beginMath(&l), n.beginHTML(&l, true):
	case isHeading(l.rest):
		n.chunk.kind, n.open = headingChunk, false
	case isRule(l.rest):
		n.chunk.kind, n.open = ruleChunk, false
	default:
		if m, ok := listMarker(&l); ok {
			n.beginItem(s, m, &l)
			break
		}
		n.quote = l.rest[0] == '>'
		n.plain = !n.quote && l.rest[0] != '[' // which may define a link, and then is none
	}
	return n
}

func (s *splitState) beginFence(l *splitLine) bool {
	if l.indent >= 4 {
		return false
	}
	fence := opensFence(l.rest)
	if fence == "" {
		return false
	}
	s.chunk.kind, s.fence = fenceChunk, fence
	return true
}

// beginMath opens a display formula. One that ends on its own line is whole.
func (s *splitState) beginMath(l *splitLine) bool {
	opener, until := "$$", "$$"
	if strings.HasPrefix(l.rest, `\[`) {
		opener, until = `\[`, `\]`
	} else if !strings.HasPrefix(l.rest, "$$") {
		return false
	}
	inner := l.rest[len(opener):]
	switch end := strings.Index(inner, until); {
	case end < 0:
		s.until = until
	case end+len(until) == len(inner) && end > 0:
		s.open, s.chunk.closed = false, true
	default:
		return false // text follows: a formula inside a paragraph
	}
	s.chunk.kind = mathChunk
	return true
}

func (s *splitState) beginHTML(l *splitLine, fresh bool) bool {
	until, ok := opensHTML(l.rest, fresh)
	if !ok {
		return false
	}
	s.chunk.kind, s.until = htmlChunk, until
	if until != "" && strings.Contains(strings.ToLower(l.rest), until) {
		s.open = false
	}
	return true
}

func (s *splitState) beginItem(before splitState, m marker, l *splitLine) {
	s.chunk.kind, s.marker, s.offset = listChunk, m.delimiter, l.indent+m.width
	s.number, s.hollow = m.number, m.empty
	if before.open && before.chunk.kind == listChunk && before.marker == m.delimiter && !before.lazy {
		s.chunk.follows = true
		s.number = before.number + 1
		s.chunk.ordinal = s.number
	}
	s.fence = itemFence(strings.TrimLeft(l.rest[min(m.length, len(l.rest)):], " \t"), "")
}

// interrupts says whether the line ends the prose before it although no blank
// line stands between (CommonMark's rules for paragraphs).
func (s *splitState) interrupts(l *splitLine) bool {
	if l.indent >= 4 {
		return false
	}
	probe := splitState{}
	if l.plain {
		return opensFence(l.rest) != ""
	}
	if l.rest[0] == '>' && !s.quote || isRule(l.rest) && !isUnderline(l.rest) {
		return true
	}
	if opensFence(l.rest) != "" || isHeading(l.rest) || probe.beginMath(l) || probe.beginHTML(l, false) {
		return true
	}
	m, ok := listMarker(l)
	return ok && (s.quote && !s.lazy || m.interrupts())
}
