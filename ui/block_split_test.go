package ui

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// splitSamples hold every construction that decides where a message may be cut.
func splitSamples() []string {
	return []string{
		"",
		"one line",
		"one\ntwo\n\nthree\n",
		"# Head\ntext right after\n## Next\n\nSetext\n===\n\nmore\n---\nand",
		"before\n```go\nfunc main() {\n\n}\n```\nafter",
		"~~~~ text\n```\n~~~\n~~~~\nafter",
		"```\nnever closed\n\n# not a heading",
		"- a\n- b\n\n- c\n  more\n\n  para\n* other list\n",
		"1. a\n2. b\n\n   ```\n   code\n\n   ```\n3. c\n\nlazy\n",
		"1. a\n1. b\n1. c\nlazy continuation\n1) other\n",
		"- a\n  - b\n    - c\n\n      deep\n- d\n```\nfence ends the list\n```\n2. two",
		"para\n- list after para\n- again\n\npara\n2. not a list\n\n2. a list",
		"> quote\nlazy\n\n> second\n> - x\n> - y\n- z\n",
		"    indented\n\n    code\ntext\n",
		"| a | b |\n|---|--:|\n| 1 | 2 |\n- list\n\n| x |\n|---|\n",
		"<div>\n```\n\n```\n</div>\n```\nx",
		"<!-- a\n\n# b\n\n-->\n# c\n<pre>\n\n- x\n</pre>\n- y",
		"a\n***\nb\n\n* * *\n- - -\n\n---\n",
		"$$\na_1 = b\n$$\ntext $$ x $$ y\n\\[ x \\]\n\\[\nx\n\\]\n$$\nnever\n\nclosed",
		"a\r\n\r\nb\r\n```\r\nx\r\n```\r\n",
		"-\n-\n\n- \n+ x\n",
		"\tcode\n- \tx\n\n\ty\n",
		"- a\n\n\n\n  b\n\n\n\nc",
		"a\n>\n<A>\n```\n", "- a\n# b\n<A>\n- c\n\n- d\n", "0) \n\n   ```\n0", "> \n0\n0\n* \n0",
		"*\n0\n*\n", "1. # a\nb\n2.\nc\n\n3. d\n",
		"a\n> b\n-\n- c\n",
		"a\n-\n0.\n\n0.\na\n> b\n===\nc\n",
	}
}

func split(text string, plain bool) (*splitter, []chunk) {
	s := &splitter{plain: plain}
	s.add(text)
	return s, append(slices.Clone(s.closed), s.tail()...)
}

func TestSplitIncrementally(t *testing.T) {
	for _, text := range splitSamples() {
		for _, plain := range []bool{false, true} {
			_, want := split(text, plain)
			for cut := 0; cut <= len(text); cut++ {
				checkPieces(t, want, plain, text[:cut], text[cut:])
			}
			checkPieces(t, want, plain, strings.Split(text, "")...)
		}
	}
}

func FuzzSplitIncrementally(f *testing.F) {
	for i, text := range splitSamples() {
		f.Add(text, uint64(i))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 1))
		var pieces []string
		for rest := text; rest != ""; {
			n := 1 + random.IntN(len(rest))
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		for _, plain := range []bool{false, true} {
			s, want := split(text, plain)
			checkChunks(t, s, want)
			checkPieces(t, want, plain, pieces...)
		}
	})
}

// checkPieces adds a text in pieces, asks after each, and compares the chunks,
// which from the settled ones on may change only at the end.
func checkPieces(t *testing.T, want []chunk, plain bool, pieces ...string) {
	t.Helper()
	s := &splitter{plain: plain}
	var settled []chunk
	for _, piece := range pieces {
		s.add(piece)
		for i, c := range settled {
			if s.closed[i] != c {
				t.Fatalf("settled chunk %d of %q changed from %+v to %+v", i, s.text, c, s.closed[i])
			}
		}
		settled = append(settled[:0], s.closed...)
	}
	if got := append(slices.Clone(s.closed), s.tail()...); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("in pieces %q: chunks %+v, at once %+v", pieces, got, want)
	}
}

// checkChunks sees that the chunks lie in order and leave out nothing but blanks.
func checkChunks(t *testing.T, s *splitter, chunks []chunk) {
	t.Helper()
	at := 0
	for _, c := range append(chunks, chunk{start: len(s.text), end: len(s.text)}) {
		if c.start < at || c.end < c.start {
			t.Fatalf("chunk %+v of %q begins before %d", c, s.text, at)
		}
		if between := string(s.text[at:c.start]); strings.Trim(between, " \t\r\n") != "" {
			t.Fatalf("chunks of %q leave out %q", s.text, between)
		}
		at = c.end
	}
}

// TestSplitKeepsMeaning compares the blocks of the chunks with those of the
// whole text read at once.
func TestSplitKeepsMeaning(t *testing.T) {
	for _, text := range splitSamples() {
		checkMeaning(t, text)
	}
}

func FuzzSplitKeepsMeaning(f *testing.F) {
	for _, text := range splitSamples() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkMeaning(t, text)
	})
}

func checkMeaning(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, "$$") || strings.Contains(text, `\[`) || strings.Contains(text, "]:") {
		return // formulas and link definitions reach farther than a chunk by design
	}
	m := newMarkdown()
	s, chunks := split(text, false)
	var got []node
	for _, c := range chunks {
		for _, n := range m.parse(s.source(c), c) {
			got = append(got, n)
		}
	}
	want := m.parse(text, chunk{})
	if g, w := outline(dissolve(got), ""), outline(dissolve(want), ""); g != w {
		t.Fatalf("%q\nin chunks:\n%s\nat once:\n%s", text, g, w)
	}
}

// dissolve puts the items of the outermost lists in the place of the lists: where
// one list ends and the next begins is not seen, but for the numbers.
func dissolve(nodes []node) []node {
	var out []node
	for _, n := range nodes {
		if n.kind == listNode {
			out = append(out, n.children...)
		} else {
			out = append(out, n)
		}
	}
	return out
}

// outline writes blocks as text, one line each, without what a cut may change
// (how far apart the items of a list stand).
func outline(nodes []node, indent string) string {
	var b strings.Builder
	for _, n := range nodes {
		fmt.Fprintf(&b, "%s%d level %d task %d %q", indent, n.kind, n.level, n.task, strings.TrimRight(n.code, "\n "))
		if n.ordered {
			fmt.Fprintf(&b, " from %d", n.number)
		}
		for _, s := range n.spans {
			fmt.Fprintf(&b, " %d %q %s", s.look, s.text, s.link)
		}
		if n.table != nil {
			fmt.Fprintf(&b, " %v", *n.table)
		}
		b.WriteString("\n" + outline(n.children, indent+"  "))
	}
	return b.String()
}

func TestSplitOrdinals(t *testing.T) {
	_, chunks := split("3. a\n\n3. b\n3. c\n\ntext\n\n1. d\n", false)
	var got []string
	for _, c := range chunks {
		got = append(got, fmt.Sprint(c.ordinal, c.follows, c.gap))
	}
	want := "[0 false false 4 true true 5 true false 0 false true 0 false true]"
	if fmt.Sprint(got) != want {
		t.Errorf("ordinals %v, want %v", got, want)
	}
}

func BenchmarkSplitStreaming(b *testing.B) {
	text := strings.Repeat(strings.Join(splitSamples(), "\n\n"), 30)
	pieces := strings.SplitAfter(text, " ")
	for b.Loop() {
		s := &splitter{}
		for _, piece := range pieces {
			s.add(piece)
			s.tail()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(pieces)), "ns/piece")
}
