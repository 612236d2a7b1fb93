package archive

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/fontscan"
)

// face is a font of the PDF.
type face struct {
	family, style string
	width         func(r rune) (em float64, ok bool) // ok: it has the letter
	code          map[rune]uint16                    // of a font of the system: as what its letters are written
}

// ownFace is one of the program's own fonts.
func ownFace(family, style string, content []byte) (*face, error) {
	f, err := font.ParseTTF(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("a font of the PDF cannot be read: %w", err)
	}
	return &face{family: family, style: style, width: func(r rune) (float64, bool) {
		glyph, ok := f.NominalGlyph(r)
		if !ok || glyph == 0 || r > 0xFFFF { // fpdf knows no letters past 0xFFFF
			return 0, false
		}
		return math.Round(float64(f.HorizontalAdvance(glyph))*1000/float64(f.Upem())) / 1000, true // as fpdf does
	}}, nil
}

// SystemFonts lists the fonts of the machine, which takes a second or two the first
// time; cache is a folder for the list.
func SystemFonts(cache string) func() []fontscan.Footprint {
	return func() []fontscan.Footprint {
		fonts, err := fontscan.SystemFonts(silent{}, cache)
		if err != nil {
			return nil // no fonts: the letters stay boxes, which are counted
		}
		return fonts
	}
}

type silent struct{}

func (silent) Printf(string, ...any) {}

// unjoined are the scripts whose letters can be set one after another. The others
// (Arabic, Hebrew, Devanagari, …) would be wrong in a PDF, which nothing shapes.
var unjoined = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo, unicode.Yi, unicode.Common,
	unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Armenian, unicode.Georgian, unicode.Ethiopic, unicode.Cherokee,
}

// language is which of the forms of Han letters a text wants: those of Japanese with
// kana in it, of Korean with Hangul, else of Chinese.
func language(text string) string {
	found := "zh"
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			return "ja"
		case unicode.Is(unicode.Hangul, r):
			found = "ko"
		}
	}
	return found
}

// liked are families made for a language, the best first: of fonts that have the
// same letters one of them is taken.
var liked = map[string][]string{
	"zh": {"notosanscjksc", "notosanssc", "sourcehansanssc", "pingfangsc", "microsoftyahei", "wenquanyi"},
	"ja": {"notosanscjkjp", "notosansjp", "sourcehansans", "hiraginosans", "hiraginokakugothic", "yugothic", "meiryo", "ipa", "takao", "vlgothic", "msgothic"},
	"ko": {"notosanscjkkr", "notosanskr", "sourcehansanskr", "applesdgothicneo", "malgungothic", "nanumgothic", "baekmuk"},
}

// placeholders are families that have a sign for every letter and no letter.
var placeholders = []string{"lastresort", "adobeblank", "notdef"}

// rank says how far a font is from an upright, regular one of a liked family.
func rank(f *fontscan.Footprint, language string) float64 {
	far := math.Abs(float64(f.Aspect.Weight)-400) / 10
	if f.Aspect.Style != font.StyleNormal {
		far += 1000
	}
	likes := liked[language]
	at := slices.IndexFunc(likes, func(name string) bool { return strings.HasPrefix(f.Family, name) })
	if at < 0 {
		at = len(likes) + 10
	}
	return far + 100*float64(at)
}

// choose finds fonts for letters: the one with the most of them first, then one for
// what is left. Fonts that cannot be read, or may not be put into a document, are
// passed over.
func choose(fonts []fontscan.Footprint, wanted map[rune]bool, language string) []*system {
	var chosen []*system
	left := maps.Clone(wanted)
	maps.DeleteFunc(left, func(r rune, _ bool) bool { return !unicode.In(r, unjoined...) })
	tried := map[int]bool{}
	for len(left) > 0 {
		best, most, nearest := -1, 0, 0.0
		for i := range fonts {
			f := &fonts[i]
			if tried[i] || slices.ContainsFunc(placeholders, func(name string) bool { return strings.Contains(f.Family, name) }) {
				continue
			}
			has := 0
			for r := range left {
				if f.Runes.Contains(r) {
					has++
				}
			}
			if has == 0 || has < most {
				continue
			}
			far := rank(f, language)
			if has > most || far < nearest || far == nearest && before(f.Location, fonts[best].Location) {
				best, most, nearest = i, has, far
			}
		}
		if best < 0 {
			break
		}
		tried[best] = true
		s, err := openFont(fonts[best].Location)
		if err != nil {
			continue
		}
		if s.take(left); len(s.glyphs) > 0 {
			chosen = append(chosen, s)
		}
	}
	return chosen
}

func before(a, b fontscan.Location) bool {
	return a.File < b.File || a.File == b.File && (a.Index < b.Index || a.Index == b.Index && a.Instance < b.Instance)
}

// system is a font of the system with the letters that are taken from it.
type system struct {
	face   *font.Face
	glyphs map[rune]trueGlyph
}

// openFont reads a font of the system.
func openFont(at fontscan.Location) (*system, error) {
	file, err := os.Open(at.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return parseFont(file, int(at.Index))
}

func parseFont(file font.Resource, index int) (*system, error) {
	loaders, err := opentype.NewLoaders(file)
	if err != nil {
		return nil, err
	}
	if index >= len(loaders) {
		return nil, fmt.Errorf("it has %d fonts, none with the index %d", len(loaders), index)
	}
	if os2, err := loaders[index].RawTable(opentype.MustNewTag("OS/2")); err == nil && len(os2) > 10 {
		// fsType: restricted, not in part, only as bitmaps
		if may := be.Uint16(os2[8:]); may&0xF == 2 || may&0x300 != 0 {
			return nil, fmt.Errorf("its licence keeps it out of documents")
		}
	}
	f, err := font.NewFont(loaders[index])
	if err != nil {
		return nil, err
	}
	if f.Upem() < 16 || f.Upem() > 16384 {
		return nil, fmt.Errorf("its em has %d units", f.Upem())
	}
	return &system{face: font.NewFace(f), glyphs: map[rune]trueGlyph{}}, nil
}

// take takes what the font has of the wanted letters.
func (s *system) take(wanted map[rune]bool) {
	for r := range wanted {
		glyph, ok := s.face.NominalGlyph(r)
		if !ok || glyph == 0 || glyph > 0xFFFF {
			continue
		}
		outline, ok := s.face.GlyphDataOutline(uint16(glyph))
		if !ok || len(outline.Segments) == 0 && !unicode.Is(unicode.Zs, r) { // a picture in colours, say
			continue
		}
		drawn, ok := contours(outline.Segments, float64(s.face.Upem()))
		advance := math.Round(float64(s.face.HorizontalAdvance(glyph)))
		if !ok || !(advance >= 0 && advance < 1<<15) {
			continue
		}
		s.glyphs[r] = trueGlyph{advance: uint16(advance), contours: drawn}
		delete(wanted, r)
	}
}

// mostLetters is how many letters one font of a PDF has: so few that the table of
// their codes is no larger than its format allows.
const mostLetters = 4000

// private is where the letters past 0xFFFF are kept in a font of the PDF: codes that
// Unicode gives to none, and choose takes from none.
const private = 0xE000

// parted divides letters among fonts. fpdf takes time with the third power of a row of
// letters that follow one another (a font of all 20,000 Han letters: for ever), so
// where there is a long one, every second 64 of them go into another font.
func parted(letters []rune) (parts [][]rune) {
	row, longest := 0, 0
	rows := [2][]rune{}
	for i, r := range letters {
		if row++; i > 0 && letters[i-1] != r-1 {
			row = 1
		}
		longest = max(longest, row)
		rows[r/64%2] = append(rows[r/64%2], r)
	}
	if longest <= 128 {
		rows = [2][]rune{letters}
	}
	for _, row := range rows {
		parts = slices.AppendSeq(parts, slices.Chunk(row, mostLetters))
	}
	return parts
}

// faces makes fonts for a PDF of the letters that were taken. family names them.
func (s *system) faces(family string) (made []*face, files [][]byte) {
	letters := slices.Sorted(maps.Keys(s.glyphs))
	for _, part := range parted(letters) {
		to := &truetype{upem: s.face.Upem(), ascent: int16(s.face.Upem() - s.face.Upem()/8), descent: -int16(s.face.Upem() / 8)}
		f := &face{family: fmt.Sprintf("%s-%d", family, len(made)), code: map[rune]uint16{}}
		free := rune(private)
		for _, r := range part {
			code := r
			if r > 0xFFFF {
				code = free
				free++
			}
			glyph := s.glyphs[r]
			glyph.code = uint16(code)
			f.code[r] = glyph.code
			to.glyphs = append(to.glyphs, glyph)
		}
		f.width = func(r rune) (float64, bool) {
			if _, ok := f.code[r]; !ok {
				return 0, false
			}
			return math.Round(float64(s.glyphs[r].advance)*1000/float64(to.upem)) / 1000, true
		}
		made = append(made, f)
		files = append(files, to.file())
	}
	return made, files
}
