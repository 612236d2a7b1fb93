package archive

import (
	"fmt"
	"io"
	"strings"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"
)

// Fonts are TrueType files that a PDF is set in.
type Fonts struct{ Regular, Bold, Italic, BoldItalic, Mono []byte }

// Lengths are in millimetres, sizes of letters in points.
const (
	pageMargin = 22
	bodySize   = 10.5
	codeSize   = 9
	noteSize   = 8.5
	lead       = 0.3528 * 1.5 // line height in millimetres for each point
)

// pdf is a document on its way.
type pdf struct {
	*fpdf.Fpdf
	has     map[string]func(r rune) bool // family → whether its face has a letter
	missing int
	indent  float64
}

// WritePDF writes what is shown of the conversations. missing counts the
// characters that the fonts do not have (of Chinese or Japanese, say, and emoji): a
// box stands for each.
func (a *Archive) WritePDF(w io.Writer, fonts Fonts) (missing int, err error) {
	p, err := newPDF(fonts)
	if err != nil {
		return 0, err
	}
	for i := range a.Conversations {
		p.conversation(&a.Conversations[i])
	}
	if err := p.Output(w); err != nil {
		return p.missing, fmt.Errorf("the PDF cannot be written: %w", err)
	}
	return p.missing, nil
}

func newPDF(fonts Fonts) (*pdf, error) {
	p := &pdf{Fpdf: fpdf.New("P", "mm", "A4", ""), has: map[string]func(rune) bool{}}
	for _, f := range []struct {
		family, style string
		content       []byte
	}{{"text", "", fonts.Regular}, {"text", "B", fonts.Bold}, {"text", "I", fonts.Italic}, {"text", "BI", fonts.BoldItalic}, {"mono", "", fonts.Mono}} {
		face, err := sfnt.Parse(f.content)
		if err != nil {
			return nil, fmt.Errorf("a font of the PDF cannot be read: %w", err)
		}
		if f.style == "" {
			var buffer sfnt.Buffer
			p.has[f.family] = func(r rune) bool {
				glyph, err := face.GlyphIndex(&buffer, r)
				return err == nil && glyph != 0
			}
		}
		p.AddUTF8FontFromBytes(f.family, f.style, f.content)
	}
	p.SetMargins(pageMargin, pageMargin, pageMargin)
	p.SetAutoPageBreak(true, pageMargin)
	p.SetFooterFunc(func() {
		p.SetY(-15)
		p.face("text", "", noteSize, 0x6F6A63)
		p.CellFormat(0, 5, fmt.Sprint(p.PageNo()), "", 0, "C", false, 0, "")
	})
	p.SetCreator("Beyonder", true)
	return p, nil
}

// face is what the next text is set in.
func (p *pdf) face(family, style string, size float64, ink int) {
	p.SetFont(family, style, size)
	p.SetTextColor(ink>>16, ink>>8&0xFF, ink&0xFF)
}

// letters replaces what a family does not have.
func (p *pdf) letters(family, text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == ' ':
			return r
		case r == '\t':
			return ' '
		case r < ' ' || r == 0x7F || r == '\ufe0f' || r == '\u200d' || r == '\u200b':
			return -1
		case r > 0xFFFF || !p.has[family](r): // fpdf knows no letters past 0xFFFF
			p.missing++
			return '□'
		}
		return r
	}, strings.ToValidUTF8(text, "□"))
}

func (p *pdf) conversation(c *Conversation) {
	p.AddPage()
	p.Bookmark(p.letters("text", c.title()), 0, -1)
	p.face("text", "B", 17, 0x1F1E1C)
	p.MultiCell(0, 17*lead, p.letters("text", c.title()), "", "L", false)
	p.face("text", "", noteSize, 0x6F6A63)
	p.MultiCell(0, noteSize*lead, p.letters("text", c.when()), "", "L", false)
	if c.System != "" {
		p.who("System prompt")
		p.face("text", "I", bodySize, 0x6F6A63)
		p.MultiCell(0, bodySize*lead, p.letters("text", strings.TrimSpace(c.System)), "", "L", false)
	}
	for _, m := range c.Path() {
		p.who(m.speaker())
		if m.Role == "user" {
			p.panel(strings.TrimSpace(m.Text), "text", bodySize)
		} else {
			p.markdown(m.Text)
		}
	}
}

func (p *pdf) who(name string) {
	p.Ln(4)
	p.keep(3 * bodySize * lead)
	p.face("text", "B", noteSize, 0x6F6A63)
	p.MultiCell(0, noteSize*lead, p.letters("text", name), "", "L", false)
	p.Ln(1)
}

// keep begins a new page if less than that is left of this one.
func (p *pdf) keep(height float64) {
	_, page := p.GetPageSize()
	if p.GetY()+height > page-pageMargin {
		p.AddPage()
	}
}

// panel sets text on a ground.
func (p *pdf) panel(text, family string, size float64) {
	p.face(family, "", size, 0x1F1E1C)
	p.SetFillColor(0xF1, 0xEF, 0xEB)
	left, _, right, _ := p.GetMargins()
	p.SetX(left + p.indent)
	page, _ := p.GetPageSize()
	for _, line := range strings.Split(p.letters(family, strings.ReplaceAll(text, "\t", "    ")), "\n") {
		if line == "" {
			line = " "
		}
		p.SetX(left + p.indent)
		p.MultiCell(page-left-right-p.indent, size*lead, line, "", "L", true)
	}
}
