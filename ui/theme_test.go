package ui

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// contrast is WCAG 2.1's contrast ratio.
func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func TestThemeContrast(t *testing.T) {
	text := []fyne.ThemeColorName{ColorText, ColorMuted, ColorAccent, ColorDanger, ColorWarning, ColorGood,
		colorCodeKeyword, colorCodeString, colorCodeComment, colorCodeNumber, colorCodeName, colorCodeType,
		theme.ColorNameForeground, theme.ColorNamePlaceHolder, theme.ColorNameHyperlink, theme.ColorNameError}
	for _, mode := range []string{"light", "dark"} {
		l := NewTheme(mode, 1)
		for _, ground := range []fyne.ThemeColorName{ColorPage, ColorPanel, theme.ColorNameInputBackground, theme.ColorNameMenuBackground} {
			for _, name := range text {
				if ratio := contrast(l.Color(name, 0), l.Color(ground, 0)); ratio < 4.5 {
					t.Errorf("%s: %s on %s is %.2f : 1, want 4.5", mode, name, ground, ratio)
				}
			}
			if ratio := contrast(l.Color(ColorBorder, 0), l.Color(ground, 0)); ratio < 3 {
				t.Errorf("%s: border on %s is %.2f : 1, want 3", mode, ground, ratio)
			}
		}
		if ratio := contrast(l.Color(ColorText, 0), l.Color(theme.ColorNameButton, 0)); ratio < 4.5 {
			t.Errorf("%s: words on a button are %.2f : 1, want 4.5", mode, ratio)
		}
		solid := contrast(l.Color(theme.ColorNameForegroundOnPrimary, 0), l.Color(theme.ColorNamePrimary, 0))
		if solid < 4.5 {
			t.Errorf("%s: words on the main button are %.2f : 1, want 4.5", mode, solid)
		}
	}
}

func TestThemeModes(t *testing.T) {
	light, dark := theme.VariantLight, theme.VariantDark
	for _, c := range []struct {
		mode    string
		variant fyne.ThemeVariant
		want    uint32
	}{
		{"light", dark, 0xFBFAF8}, {"dark", light, 0x191816}, {"system", light, 0xFBFAF8}, {"system", dark, 0x191816},
	} {
		if got := NewTheme(c.mode, 1).Color(theme.ColorNameBackground, c.variant); got != rgb(c.want) {
			t.Errorf("%s with variant %d: background %v, want %06x", c.mode, c.variant, got, c.want)
		}
	}
}

func TestThemeSizesScale(t *testing.T) {
	l := NewTheme("light", 1.5)
	for name, want := range map[fyne.ThemeSizeName]float32{
		theme.SizeNameText: 22.5, SizeCode: 20.25, theme.SizeNamePadding: 6, theme.SizeNameSeparatorThickness: 1,
	} {
		if got := l.Size(name); got != want {
			t.Errorf("%s at 150 %% is %v, want %v", name, got, want)
		}
	}
	if got := NewTheme("light", 0).Size(theme.SizeNameText); got != 15 {
		t.Errorf("text at scale 0 is %v, want that of 100 %%", got)
	}
}

func TestThemeAnswersEveryNameOfFyne(t *testing.T) {
	l := NewTheme("dark", 1)
	for name := range themedIcons() {
		if l.Icon(name) == nil {
			t.Errorf("no icon %s", name)
		}
	}
	for _, style := range []fyne.TextStyle{{}, {Bold: true}, {Italic: true}, {Bold: true, Italic: true}, {Monospace: true}, {Monospace: true, Bold: true}, {Symbol: true}} {
		if l.Font(style) == nil {
			t.Errorf("no font for %+v", style)
		}
	}
}

func TestColorUnderForeignTheme(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(theme.DefaultTheme())
	if got := Color(ColorMuted); got == nil {
		t.Error("no muted colour under a foreign theme")
	}
	app.Settings().SetTheme(NewTheme("dark", 1))
	if got := Color(ColorMuted); got != rgb(0x9A948B) {
		t.Errorf("muted in the dark theme is %v", got)
	}
}
