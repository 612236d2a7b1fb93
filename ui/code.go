package ui

import (
	"sort"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/lang"
)

// codePiece is a block of code: a panel with the language at the left, a copy
// button at the right, and lines that scroll sideways by themselves.
type codePiece struct {
	node     node
	lines    []string // with tabs set
	starts   []int    // lines that segments begin with
	offsets  []int    // byte of the text that each line begins with
	bytes    int
	wide     float32 // of the widest line
	width    float32
	height   float32
	advance  float32 // of one letter
	first    int     // lines that have objects
	end      int
	from, to int // selected bytes
	tints    []tintSpan
	drawn    bool

	box    *fyne.Container
	sheet  *sheet
	panel  *canvas.Rectangle
	label  *canvas.Text
	copy   *actionButton
	scroll *sideScroll
}

var _ piece = (*codePiece)(nil)

const (
	codeHead = 36 // height of the line with language and button, at 100 %
	codePad  = 16 // left and right of the code
	codeFoot = 12 // under it
)

func newCodePiece(s *stage, n node, ground fyne.ThemeColorName) *codePiece {
	c := &codePiece{node: n}
	c.setCode(s, n)
	c.box, c.sheet = newBox()
	panel := ColorPanel
	if ground == ColorPanel {
		panel = ColorPage // code must stand out from the user's panel too
	}
	c.panel = canvas.NewRectangle(s.style.ink(panel))
	c.panel.CornerRadius = s.style.px(8)
	c.label = &canvas.Text{Color: s.style.ink(ColorMuted), TextSize: s.style.note.size}
	c.copy = newActionButton(s, "copy", lang.L("Copy code"), func() {
		s.copied(c.node.code)
		c.copy.confirm()
	})
	c.scroll = newSideScroll(s)
	c.box.Objects = []fyne.CanvasObject{c.panel, c.label, c.scroll, c.copy}
	return c
}

// setCode takes the code in; tabs are set every four columns.
func (c *codePiece) setCode(s *stage, n node) {
	c.node, c.lines, c.offsets, c.bytes, c.wide = n, nil, nil, 0, 0
	c.advance = s.metrics.width("0", s.style.mono)
	for line := range strings.SplitSeq(n.code, "\n") {
		c.addLine(s, setTabs(line))
	}
	c.starts = segmentStarts(c.lines)
	c.drawn = false
}

// longestLine is the bytes of code that are drawn on one line. A file without
// line ends would need pictures wider than a graphics card takes.
const longestLine = 1000

func (c *codePiece) addLine(s *stage, line string) {
	for len(line) > longestLine {
		cut := longestLine
		for cut > 0 && !utf8.RuneStart(line[cut]) {
			cut--
		}
		c.addLine(s, line[:cut])
		line = line[cut:]
	}
	c.lines = append(c.lines, line)
	c.offsets = append(c.offsets, c.bytes)
	c.bytes += len(line) + 1
	c.wide = max(c.wide, c.x(s, line))
}

func setTabs(line string) string {
	if !strings.Contains(line, "\t") {
		return line
	}
	var b strings.Builder
	column := 0
	for _, r := range line {
		if r != '\t' {
			b.WriteRune(r)
			column++
			continue
		}
		b.WriteString("    "[column%4:])
		column += 4 - column%4
	}
	return b.String()
}

func (c *codePiece) object() fyne.CanvasObject { return c.box }

func (c *codePiece) text() string { return strings.Join(c.lines, "\n") }

func (c *codePiece) layout(m *metrics, width float32) float32 {
	st := c.sizes()
	c.width = width
	c.height = st.head + float32(len(c.lines))*st.pitch + st.foot
	putAt(c.panel, 0, 0, width, c.height)
	c.label.Text = languageName(c.node.language)
	size := c.label.MinSize()
	putAt(c.label, st.pad, round((st.head-size.Height)/2), size.Width, size.Height)
	button := c.copy.MinSize()
	putAt(c.copy, width-button.Width-round((st.head-button.Height)/2), round((st.head-button.Height)/2), button.Width, button.Height)
	c.scroll.set(fyne.NewSize(c.wide+2*st.pad, c.height-st.head), 0, st.head, width)
	c.sheet.set(c.box, fyne.NewSize(width, c.height))
	c.drawn = false
	return c.height
}

// codeSizes are the lengths of a block of code in canvas units.
type codeSizes struct{ head, pad, foot, pitch float32 }

func (c *codePiece) sizes() codeSizes {
	st := c.copy.stage.style
	return codeSizes{st.px(codeHead), st.px(codePad), st.px(codeFoot), st.codeLeading()}
}

// languageName is how a fence's language is shown.
func languageName(language string) string {
	switch strings.ToLower(language) {
	case "", "text", "txt", "plaintext", "plain":
		return "text"
	}
	return strings.ToLower(language)
}

func (c *codePiece) natural() float32 { return c.wide + 2*c.sizes().pad }

func (c *codePiece) draw(s *stage, top, bottom float32) {
	sizes := c.sizes()
	first := max(0, int((top-sizes.head)/sizes.pitch))
	end := min(len(c.lines), int((bottom-sizes.head)/sizes.pitch)+1)
	if c.drawn && first == c.first && end == c.end {
		return
	}
	c.first, c.end, c.drawn = first, max(first, end), true
	c.redraw(s)
}

func (c *codePiece) redraw(s *stage) {
	sizes := c.sizes()
	c.scroll.content.Objects = c.scroll.content.Objects[:0]
	for i := c.first; i < c.end; i++ {
		c.colour(s, i, sizes)
		c.markFound(s, i, sizes)
		c.mark(s, i, sizes)
	}
	for i := c.first; i < c.end; {
		k := sort.SearchInts(c.starts, i+1) - 1
		start, stop := c.starts[k], len(c.lines)
		if k+1 < len(c.starts) {
			stop = c.starts[k+1]
		}
		painted := s.painter.paint(c.node.language, c.lines[start:stop])
		for ; i < min(stop, c.end); i++ {
			c.line(s, painted[i-start], sizes.pad, float32(i)*sizes.pitch)
		}
	}
}

func (c *codePiece) line(s *stage, tokens []token, x, y float32) {
	for _, t := range tokens {
		lead := len(t.text) - len(strings.TrimLeft(t.text, " "))
		x += float32(lead) * c.advance
		letters := &canvas.Text{Text: steady(t.text[lead:]), Color: s.style.ink(t.color), TextSize: s.style.mono.size, TextStyle: s.style.mono.style}
		width := c.x(s, letters.Text)
		putAt(letters, x, y, width, s.style.codeLeading())
		c.scroll.content.Objects = append(c.scroll.content.Objects, letters)
		x += width
	}
}

// x is how far a text reaches: a multiple of one letter, but for letters that
// other fonts lend.
func (c *codePiece) x(s *stage, text string) float32 {
	for i := 0; i < len(text); i++ {
		if text[i] >= utf8.RuneSelf {
			return s.metrics.letters(text, s.style.mono)
		}
	}
	return float32(len(text)) * c.advance
}

func (c *codePiece) mark(s *stage, i int, sizes codeSizes) {
	from, to := max(c.from-c.offsets[i], 0), min(c.to-c.offsets[i], len(c.lines[i])+1)
	if from >= to {
		return
	}
	x0 := c.x(s, c.lines[i][:min(from, len(c.lines[i]))])
	x1 := c.x(s, c.lines[i][:min(to, len(c.lines[i]))])
	if to > len(c.lines[i]) {
		x1 += c.advance
	}
	c.scroll.content.Objects = append(c.scroll.content.Objects, newMark(s, sizes.pad+x0, float32(i)*sizes.pitch, x1-x0, sizes.pitch))
}

func (c *codePiece) at(p fyne.Position) int {
	sizes := c.sizes()
	n := int((p.Y - sizes.head) / sizes.pitch)
	switch {
	case p.Y < sizes.head:
		return 0
	case n >= len(c.lines):
		return c.bytes - 1
	}
	return c.offsets[n] + letterAt(c.lines[n], c.copy.stage.style.mono, p.X-sizes.pad+c.scroll.offset)
}

func (c *codePiece) highlight(s *stage, from, to int) {
	if from == c.from && to == c.to {
		return
	}
	c.from, c.to = from, to
	if c.drawn {
		c.redraw(s)
	}
}

func (c *codePiece) link(fyne.Position) string { return "" }
