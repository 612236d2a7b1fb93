package archive

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/go-text/typesetting/segmenter"
	"golang.org/x/text/unicode/norm"
)

// look is what a text is set in.
type look struct {
	family, style string
	size          float64 // in points
	ink           int
}

type span struct {
	text string
	look look
}

// letter is a character with its place in a line.
type letter struct {
	r     rune
	face  *face
	look  look
	width float64
}

// ending is the space after a line's last letter that no line has to have room for.
const ending = 1e-6

// plain is a text in composed characters, without what is not seen.
func plain(text string) string {
	text = norm.NFC.String(strings.ToValidUTF8(text, "□"))
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\t':
			return ' '
		case unicode.IsControl(r) || r == '\u200d' || r == '\u200b' || unicode.Is(unicode.Variation_Selector, r):
			return -1
		}
		return r
	}, text)
}

// letters finds a font for every character of a text. What none has is counted, and
// a box stands for it.
func (p *pdf) letters(spans []span) []letter {
	var set []letter
	for _, s := range spans {
		size := s.look.size * millimetre
		for _, r := range plain(s.text) {
			if r == '\n' {
				set = append(set, letter{r: r, look: s.look})
				continue
			}
			f, width := p.faceFor(r, s.look)
			if f == nil {
				p.missing++
				p.lacks[p.language][r] = true
				r = '□'
				if f, width = p.faceFor(r, s.look); f == nil {
					continue
				}
			}
			set = append(set, letter{r, f, s.look, width * size})
		}
	}
	return set
}

// faceFor is the font that has a letter, nil if none has: that of the look, else one
// of the system, else the text's.
func (p *pdf) faceFor(r rune, l look) (*face, float64) {
	own := p.own[l.family+l.style]
	if width, ok := own.width(r); ok {
		return own, width
	}
	for _, f := range p.more[p.language] {
		if width, ok := f.width(r); ok {
			return f, width
		}
	}
	text := p.own["text"]
	if width, ok := text.width(r); ok {
		return text, width
	}
	return nil, 0
}

// lines breaks spans into lines no wider than width, where Unicode (UAX 14) says that
// a line may be broken: between Han letters, not before 。 or 」. What is wider
// without such a place is broken anywhere.
func (p *pdf) lines(spans []span, width float64) [][]letter {
	all := p.letters(spans)
	runes := make([]rune, len(all))
	for i, l := range all {
		runes[i] = l.r
	}
	var lines [][]letter
	var line []letter
	used := 0.0
	end := func() {
		lines = append(lines, line)
		line, used = nil, 0
	}
	var s segmenter.Segmenter
	s.Init(runes)
	for iter := s.LineIterator(); iter.Next(); {
		part := all[iter.Line().Offset:][:len(iter.Line().Text)]
		broken := len(part) > 0 && part[len(part)-1].r == '\n'
		if broken {
			part = part[:len(part)-1]
		}
		if used > 0 && used+wide(unspaced(part)) > width+ending {
			end()
		}
		if wide(unspaced(part)) <= width+ending {
			line, used = append(line, part...), used+wide(part)
		} else {
			for _, l := range part {
				if used > 0 && used+l.width > width+ending && l.r != ' ' && !unicode.Is(unicode.M, l.r) {
					end()
				}
				line, used = append(line, l), used+l.width
			}
		}
		if broken {
			end()
		}
	}
	if len(line) > 0 || len(lines) == 0 {
		end()
	}
	return lines
}

func wide(part []letter) (width float64) {
	for _, l := range part {
		width += l.width
	}
	return width
}

// unspaced is without the spaces at the end.
func unspaced(part []letter) []letter {
	for len(part) > 0 && part[len(part)-1].r == ' ' {
		part = part[:len(part)-1]
	}
	return part
}

// paragraph sets spans between the margins, each line so high.
func (p *pdf) paragraph(spans []span, height float64) {
	for _, line := range p.lines(spans, p.room()-2*pad) {
		p.keep(height)
		p.line(line, p.edge()+pad, p.GetY(), height)
		p.SetY(p.GetY() + height)
	}
}

// edge is where lines begin, room how wide they are.
func (p *pdf) edge() float64 { return pageMargin + min(p.indent, mostIndent) }

func (p *pdf) room() float64 {
	page, _ := p.GetPageSize()
	return page - pageMargin - p.edge()
}

// line draws a line of letters from x on: those of one look at once.
func (p *pdf) line(line []letter, x, y, height float64) {
	line = unspaced(line)
	size := 0.0
	for _, l := range line {
		size = max(size, l.look.size)
	}
	for len(line) > 0 {
		n := 1
		for n < len(line) && line[n].face == line[0].face && line[n].look == line[0].look && (line[n].r > 0xFFFF) == (line[0].r > 0xFFFF) {
			n++
		}
		p.run(line[:n], x, y+height/2+0.3*size*millimetre)
		x += wide(line[:n])
		line = line[n:]
	}
}

// run draws letters of one font.
func (p *pdf) run(run []letter, x, baseline float64) {
	f, l := run[0].face, run[0].look
	var text strings.Builder
	for _, l := range run {
		if code, ok := f.code[l.r]; ok {
			text.WriteRune(rune(code))
		} else {
			text.WriteRune(l.r)
		}
	}
	p.face(f.family, f.style, l.size, l.ink)
	if run[0].r > 0xFFFF { // for those who search or copy
		p.RawWriteStr("/Span <</ActualText <" + utf16Text(run) + ">>> BDC\n")
		defer p.RawWriteStr("\nEMC\n")
	}
	if f.code != nil && strings.Contains(l.style, "B") { // bold by its edge
		r, g, b := l.ink>>16, l.ink>>8&0xFF, l.ink&0xFF
		p.RawWriteStr(fmt.Sprintf("q 2 Tr 1 j %.3f w %.3f %.3f %.3f RG\n", l.size/42, float64(r)/255, float64(g)/255, float64(b)/255))
		defer p.RawWriteStr("\nQ\n")
	}
	p.Text(x, baseline, text.String())
}

func utf16Text(run []letter) string {
	b := []byte{0xFE, 0xFF}
	for _, l := range run {
		for _, unit := range utf16.Encode([]rune{l.r}) {
			b = be.AppendUint16(b, unit)
		}
	}
	return hex.EncodeToString(b)
}
