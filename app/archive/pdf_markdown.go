package archive

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// markdown sets a reply.
func (p *pdf) markdown(source string) {
	content := []byte(source)
	root := markdown().Parser().Parse(text.NewReader(content))
	p.blocks(root, content)
}

func (p *pdf) blocks(parent ast.Node, source []byte) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		p.block(n, source)
	}
}

func (p *pdf) block(n ast.Node, source []byte) {
	switch n := n.(type) {
	case *ast.Heading:
		p.Ln(2)
		p.keep(30)
		p.inline(n, source, "B", []float64{15, 13, 12, 11, 11, 11}[min(max(n.Level, 1), 6)-1])
		p.Ln(1)
	case *ast.FencedCodeBlock, *ast.CodeBlock, *ast.HTMLBlock:
		p.Ln(1)
		p.panel(strings.TrimRight(string(n.Lines().Value(source)), "\n"), look{"mono", "", codeSize, black})
		p.Ln(2)
	case *ast.List:
		p.list(n, source)
	case *ast.Blockquote:
		p.indent += 6
		p.blocks(n, source)
		p.indent -= 6
	case *ast.ThematicBreak:
		p.SetDrawColor(0xE2, 0xDE, 0xD7)
		p.Line(p.edge(), p.GetY()+2, p.edge()+p.room(), p.GetY()+2)
		p.Ln(4)
	case *east.Table:
		p.table(n, source)
	default:
		p.inline(n, source, "", bodySize)
		if n.Kind() != ast.KindTextBlock {
			p.Ln(1.5)
		}
	}
}

func (p *pdf) list(n *ast.List, source []byte) {
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "•"
		if n.IsOrdered() {
			mark = fmt.Sprintf("%d.", number)
			number++
		}
		p.keep(bodySize * lead)
		p.line(p.letters([]span{{mark, look{"text", "", bodySize, black}}}), p.edge()+pad, p.GetY(), bodySize*lead)
		p.indent += 8
		p.blocks(item, source)
		p.indent -= 8
	}
	p.Ln(1)
}

// inline sets a run of text, each part in its look.
func (p *pdf) inline(n ast.Node, source []byte, style string, size float64) {
	p.paragraph(spans(n, source, look{"text", style, size, black}), size*lead)
}

// spans are the parts of a run of text.
func spans(parent ast.Node, source []byte, l look) (all []span) {
	add := func(text string, l look) { all = append(all, span{strings.ReplaceAll(text, "\n", " "), l}) }
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			add(string(n.Value(source)), l)
			if n.HardLineBreak() {
				all = append(all, span{"\n", l})
			} else if n.SoftLineBreak() && !joins(n, source) {
				add(" ", l)
			}
		case *ast.String:
			add(string(n.Value), l)
		case *ast.CodeSpan:
			add(plainText(n, source), look{"mono", "", l.size * 0.9, l.ink})
		case *ast.AutoLink:
			add(string(n.Label(source)), l)
		case *ast.RawHTML:
			add(string(n.Segments.Value(source)), l)
		case *ast.Emphasis:
			more := "I"
			if n.Level == 2 {
				more = "B"
			}
			all = append(all, spans(n, source, look{l.family, withStyle(l.style, more), l.size, l.ink})...)
		case *east.TaskCheckBox:
			add(map[bool]string{true: "[x] ", false: "[ ] "}[n.IsChecked], l)
		default:
			all = append(all, spans(n, source, l)...)
		}
	}
	return all
}

// joins says that lines go on without a space: Chinese and Japanese have none.
func joins(n *ast.Text, source []byte) bool {
	next, ok := n.NextSibling().(*ast.Text)
	if !ok {
		return false
	}
	last, _ := utf8.DecodeLastRune(n.Value(source))
	first, _ := utf8.DecodeRune(next.Value(source))
	return spaceless(last) && spaceless(first)
}

func spaceless(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3001 && r <= 0x303F || r >= 0xFF00 && r <= 0xFF9F
}

func withStyle(style, more string) string {
	if strings.Contains(style, more) {
		return style
	}
	if more == "B" {
		return more + style
	}
	return style + more
}

func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch t := c.(type) {
		case *ast.Text:
			b.Write(t.Value(source))
			if t.SoftLineBreak() || t.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(t.Value)
		case *ast.RawHTML:
			b.Write(t.Segments.Value(source))
		default:
			b.WriteString(plainText(c, source))
		}
	}
	return b.String()
}

// table sets a table in columns of equal width. Its head stands above the rows of
// every page, and never alone at the end of one.
func (p *pdf) table(n *east.Table, source []byte) {
	width := p.room() / float64(max(len(n.Alignments), 1))
	var head *tableRow
	first := true
	for node := n.FirstChild(); node != nil; node = node.NextSibling() {
		l := look{"text", "", bodySize, black}
		if node.Kind() == east.KindTableHeader {
			l.style = "B"
			head = p.tableRow(node, source, width, l)
			continue
		}
		row := p.tableRow(node, source, width, l)
		if first && head != nil {
			p.keep(float64(head.lines+min(row.lines, 20)) * bodySize * lead)
			head.draw(p, width, nil)
			if head.lines > 6 { // so much is said once
				head = nil
			}
		}
		first = false
		row.draw(p, width, head)
	}
	if first && head != nil {
		head.draw(p, width, nil)
	}
	p.Ln(2)
}

// tableRow is a row of a table, broken into lines.
type tableRow struct {
	cells   [][][]letter
	aligned []east.Alignment
	lines   int // of the highest cell
}

func (p *pdf) tableRow(row ast.Node, source []byte, width float64, l look) *tableRow {
	r := &tableRow{lines: 1}
	for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
		set := p.lines(spans(cell, source, l), width-2*pad)
		r.cells = append(r.cells, set)
		r.lines = max(r.lines, len(set))
		alignment := east.AlignNone
		if c, ok := cell.(*east.TableCell); ok {
			alignment = c.Alignment
		}
		r.aligned = append(r.aligned, alignment)
	}
	return r
}

// draw draws a row; on a page that it begins, under the table's head, if that is not nil.
func (r *tableRow) draw(p *pdf, width float64, head *tableRow) {
	height := bodySize * lead
	keep := func(lines int) {
		if p.keep(float64(lines)*height) && head != nil {
			head.draw(p, width, nil)
		}
	}
	keep(min(r.lines, 20))
	for i := range r.lines {
		keep(1)
		for k, set := range r.cells {
			if i < len(set) {
				p.line(set[i], p.edge()+float64(k)*width+pad+inset(r.aligned[k], set[i], width-2*pad), p.GetY(), height)
			}
		}
		p.SetY(p.GetY() + height)
	}
	p.SetDrawColor(0xE2, 0xDE, 0xD7)
	p.Line(p.edge(), p.GetY(), p.edge()+float64(len(r.cells))*width, p.GetY())
}

// inset is how far a line begins from the edge of its cell.
func inset(a east.Alignment, line []letter, width float64) float64 {
	switch free := width - wide(unspaced(line)); a {
	case east.AlignRight:
		return free
	case east.AlignCenter:
		return free / 2
	}
	return 0
}
