// Package faces has Fyne draw text of every style from faces that are parsed once and
// not before something is drawn from them. By itself Fyne parses four for each style of
// text: the theme's, its own, that of its emoji and one of the system, 9 to 12 MB of
// memory. Its one rule: each letter comes from the face that Fyne would take it from.
//
// Fyne has no way to say so. The package reaches for five names inside it by their
// linker's names; a version of Fyne without them does not link, and the tests compare
// what is drawn with what Fyne draws alone.
package faces

import (
	"bytes"
	"slices"
	"sync"
	_ "unsafe" // for go:linkname

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
	"github.com/go-text/typesetting/fontscan"
	"github.com/go-text/typesetting/shaping"
)

// cached is what Fyne draws text of a style with; it makes it where it has none yet.
//
//go:linkname cached fyne.io/fyne/v2/internal/painter.CachedFontFace
func cached(style fyne.TextStyle, source fyne.Resource, o fyne.CanvasObject) *item

// item is what is used of internal/painter.FontCacheItem: all of it.
type item struct{ Fonts shaping.Fontmap }

// ofLanguage and ofLetter are faces of the system, nil where it has none.
//
//go:linkname ofLanguage fyne.io/fyne/v2/internal/painter.lookupLangFont
func ofLanguage(family string, aspect font.Aspect) *font.Face

//go:linkname ofLetter fyne.io/fyne/v2/internal/painter.lookupRuneFont
func ofLetter(r rune, family string, aspect font.Aspect) *font.Face

// system is the map of the system's fonts, scanned whether it has been looked for;
// both are looked at with systemLock.
//
//go:linkname system fyne.io/fyne/v2/internal/painter.fm
var system *fontscan.FontMap

//go:linkname scanned fyne.io/fyne/v2/internal/painter.loaded
var scanned bool

//go:linkname systemLock fyne.io/fyne/v2/internal/painter.fontScanLock
var systemLock sync.Mutex

// known are the styles whose faces are shared before Fyne asks for them.
var known = []fyne.TextStyle{
	{}, {Bold: true}, {Italic: true}, {Bold: true, Italic: true}, {Monospace: true}, {Monospace: true, Bold: true},
}

var (
	bare     bool             // Fyne is being made to parse next to nothing
	stray    []fyne.TextStyle // for which Fyne has parsed faces of its own
	strayOwn func(fyne.TextStyle) fyne.Resource
)

// Share has Fyne draw text of the theme in force with shared faces: own is the theme's
// face of a style. To be called on the main goroutine, whenever a theme was put in force,
// which makes Fyne forget its faces.
func Share(own func(fyne.TextStyle) fyne.Resource) { share(known, own) }

// Asked is what a theme answers when Fyne asks for its face of a style, which it does
// where it has none and is about to parse them. This once it has its way, if it asks by
// itself; the next text, of whatever style, takes the shared ones.
func Asked(style fyne.TextStyle, own func(fyne.TextStyle) fyne.Resource) fyne.Resource {
	if bare {
		return theme.DefaultSymbolFont()
	}
	if !style.Symbol {
		if !slices.Contains(known, style) && len(known) < 50 {
			known = append(known, style)
		}
		share(slices.DeleteFunc(slices.Clone(known), func(s fyne.TextStyle) bool { return s == style }), own)
		if !slices.Contains(stray, style) {
			stray = append(stray, style)
		}
		strayOwn = own
	}
	return own(style)
}

func share(styles []fyne.TextStyle, own func(fyne.TextStyle) fyne.Resource) {
	leave, ok := barely()
	if !ok {
		return
	}
	defer leave()
	for _, style := range styles {
		kept := cached(style, nil, nil)
		if _, ours := kept.Fonts.(*faces); !ours {
			kept.Fonts = of(style, own(style))
		}
	}
}

// barely has what Fyne parses for a style be as good as nothing until leave is called:
// its faces are the smallest there is, and the system has no fonts.
func barely() (leave func(), ok bool) {
	small := theme.DefaultSymbolFont().Content()
	var held []*fyne.StaticResource
	var contents [][]byte
	for _, r := range []fyne.Resource{theme.DefaultTextFont(), theme.DefaultTextBoldFont(), theme.DefaultTextItalicFont(),
		theme.DefaultTextBoldItalicFont(), theme.DefaultTextMonospaceFont(), theme.DefaultEmojiFont()} {
		if r == nil {
			continue // without emoji, if it was built so
		}
		s, ok := r.(*fyne.StaticResource)
		if !ok {
			return nil, false
		}
		held, contents = append(held, s), append(contents, s.StaticContent)
	}
	for _, s := range held {
		s.StaticContent = small
	}
	swap := func(fonts *fontscan.FontMap, looked bool) (*fontscan.FontMap, bool) {
		systemLock.Lock()
		defer systemLock.Unlock()
		fontsBefore, lookedBefore := system, scanned
		system, scanned = fonts, looked
		return fontsBefore, lookedBefore
	}
	fonts, looked := swap(nil, true)
	bare = true
	return func() {
		bare = false
		swap(fonts, looked)
		for i, s := range held {
			s.StaticContent = contents[i]
		}
	}, true
}

// faces are those that text of a style is drawn with, as Fyne orders them.
type faces struct {
	style  fyne.TextStyle
	family string
	first  *face   // the theme's
	more   []*face // Fyne's own and its emoji
	asked  bool    // the system, for one of the language
	others []*font.Face
}

func of(style fyne.TextStyle, own fyne.Resource) *faces {
	f := &faces{style: style, family: fontscan.SansSerif, first: shared(own)}
	fallback := theme.DefaultTextFont()
	switch {
	case style.Monospace:
		f.family, fallback = fontscan.Monospace, theme.DefaultTextMonospaceFont()
	case style.Bold && style.Italic:
		fallback = theme.DefaultTextBoldItalicFont()
	case style.Bold:
		fallback = theme.DefaultTextBoldFont()
	case style.Italic:
		fallback = theme.DefaultTextItalicFont()
	}
	f.more = append(f.more, shared(fallback))
	if emoji := theme.DefaultEmojiFont(); emoji != nil {
		f.more = append(f.more, shared(emoji))
	}
	return f
}

// ResolveFace implements shaping.Fontmap.
func (f *faces) ResolveFace(r rune) *font.Face {
	if styles := stray; len(styles) > 0 {
		stray = nil
		share(styles, strayOwn)
	}
	if f.first.has(r) {
		return f.first.whole()
	}
	for _, m := range f.more {
		if m.has(r) {
			return m.whole()
		}
	}
	if !f.asked {
		f.asked = true
		aspect := font.Aspect{Style: font.StyleNormal}
		if f.style.Italic {
			aspect.Style = font.StyleItalic
		}
		if f.style.Bold {
			aspect.Weight = font.WeightBold
		}
		f.add(ofLanguage(f.family, aspect))
	}
	for _, o := range f.others {
		if _, ok := o.NominalGlyph(r); ok {
			return o
		}
	}
	if found := ofLetter(r, f.family, font.Aspect{}); found != nil {
		f.add(found)
		return found
	}
	return f.first.whole()
}

func (f *faces) add(o *font.Face) {
	if o != nil {
		f.others = append(f.others, o)
	}
}

// face is a font file: which letters it has is known before it is parsed.
type face struct {
	content []byte
	letters font.Cmap
	parsed  *font.Face
}

// all are the faces by the names of their resources.
var all = map[string]*face{}

func shared(r fyne.Resource) *face {
	f, ok := all[r.Name()]
	if !ok {
		f = &face{content: r.Content()}
		all[r.Name()] = f
	}
	return f
}

func (f *face) has(r rune) bool {
	if f.letters == nil {
		f.letters = letters(f.content)
	}
	_, ok := f.letters.Lookup(r)
	return ok
}

// whole is the face, parsed. Our faces and Fyne's are parts of the program and tested.
func (f *face) whole() *font.Face {
	if f.parsed == nil {
		parsed, err := font.ParseTTF(bytes.NewReader(f.content))
		if err != nil {
			panic("faces: " + err.Error())
		}
		f.parsed = parsed
	}
	return f.parsed
}

// letters reads which letters a font file has, and nothing else.
func letters(content []byte) font.Cmap {
	loader, err := opentype.NewLoader(bytes.NewReader(content))
	if err != nil {
		panic("faces: " + err.Error())
	}
	raw, err := loader.RawTable(opentype.MustNewTag("cmap"))
	if err != nil {
		panic("faces: " + err.Error())
	}
	table, _, err := tables.ParseCmap(raw)
	if err != nil {
		panic("faces: " + err.Error())
	}
	found, _, err := font.ProcessCmap(table, tables.FPNone)
	if err != nil {
		panic("faces: " + err.Error())
	}
	return found
}
