package ui

import (
	"image"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// feet is the lowest row in which a picture has ink.
func feet(picture image.Image) int {
	area := picture.Bounds()
	for y := area.Max.Y - 1; y >= area.Min.Y; y-- {
		for x := area.Min.X; x < area.Max.X; x++ {
			if r, _, _, a := picture.At(x, y).RGBA(); r > 0x8000 && a > 0x8000 {
				return y
			}
		}
	}
	return -1
}

// Behind a character of another font, letters stand where they stand alone, and are
// as wide; the emoji font is part of Fyne, on every machine.
func TestLettersBehindAnotherFontKeepTheirFeet(t *testing.T) {
	look := NewTheme("dark", 1)
	test.NewTempApp(t).Settings().SetTheme(look)
	for _, style := range []fyne.TextStyle{{}, {Bold: true}, {Italic: true}, {Monospace: true}} {
		draw := func(text string) int {
			letters := canvas.NewText(text, look.Color(theme.ColorNameForeground, theme.VariantDark))
			letters.TextSize, letters.TextStyle = 60, style
			return feet(software.Render(letters, look))
		}
		alone := draw("g")
		if got := draw(steady("😀g")); got != alone {
			t.Errorf("%+v: behind an emoji the g ends at %d, alone at %d (left to Fyne, at %d)", style, got, alone, draw("😀g"))
		}
		bare, base := measure("😀g", face{60, style})
		if wide, at := measure(steady("😀g"), face{60, style}); wide != bare || at != base {
			t.Errorf("%+v: %v wide, on %v; without the space %v, %v", style, wide, at, bare, base)
		}
	}
	for _, text := range []string{"", "g", "“g”", "→ g", "Ж"} {
		if steady(text) != text {
			t.Errorf("%q is changed to %q", text, steady(text))
		}
	}
}
