package ui

import (
	"image/color"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// What is read is found again in its source, whatever marks stand between.
func TestAlign(t *testing.T) {
	for _, c := range []struct{ source, visible string }{
		{"plain words", "plain words"},
		{"a **bold** and *it* end", "a bold and it end"},
		{"see [the page](https://a.example/the?x=and) and go", "see the page and go"},
		{"- one\n- two `x*y` end", "one\ntwo x*y end"},
		{"| a | b |\n|---|---|\n| cat | dog |", "a\tb\t\ncat\tdog\t"},
		{"```go\nif x {\n\ty()\n}\n```", "if x {\n    y()\n}"},
		{"é **ü** 日本", "é ü 日本"},
		{"a &amp; b **c**", "a & b c"},
	} {
		places := align(c.source, c.visible)
		for i, at := range places {
			if !isGap(c.visible[i]) && c.source[at] != c.visible[i] {
				t.Errorf("%q: %q at %d is said to come from %q at %d", c.source, c.visible[i], i, c.source[at], at)
			}
		}
		last := strings.LastIndexFunc(c.visible, func(r rune) bool { return r > ' ' && r < 128 && r != '}' })
		if last >= 0 && places[last] != strings.LastIndexByte(c.source, c.visible[last]) {
			t.Errorf("%q: the last letter of %q is said to stand at %d", c.source, c.visible, places[last])
		}
	}
}

// tintsOf are the coloured rectangles on the page: x, width and colour of each
// line under the text.
func tintsOf(tr *Transcript, c color.Color) (total float32, n int) {
	seen(tr, fyne.Position{}, func(o fyne.CanvasObject, _ fyne.Position) {
		if r, ok := o.(*canvas.Rectangle); ok && r.FillColor == c {
			total += r.Size().Width
			n++
		}
	})
	return total, n
}

func TestTints(t *testing.T) {
	tr, _ := openTranscript(t, "light", []Entry{{ID: 1, Role: "user", Text: "go"}, {ID: 2, Role: "assistant", Name: "M", Text: "One **two** three.", State: "complete"}})
	red, blue := ExpertColor(5), ExpertColor(0)
	if _, n := tintsOf(tr, red); n != 0 {
		t.Fatalf("%d words are coloured before anything is", n)
	}
	tr.SetTints(2, []Tint{{3, red}, {8, blue}, {1, nil}, {6, red}}, []LegendItem{{"chat 50 %", red}, {"code 50 %", blue}})
	wide, n := tintsOf(tr, red)
	if n < 3 || wide <= 0 { // one in the legend
		t.Errorf("%d parts are red, %v wide", n, wide)
	}
	if _, n := tintsOf(tr, blue); n < 2 {
		t.Errorf("%d parts are blue", n)
	}
	if _, found := textPlace(tr, "chat 50 %"); !found {
		t.Error("the colour has no name")
	}
	if places := tr.view.bubbles[1].rows[1].places(); places[4] != 6 {
		t.Errorf("“two” is said to stand at %d", places[4])
	}
	tr.SetTints(2, nil, nil)
	if _, n := tintsOf(tr, red); n != 0 {
		t.Errorf("%d parts are red after the colours were taken away", n)
	}
	tr.SetTints(99, []Tint{{1, red}}, nil) // a message that is not there
}
