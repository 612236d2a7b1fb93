package assets

import (
	"bytes"
	"image/png"
	"io/fs"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"github.com/go-text/typesetting/font"
)

// ours are characters the window or a usual answer shows; none may be a box.
const ours = "Aa Zz Åå Çç Ññ Öö ß ẽ ễ Ελληνικά Ωμέγα Кириллица жЯ “”‘’ – — … • · ‹ › € £ ₽ ™ © " +
	"→ ← ↔ ↑ ↓ ⇒ ⇐ ⇔ ↦ ∑ ∏ ∫ √ ≤ ≥ ≠ ≈ ≡ ∈ ∉ ∀ ∃ ∞ × ÷ ± ∂ ∇ ∅ ∩ ∪ ⊂ ⊆ ∧ ∨ ¬ ∝ ⟨ ⟩ ℝ ℕ ℤ ² ³ ⁿ ₁ ½ ° µ ✓ ✗ ☐ ☑ ★ ● ○ ■ □ ▲ ▼"

const boxes = "─ │ ┌ ┐ └ ┘ ├ ┤ ┬ ┴ ┼ ═ ║ ╔ ╗ ╚ ╝ ╭ ╮ ╰ ╯ █ ▀ ▄ ░ ▒ ▓"

func TestFontsHaveEveryGlyph(t *testing.T) {
	fonts := NewFonts()
	for _, c := range []struct {
		res  fyne.Resource
		text string
	}{
		{fonts.Regular, ours + "𝑎𝐱𝟙"}, {fonts.Bold, ours}, {fonts.Italic, ours}, {fonts.BoldItalic, ours},
		{fonts.Mono, ours + boxes}, {fonts.MonoBold, ours + boxes},
	} {
		face, err := font.ParseTTF(bytes.NewReader(c.res.Content()))
		if err != nil {
			t.Fatalf("%s: %v", c.res.Name(), err)
		}
		for _, r := range c.text {
			if _, ok := face.NominalGlyph(r); !ok {
				t.Errorf("%s has no glyph for %q (%U)", c.res.Name(), r, r)
			}
		}
	}
}

func TestMonoIsMonospaced(t *testing.T) {
	face, err := font.ParseTTF(bytes.NewReader(NewFonts().Mono.Content()))
	if err != nil {
		t.Fatal(err)
	}
	want := float32(0)
	for _, r := range strings.ReplaceAll("iMW0→∑│█αЖ"+boxes, " ", "") {
		glyph, _ := face.NominalGlyph(r)
		advance := face.HorizontalAdvance(glyph)
		if want == 0 {
			want = advance
		}
		if diff := advance - want; diff < -1 || diff > 1 {
			t.Errorf("%q advances %v units, the others %v", r, advance, want)
		}
	}
}

func TestFontFilesStaySmall(t *testing.T) {
	fonts, total := NewFonts(), 0
	for _, f := range []fyne.Resource{fonts.Regular, fonts.Bold, fonts.Italic, fonts.BoldItalic, fonts.Mono, fonts.MonoBold} {
		total += len(f.Content())
	}
	if total > 4<<20 {
		t.Errorf("the fonts take %d bytes, more than 4 MB", total)
	}
}

func TestIcons(t *testing.T) {
	files, err := fs.Glob(iconFiles, "icons/*.svg")
	if err != nil || len(files) == 0 {
		t.Fatalf("no icons: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "icons/"), ".svg")
		if svg := string(Icon(name).Content()); !strings.Contains(svg, "<path fill=") || strings.Contains(svg, "stroke") {
			t.Errorf("icon %s is not made of filled paths only, which is all that Fyne recolours", name)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown icon did not panic")
		}
	}()
	Icon("no such icon")
}

func TestAppIconIsFit(t *testing.T) {
	img, err := png.Decode(bytes.NewReader(AppIcon().Content()))
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size.X != 512 || size.Y != 512 {
		t.Errorf("the icon is %v, want 512 × 512", size)
	}
}
