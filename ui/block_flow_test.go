package ui

import (
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2/test"
)

func newTestStyle(t testing.TB) *style {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(NewTheme("light", 1))
	return newStyle()
}

// linesOf returns the text of the lines as it is drawn.
func linesOf(f flow) []string {
	var lines []string
	for _, l := range f.lines {
		var text strings.Builder
		for _, fragment := range l.fragments {
			text.WriteString(fragment.text)
		}
		lines = append(lines, text.String())
	}
	return lines
}

func TestFlowBreaksLines(t *testing.T) {
	st := newTestStyle(t)
	plain := run{face: st.body}
	with := func(text string) run { r := plain; r.text = text; return r }
	strong := with("strong")
	strong.face.style.Bold = true
	for _, c := range []struct {
		name  string
		runs  []run
		width float32
		want  string
	}{
		{"one line", []run{with("a short line")}, 400, "a short line"},
		{"words", []run{with("several words that need more than one line")}, 160, "several words that|need more than one|line"},
		{"line ends", []run{with("a\n\nb\n")}, 400, "a||b|"},
		{"indented", []run{with("if x:\n    return")}, 400, "if x:|    return"},
		{"tabs", []run{with("one\ttwo\t\tthree \t four")}, 90, "one\ttwo|three|four"},
		{"hyphen", []run{with("a well-known feed-forward block")}, 110, "a well-known|feed-forward|block"},
		{"runs hold together", []run{with("many words before"), strong, with("ly after")}, 150, "many words|beforestrongly after"},
		{"torn", []run{with("Donaudampfschifffahrtsgesellschaft")}, 120, "Donaudampfsc|hifffahrtsgesell|schaft"},
		{"chinese", []run{with("混合专家模型，把每个词交给两个专家。")}, 90, ""},
		{"empty", nil, 100, ""},
	} {
		f := newMetrics().breakLines(c.runs, c.width, st.leading)
		checkFlow(t, c.name, f, c.width)
		if got := strings.Join(linesOf(f), "|"); c.want != "" && got != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
	}
}

// checkFlow sees that lines fit, follow each other without a gap in the text, and
// that nothing but blanks and line ends is left out of what is drawn.
func checkFlow(t *testing.T, name string, f flow, width float32) {
	t.Helper()
	at, drawn := 0, 0
	for i, l := range f.lines {
		if l.start != at || l.end < l.start {
			t.Fatalf("%s: line %d is text[%d:%d], the one before ended at %d", name, i, l.start, l.end, at)
		}
		at = l.end
		for _, fragment := range l.fragments {
			if strings.Trim(f.text[drawn:fragment.start], " \t\n") != "" || f.text[fragment.start:fragment.start+len(fragment.text)] != fragment.text {
				t.Fatalf("%s: fragment %q at %d is not the text's", name, fragment.text, fragment.start)
			}
			drawn = fragment.start + len(fragment.text)
			if end := fragment.x + fragment.width; end > width+3 && utf8.RuneCountInString(fragment.text) > 1 {
				t.Errorf("%s: line %d reaches %v of %v", name, i, end, width)
			}
		}
	}
	if at != len(f.text) || strings.Trim(f.text[drawn:], " \t\n") != "" {
		t.Fatalf("%s: the lines end at %d of %d, drawn to %d", name, at, len(f.text), drawn)
	}
}

func TestFlowKeepsClosingMarksWithTheirWords(t *testing.T) {
	for _, c := range []struct {
		a, b rune
		want bool
	}{
		{'混', '合', true}, {'型', '，', false}, {'。', '把', true}, {'（', '混', false}, {'a', '混', true},
		{'a', 'b', false}, {'-', 'b', true}, {'-', '1', false}, {'한', '국', true},
	} {
		if got := breaksBetween(c.a, c.b); got != c.want {
			t.Errorf("a line may break between %q and %q: %v", c.a, c.b, got)
		}
	}
}

func FuzzFlow(f *testing.F) {
	f.Add("several words, some `code`", " and more", uint16(100))
	f.Add("混合专家 model\n\n x", "\n", uint16(30))
	f.Add("😀 some\twords\t", "\t混合\tmodel", uint16(90))
	f.Add("unbreakableunbreakable", "unbreakable-un", uint16(1))
	st := newTestStyle(f)
	f.Fuzz(func(t *testing.T, a, b string, width uint16) {
		if len(a)+len(b) > 400 || !utf8.ValidString(a) || !utf8.ValidString(b) || strings.Contains(a+b, "\r") {
			return
		}
		runs := []run{{text: a, face: st.body}, {text: b, face: st.mono, code: true}}
		w := float32(width%800) + 20
		checkFlow(t, "fuzz", newMetrics().breakLines(runs, w, st.leading), w+float32(st.mono.size))
	})
}

// A tab behind a letter of another font is as wide as elsewhere: Fyne drew the text
// before it once more.
func TestTabsBehindOtherFonts(t *testing.T) {
	st := newTestStyle(t)
	for _, first := range []string{"😀", "混", "a"} {
		tabbed, _ := measure(first+" several words and\tmore of them", st.body)
		spaced, _ := measure(first+" several words and    more of them", st.body)
		if tabbed != spaced {
			t.Errorf("behind %s: %v with a tab, %v with blanks", first, tabbed, spaced)
		}
		if drawn := steady(first + "\tb"); strings.Contains(drawn, "\t") {
			t.Errorf("%q is drawn", drawn)
		}
	}
}

func TestLetterAt(t *testing.T) {
	st := newTestStyle(t)
	size, _ := measure("Hallo", st.body)
	for _, c := range []struct {
		x    float32
		want int
	}{{-5, 0}, {0, 0}, {size.Width, 5}, {size.Width + 50, 5}, {size.Width / 2, 2}} {
		if got := letterAt("Hallo", st.body, c.x); got < c.want-1 || got > c.want+1 {
			t.Errorf("the letter at %v of %v is %d, want about %d", c.x, size.Width, got, c.want)
		}
	}
}

func TestWordAround(t *testing.T) {
	text := "the mixture_of experts, said Ωμέγα"
	for at, want := range map[int]string{0: "the", 6: "mixture_of", 14: "mixture_of", 17: "experts", 22: "experts", 33: "Ωμέγα"} {
		from, to := wordAround(text, at)
		if text[from:to] != want {
			t.Errorf("the word at %d is %q, want %q", at, text[from:to], want)
		}
	}
}
