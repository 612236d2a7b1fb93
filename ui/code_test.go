package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTokeniseKeepsTheText(t *testing.T) {
	for language, text := range map[string]string{
		"go":      "package main\n\nfunc main() {\n\t// nothing\n}",
		"python":  "def f(x):\n    '''doc\n\n    string'''\n    return 1.5",
		"nonsuch": "a\nb", "": "x", "diff": "+added\n-removed\n", "json": "{\"a\": [1, null]}", "go ": "",
	} {
		lines := strings.Split(text, "\n")
		painted := tokenise(language, text, len(lines))
		if !sameText(painted, text) {
			t.Errorf("%s: %q is painted as %v", language, text, painted)
		}
	}
}

func TestTokeniseColours(t *testing.T) {
	var got []string
	for _, line := range tokenise("go", "// note\nfunc f() string { return \"s\" + 12 }", 2) {
		for _, tok := range line {
			got = append(got, fmt.Sprintf("%s=%s", strings.TrimSpace(tok.text), tok.color))
		}
	}
	for _, want := range []string{"// note=codeComment", "func=codeKeyword", "f=codeName", "string=codeType", "return=codeKeyword", `"s"=codeString`, "12=codeNumber"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s among %v", want, got)
		}
	}
}

// The last line of a block has no end of its own, which the lexers of some languages
// look for: it must not cost the block its colours.
func TestADiffIsColouredToItsEnd(t *testing.T) {
	painted := tokenise("diff", "-old\n+new", 2)
	if len(painted) != 2 || painted[0][0].color != colorCodeNumber || painted[1][0].color != colorCodeString {
		t.Errorf("it is painted as %v", painted)
	}
}

func FuzzTokenise(f *testing.F) {
	f.Add("go", "x := `unclosed\n\"")
	f.Add("html", "<a href='x'>&amp;</a>")
	f.Add("bash", "cat <<EOF\n$x\nEOF")
	f.Fuzz(func(t *testing.T, language, text string) {
		if len(text) > 500 {
			return
		}
		text = strings.ReplaceAll(strings.ToValidUTF8(text, "?"), "\r", "")
		lines := strings.Split(text, "\n")
		painted := tokenise(language, text, len(lines))
		if !sameText(painted, text) || len(painted) != len(lines) {
			t.Errorf("%q in %q is painted as %d lines of %d: %v", text, language, len(painted), len(lines), painted)
		}
	})
}

func TestSegmentsDoNotChangeAsCodeGrows(t *testing.T) {
	lines := strings.Split(strings.Repeat("func f() {\n\tbody of the function, with some length to it\n\n\tmore\n}\n\n", 120), "\n")
	whole := segmentStarts(lines)
	if len(whole) < 5 {
		t.Fatalf("%d lines make %d segments", len(lines), len(whole))
	}
	for n := range lines {
		part := segmentStarts(lines[:n])
		if !slices.Equal(part, whole[:len(part)]) {
			t.Fatalf("the first %d lines are cut at %v, all of them at %v", n, part, whole)
		}
	}
	for i := range whole[1:] {
		size := len(strings.Join(lines[whole[i]:whole[i+1]], "\n"))
		if size > segmentMost+200 {
			t.Errorf("segment %d has %d bytes", i, size)
		}
	}
}

func TestTabsAreSetEveryFourColumns(t *testing.T) {
	for line, want := range map[string]string{"\tx": "    x", "ab\tx": "ab  x", "abcd\tx": "abcd    x", "é\tx": "é   x", "none": "none"} {
		if got := setTabs(line); got != want {
			t.Errorf("%q is set as %q, want %q", line, got, want)
		}
	}
}

func TestPainterRemembersBoundedly(t *testing.T) {
	p := newPainter()
	for i := range 3 * maxSegments {
		p.paint("go", []string{fmt.Sprint("x", i)})
	}
	if len(p.segments) > maxSegments {
		t.Errorf("%d segments are remembered, at most %d should be", len(p.segments), maxSegments)
	}
}
