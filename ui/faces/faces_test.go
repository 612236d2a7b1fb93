package faces

import (
	"bytes"
	"image"
	"runtime"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"beyonder/assets"
)

// look is a theme with our faces, which asks the package or not.
type look struct {
	fyne.Theme
	asks bool
}

func (l *look) Font(style fyne.TextStyle) fyne.Resource {
	if l.asks {
		return Asked(style, own)
	}
	return own(style)
}

func own(style fyne.TextStyle) fyne.Resource {
	f := assets.NewFonts()
	switch {
	case style.Symbol:
		return theme.DefaultSymbolFont()
	case style.Monospace && style.Bold:
		return f.MonoBold
	case style.Monospace:
		return f.Mono
	case style.Bold && style.Italic:
		return f.BoldItalic
	case style.Bold:
		return f.Bold
	case style.Italic:
		return f.Italic
	}
	return f.Regular
}

// begin puts a theme in force of which nothing is parsed, here or in Fyne.
func begin(t *testing.T, asks bool) {
	t.Helper()
	all, stray = map[string]*face{}, nil
	app := test.NewTempApp(t)
	app.Settings().SetTheme(&look{theme.DefaultTheme(), asks})
}

var texts = []string{
	"Plain words, äöü ß, Ελληνικά, Кириллица, → ∑ √",
	"\u1d6b \ua640 \u2c60 Noto's alone", // of Fyne's own face
	"An emoji 😀 and another 🚀",
	"中文 かな 한국어 עברית العربية", // of the system, if it has them; then what Fyne draws for none
	"\ue123 \U000f1234",       // of no face
	"", " ", "a\tb\r\nc",
}

var styles = append([]fyne.TextStyle{{Underline: true}, {Bold: true, TabWidth: 8}, {Symbol: true}}, known...)

type drawn struct {
	size    fyne.Size
	picture image.Image
}

func draw() (all []drawn) {
	for _, style := range styles {
		for _, text := range texts {
			o := canvas.NewText(text, theme.Color(theme.ColorNameForeground))
			o.TextStyle = style
			o.Resize(o.MinSize())
			all = append(all, drawn{o.MinSize(), software.Render(o, theme.Current())})
		}
	}
	return all
}

// What is drawn is what Fyne draws by itself, pixel by pixel, in every style, whichever
// face a letter comes from, shared beforehand or not.
func TestDrawsAsFyneDoes(t *testing.T) {
	begin(t, false)
	want := draw()
	for name, prepare := range map[string]func(){
		"shared": func() { begin(t, true); Share(own) },
		"asked":  func() { begin(t, true) },
		"twice":  func() { begin(t, true); Share(own); begin(t, true); Share(own) },
	} {
		prepare()
		got := draw()
		for i := range want {
			text, style := texts[i%len(texts)], styles[i/len(texts)]
			if got[i].size != want[i].size {
				t.Errorf("%s: %q %+v is %v, Fyne's %v", name, text, style, got[i].size, want[i].size)
			}
			if a, b := got[i].picture.(*image.NRGBA), want[i].picture.(*image.NRGBA); !bytes.Equal(a.Pix, b.Pix) {
				t.Errorf("%s: %q %+v looks otherwise than Fyne's", name, text, style)
			}
		}
	}
}

// Of text in our own letters each style costs its face: neither Fyne's nor the emoji's
// is parsed. With an emoji, that face is parsed once.
func TestAStyleCostsItsFace(t *testing.T) {
	begin(t, true)
	Share(own)
	before := heap()
	for _, style := range known {
		fyne.MeasureText(texts[0], 15, style)
	}
	after := heap()
	for name, f := range all {
		if ours := name[:5] == "text-" || name[:5] == "mono-"; (f.parsed != nil) != ours {
			t.Errorf("%s is parsed: %v", name, f.parsed != nil)
		}
	}
	// Six faces of 1.2 to 2.6 MB; Fyne parsed 50 MB.
	if used := after - before; used < 4<<20 || used > 14<<20 {
		t.Errorf("text of %d styles took %.1f MB", len(known), float64(used)/(1<<20))
	}
	for _, style := range known {
		fyne.MeasureText(texts[2], 15, style)
	}
	if used := heap() - after; used > 7<<20 {
		t.Errorf("emoji in %d styles took %.1f MB", len(known), float64(used)/(1<<20))
	}
	runtime.KeepAlive(all)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Where Fyne asks by itself, as when the system's theme changes, it parses faces of its
// own for one style once; from the next text on they are shared.
func TestAsked(t *testing.T) {
	begin(t, true)
	fyne.MeasureText("a", 15, fyne.TextStyle{Italic: true})
	if _, ours := cached(fyne.TextStyle{Italic: true}, nil, nil).Fonts.(*faces); ours {
		t.Fatal("Fyne did not ask")
	}
	fyne.MeasureText("b", 15, fyne.TextStyle{})
	for _, style := range known {
		if _, ours := cached(style, nil, nil).Fonts.(*faces); !ours {
			t.Errorf("%+v is not shared", style)
		}
	}
	if theme.DefaultEmojiFont() != nil && len(theme.DefaultEmojiFont().Content()) < 1<<20 || len(theme.DefaultTextFont().Content()) < 1<<17 {
		t.Error("Fyne's own faces are not what they were")
	}
}
