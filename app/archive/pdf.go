package archive

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/go-pdf/fpdf"
	"github.com/go-text/typesetting/fontscan"
)

// Fonts are TrueType files that a PDF is set in. System lists the fonts of the
// machine, for letters that those do not have; nil: there are none.
type Fonts struct {
	Regular, Bold, Italic, BoldItalic, Mono []byte

	System func() []fontscan.Footprint
}

// Lengths are in millimetres, sizes of letters in points.
const (
	pageMargin = 22
	bodySize   = 10.5
	codeSize   = 9
	noteSize   = 8.5
	black      = 0x1F1E1C
	grey       = 0x6F6A63
	pad        = 1.0 // between an edge and the letters
	mostIndent = 100
	millimetre = 25.4 / 72        // of a point
	lead       = millimetre * 1.5 // line height for each point
)

// pdf is a document on its way.
type pdf struct {
	*fpdf.Fpdf
	own      map[string]*face         // family and style → font
	more     map[string][]*face       // language → fonts of the system
	language string                   // of the conversation
	lacks    map[string]map[rune]bool // language → the letters that no font has
	missing  int
	indent   float64
}

// WritePDF writes what is shown of the conversations. Letters that the fonts do not
// have (of Chinese or Japanese, say) are set in fonts of the system; those that it
// has not either, and those of scripts that must be shaped, are counted in missing,
// and a box stands for each.
func (a *Archive) WritePDF(w io.Writer, fonts Fonts) (missing int, err error) {
	p, err := a.pdf(fonts, nil)
	if err != nil {
		return 0, err
	}
	if p.missing > 0 && fonts.System != nil { // now it is known which letters are wanted
		if p, err = a.pdf(fonts, p.lacks); err != nil {
			return 0, err
		}
	}
	if err := p.Output(w); err != nil {
		return p.missing, fmt.Errorf("the PDF cannot be written: %w", err)
	}
	return p.missing, nil
}

// pdf sets the conversations, with fonts of the system for what is wanted of them.
func (a *Archive) pdf(fonts Fonts, wanted map[string]map[rune]bool) (*pdf, error) {
	p, err := newPDF(fonts)
	if err != nil {
		return nil, err
	}
	if wanted != nil {
		p.addSystem(fonts.System(), wanted)
	}
	for i := range a.Conversations {
		p.conversation(&a.Conversations[i])
	}
	return p, p.Error()
}

func newPDF(fonts Fonts) (*pdf, error) {
	p := &pdf{Fpdf: fpdf.New("P", "mm", "A4", ""), own: map[string]*face{}, more: map[string][]*face{}, lacks: map[string]map[rune]bool{}}
	for _, f := range []struct {
		family, style string
		content       []byte
	}{{"text", "", fonts.Regular}, {"text", "B", fonts.Bold}, {"text", "I", fonts.Italic}, {"text", "BI", fonts.BoldItalic}, {"mono", "", fonts.Mono}} {
		own, err := ownFace(f.family, f.style, f.content)
		if err != nil {
			return nil, err
		}
		p.own[f.family+f.style] = own
		p.AddUTF8FontFromBytes(f.family, f.style, f.content)
	}
	p.SetMargins(pageMargin, pageMargin, pageMargin)
	p.SetAutoPageBreak(false, pageMargin) // keep does it
	p.SetFooterFunc(func() {
		p.SetY(-15)
		p.face("text", "", noteSize, grey)
		p.CellFormat(0, 5, fmt.Sprint(p.PageNo()), "", 0, "C", false, 0, "")
	})
	p.SetCreator("Beyonder", true)
	return p, nil
}

// addSystem adds fonts of the system that have what is wanted.
func (p *pdf) addSystem(fonts []fontscan.Footprint, wanted map[string]map[rune]bool) {
	for _, language := range slices.Sorted(maps.Keys(wanted)) {
		for i, s := range choose(fonts, wanted[language], language) {
			faces, files := s.faces(fmt.Sprintf("%s-%d", language, i))
			for k, f := range faces {
				p.AddUTF8FontFromBytes(f.family, "", files[k])
			}
			p.more[language] = append(p.more[language], faces...)
		}
	}
}

// face is what the next text is set in.
func (p *pdf) face(family, style string, size float64, ink int) {
	p.SetFont(family, style, size)
	p.SetTextColor(ink>>16, ink>>8&0xFF, ink&0xFF)
}

func (p *pdf) conversation(c *Conversation) {
	p.language = language(c.title() + c.System + spoken(c))
	if p.lacks[p.language] == nil {
		p.lacks[p.language] = map[rune]bool{}
	}
	p.AddPage()
	p.face("text", "", bodySize, black)
	p.Bookmark(strings.Map(func(r rune) rune {
		if r > 0xFFFF { // fpdf writes none
			return '□'
		}
		return r
	}, plain(c.title())), 0, -1)
	p.say(c.title(), look{"text", "B", 17, black})
	p.say(c.when(), look{"text", "", noteSize, grey})
	if c.System != "" {
		p.who("System prompt")
		p.say(strings.TrimSpace(c.System), look{"text", "I", bodySize, grey})
	}
	for _, m := range c.Path() {
		p.who(m.speaker())
		if m.Role == "user" {
			p.panel(strings.TrimSpace(m.Text), look{"text", "", bodySize, black})
		} else {
			p.markdown(m.Text)
		}
	}
}

// spoken is all that is said in a conversation.
func spoken(c *Conversation) string {
	var b strings.Builder
	for _, m := range c.Path() {
		b.WriteString(m.Text)
	}
	return b.String()
}

// say sets a text in one look.
func (p *pdf) say(text string, l look) { p.paragraph([]span{{text, l}}, l.size*lead) }

func (p *pdf) who(name string) {
	p.SetY(p.GetY() + 4)
	p.keep(3 * bodySize * lead)
	p.say(name, look{"text", "B", noteSize, grey})
	p.SetY(p.GetY() + 1)
}

// keep begins a new page if less than that is left of this one, and says so.
func (p *pdf) keep(height float64) (begun bool) {
	_, page := p.GetPageSize()
	if begun = p.GetY()+height > page-pageMargin; begun {
		p.AddPage()
	}
	return begun
}

// panel sets text on a ground.
func (p *pdf) panel(text string, l look) {
	height := l.size * lead
	for _, line := range p.lines([]span{{strings.ReplaceAll(text, "\t", "    "), l}}, p.room()-2*pad) {
		p.keep(height)
		p.SetFillColor(0xF1, 0xEF, 0xEB)
		p.Rect(p.edge(), p.GetY(), p.room(), height, "F")
		p.line(line, p.edge()+pad, p.GetY(), height)
		p.SetY(p.GetY() + height)
	}
}
