package archive

import (
	"fmt"
	"strings"

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
		p.panel(strings.TrimRight(string(n.Lines().Value(source)), "\n"), "mono", codeSize)
		p.Ln(2)
	case *ast.List:
		p.list(n, source)
	case *ast.Blockquote:
		p.indent += 6
		p.blocks(n, source)
		p.indent -= 6
	case *ast.ThematicBreak:
		left, _, right, _ := p.GetMargins()
		page, _ := p.GetPageSize()
		p.SetDrawColor(0xE2, 0xDE, 0xD7)
		p.Line(left, p.GetY()+2, page-right, p.GetY()+2)
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
		left, _, _, _ := p.GetMargins()
		p.face("text", "", bodySize, 0x1F1E1C)
		p.SetX(left + p.indent)
		y := p.GetY()
		p.CellFormat(8, bodySize*lead, mark, "", 0, "L", false, 0, "")
		p.SetY(y)
		p.indent += 8
		p.blocks(item, source)
		p.indent -= 8
	}
	p.Ln(1)
}

// inline sets a run of text, each part in its look.
func (p *pdf) inline(n ast.Node, source []byte, style string, size float64) {
	left, _, _, _ := p.GetMargins()
	p.SetLeftMargin(left + p.indent)
	p.SetX(left + p.indent)
	p.spans(n, source, style, size)
	p.SetLeftMargin(left)
	p.Ln(size * lead)
}

func (p *pdf) spans(parent ast.Node, source []byte, style string, size float64) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			p.write(string(n.Value(source)), "text", style, size)
			if n.HardLineBreak() {
				p.Ln(size * lead)
			} else if n.SoftLineBreak() {
				p.write(" ", "text", style, size)
			}
		case *ast.String:
			p.write(string(n.Value), "text", style, size)
		case *ast.CodeSpan:
			p.write(plainText(n, source), "mono", "", size*0.9)
		case *ast.AutoLink:
			p.write(string(n.Label(source)), "text", style, size)
		case *ast.RawHTML:
			p.write(string(n.Segments.Value(source)), "text", style, size)
		case *ast.Emphasis:
			more := "I"
			if n.Level == 2 {
				more = "B"
			}
			p.spans(n, source, withStyle(style, more), size)
		case *east.TaskCheckBox:
			p.write(map[bool]string{true: "[x] ", false: "[ ] "}[n.IsChecked], "text", style, size)
		default:
			p.spans(n, source, style, size)
		}
	}
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

func (p *pdf) write(words, family, style string, size float64) {
	if words = strings.ReplaceAll(p.letters(family, words), "\n", " "); words != "" {
		p.face(family, style, size, 0x1F1E1C)
		p.Write(bodySize*lead, words)
	}
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

// table sets a table in columns of equal width.
func (p *pdf) table(n *east.Table, source []byte) {
	columns := max(len(n.Alignments), 1)
	left, _, right, _ := p.GetMargins()
	page, _ := p.GetPageSize()
	width := (page - left - right - p.indent) / float64(columns)
	p.SetDrawColor(0xE2, 0xDE, 0xD7)
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		style := ""
		if row.Kind() == east.KindTableHeader {
			style = "B"
		}
		p.face("text", style, bodySize, 0x1F1E1C)
		p.row(row, source, width)
	}
	p.Ln(2)
}

func (p *pdf) row(row ast.Node, source []byte, width float64) {
	var cells [][]string
	lines := 1
	for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
		set := p.SplitText(p.letters("text", plainText(cell, source)), width-2)
		cells = append(cells, set)
		lines = max(lines, len(set))
	}
	height := bodySize * lead
	p.keep(float64(min(lines, 20)) * height)
	left, _, _, _ := p.GetMargins()
	for i := range lines {
		p.SetX(left + p.indent)
		border := ""
		if i == lines-1 {
			border = "B"
		}
		for _, set := range cells {
			words := ""
			if i < len(set) {
				words = set[i]
			}
			p.CellFormat(width, height, words, border, 0, "L", false, 0, "")
		}
		p.Ln(height)
	}
}
