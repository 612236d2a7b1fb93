package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
)

// run is a span with everything that drawing it takes.
type run struct {
	text   string
	face   face
	color  fyne.ThemeColorName
	link   string
	code   bool // on a soft ground
	strike bool
}

// fragment is a part of a run on one line.
type fragment struct {
	run      int
	text     string
	start    int     // byte of the flow's text
	x, width float32 // width without the ground's padding; the sum of its words'
}

// textLine is one line of a flow.
type textLine struct {
	y, baseline float32 // from the flow's top
	fragments   []fragment
	start, end  int  // bytes of the flow's text, with the blanks the break swallowed
	exact       bool // fragments are placed as they will be drawn
}

// flow is text broken into lines.
type flow struct {
	runs   []run
	starts []int  // bytes of text that the runs begin with
	text   string // of all runs
	lines  []textLine
	pitch  float32 // from line to line
	width  float32 // of the widest line
	height float32
}

// groundPad is the room left and right of code in a line, in units of its size.
const groundPad = 0.3

// breakLines sets runs into lines of at most width, greedily.
func (m *metrics) breakLines(runs []run, width, pitch float32) flow {
	b := lineBreaker{m: m, limit: width, flow: flow{runs: runs, pitch: pitch, text: joinRuns(runs)}}
	at := 0
	for i, r := range runs {
		b.flow.starts = append(b.flow.starts, at)
		b.scan(i, r, at)
		at += len(r.text)
	}
	b.place()
	b.endLine(at)
	b.flow.height = float32(len(b.flow.lines)) * pitch
	return b.flow
}

func joinRuns(runs []run) string {
	var text strings.Builder
	for _, r := range runs {
		text.WriteString(r.text)
	}
	return text.String()
}

// word is the smallest thing that is set: letters and the blanks after them.
type word struct {
	run, start, end, next int     // bytes of the flow's text; from end to next are blanks
	width, space          float32 // of the letters, of the blanks
}

// lineBreaker collects words until a line may be broken after one, then places
// them together.
type lineBreaker struct {
	m       *metrics
	limit   float32
	flow    flow
	pending []word // that must not be torn apart
	line    []word
	x       float32 // end of the line so far, blanks included
	from    int     // byte that the line begins with
}

// scan takes the words of one run.
func (b *lineBreaker) scan(index int, r run, base int) {
	blank := b.m.width(" ", r.face)
	for i := 0; i < len(r.text); {
		if r.text[i] == '\n' {
			b.place()
			b.endLine(base + i + 1)
			i++
			continue
		}
		end, mayBreak := wordEnd(r.text, i)
		next, blanks := end, 0
		for ; next < len(r.text) && (r.text[next] == ' ' || r.text[next] == '\t'); next++ {
			if blanks++; r.text[next] == '\t' {
				blanks += tabBlanks - 1
			}
		}
		w := word{run: index, start: base + i, end: base + end, next: base + next, space: float32(blanks) * blank}
		if end > i {
			w.width = b.m.width(r.text[i:end], r.face)
		}
		b.pending = append(b.pending, w)
		if mayBreak || next > end {
			b.place()
		}
		i = next
	}
}

// wordEnd is where the word that begins at i ends, and whether a line may be
// broken there without a blank.
func wordEnd(text string, i int) (end int, mayBreak bool) {
	previous := rune(0)
	for end = i; end < len(text); {
		r, size := utf8.DecodeRuneInString(text[end:])
		if r == ' ' || r == '\t' || r == '\n' {
			return end, false
		}
		if previous != 0 && breaksBetween(previous, r) {
			return end, true
		}
		previous = r
		end += size
	}
	return end, isWide(previous)
}

// breaksBetween says whether a line may be broken between two letters: after a
// dash, and around the letters of scripts written without blanks, but not before
// their closing marks nor after their opening ones.
func breaksBetween(a, b rune) bool {
	switch {
	case strings.ContainsRune("-–—\u200B", a):
		return unicode.IsLetter(b)
	case !isWide(a) && !isWide(b):
		return false
	}
	return !strings.ContainsRune("（「『【〈《〔［｛‘“", a) && !strings.ContainsRune("、。，．！？：；）」』】〉》〕］｝’”…・ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ", b)
}

// isWide says whether a letter belongs to a script written without blanks.
func isWide(r rune) bool {
	return r >= 0x2E80 && (r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF || r >= 0xFF00 && r <= 0xFFEF || r >= 0x20000 && r <= 0x3FFFF) ||
		r >= 0xAC00 && r <= 0xD7AF
}

// place sets the pending words on this line or, together, on the next.
func (b *lineBreaker) place() {
	if len(b.pending) == 0 {
		return
	}
	x, last := b.x, b.lastRun()
	for _, w := range b.pending {
		x += b.advance(w, w.run != last)
		last = w.run
	}
	end := x - b.pending[len(b.pending)-1].space
	if end > b.limit && len(b.line) > 0 {
		b.endLine(b.pending[0].start)
		b.place()
		return
	}
	if end > b.limit {
		b.tear()
		return
	}
	b.line = append(b.line, b.pending...)
	b.x, b.pending = x, b.pending[:0]
}

// advance is the room a word takes; first says that it begins a fragment.
func (b *lineBreaker) advance(w word, first bool) float32 {
	r := b.flow.runs[w.run]
	if r.code && first {
		return w.width + w.space + 2*groundPad*r.face.size
	}
	return w.width + w.space
}

func (b *lineBreaker) lastRun() int {
	if len(b.line) == 0 {
		return -1
	}
	return b.line[len(b.line)-1].run
}

// tear sets words that are wider than a whole line letter by letter.
func (b *lineBreaker) tear() {
	words := append([]word(nil), b.pending...)
	b.pending = b.pending[:0]
	for _, w := range words {
		r := b.flow.runs[w.run]
		for at := w.start; at < w.end; {
			_, size := utf8.DecodeRuneInString(b.flow.text[at:])
			letter := word{run: w.run, start: at, end: at + size, next: at + size}
			letter.width = b.m.width(b.flow.text[at:at+size], r.face)
			if at += size; at == w.end {
				letter.next, letter.space = w.next, w.space
			}
			if b.x+letter.width+2*groundPad*r.face.size > b.limit && len(b.line) > 0 {
				b.endLine(letter.start)
			}
			b.x += b.advance(letter, b.lastRun() != w.run)
			b.line = append(b.line, letter)
		}
	}
}

// endLine closes the line; next is the byte that the next one begins with.
func (b *lineBreaker) endLine(next int) {
	y := float32(len(b.flow.lines)) * b.flow.pitch
	line := textLine{y: y, start: b.from, end: next}
	line.fragments = b.fragments()
	line.baseline = y + b.baseline()
	if n := len(line.fragments); n > 0 {
		last := line.fragments[n-1]
		b.flow.width = max(b.flow.width, last.x+last.width+b.pad(last.run))
	}
	b.flow.lines = append(b.flow.lines, line)
	b.line, b.x, b.from = b.line[:0], 0, next
}

// baseline places the line's text in the middle of its pitch, by the face of the
// flow's first run, so that all lines of a flow are alike.
func (b *lineBreaker) baseline() float32 {
	if len(b.flow.runs) == 0 {
		return 0
	}
	f := b.flow.runs[0].face
	size, _ := measure(" ", face{f.size, fyne.TextStyle{Bold: f.style.Bold}})
	return round((b.flow.pitch-size.Height)/2) + b.m.ascent(f)
}

// fragments joins the line's words into pieces of one run.
func (b *lineBreaker) fragments() []fragment {
	var out []fragment
	x := float32(0)
	for i := 0; i < len(b.line); {
		first := b.line[i]
		f, end := fragment{run: first.run, start: first.start}, first
		for ; i < len(b.line) && b.line[i].run == first.run; i++ {
			end = b.line[i]
			f.width += end.width + end.space
		}
		stop := end.next
		if i == len(b.line) { // blanks at a line's end are not drawn
			stop, f.width = end.end, f.width-end.space
		}
		if f.text = b.flow.text[first.start:stop]; f.text == "" {
			continue
		}
		f.x = x + b.pad(first.run)
		x = f.x + f.width + b.pad(first.run)
		out = append(out, f)
	}
	return out
}

func (b *lineBreaker) pad(run int) float32 { return b.flow.pad(run) }

// pad is the room that a run's ground takes left and right.
func (f *flow) pad(run int) float32 {
	if r := f.runs[run]; r.code {
		return groundPad * r.face.size
	}
	return 0
}

// refine measures the fragments of a line as they will be drawn, which is too
// slow for lines that nobody sees: letters are kerned over blanks too.
func (f *flow) refine(line *textLine) {
	if line.exact {
		return
	}
	line.exact = true
	x := float32(0)
	for i := range line.fragments {
		g := &line.fragments[i]
		size, _ := measure(g.text, f.runs[g.run].face)
		pad := f.pad(g.run)
		g.x, g.width = x+pad, size.Width
		x = g.x + g.width + pad
	}
}
