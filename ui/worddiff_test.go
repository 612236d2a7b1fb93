package ui

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// marked writes the words that are not in both texts in brackets.
func marked(words []string, common []bool) string {
	var out []string
	for i, w := range words {
		w = strings.TrimSpace(w)
		if !common[i] {
			w = "[" + w + "]"
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}

func TestDiffWords(t *testing.T) {
	for _, test := range []struct{ a, b, inA, inB string }{
		{"the cat sat", "the cat sat", "the cat sat", "the cat sat"},
		{"the cat sat", "the dog sat", "the [cat] sat", "the [dog] sat"},
		{"the cat", "the  cat\nsat down", "the cat", "the cat [sat] [down]"},
		{"", "new words", "", "[new] [words]"},
		{"a b c d", "b c e d", "[a] b c d", "b c [e] d"},
		{"one two", "three four", "[one] [two]", "[three] [four]"},
	} {
		a, b := wordList(test.a), wordList(test.b)
		if strings.Join(a, "") != test.a || strings.Join(b, "") != test.b {
			t.Errorf("%q and %q were cut into %q and %q", test.a, test.b, a, b)
		}
		inA, inB := diffWords(a, b)
		if marked(a, inA) != test.inA || marked(b, inB) != test.inB {
			t.Errorf("%q and %q: %q and %q", test.a, test.b, marked(a, inA), marked(b, inB))
		}
	}
}

// What is common is common in the same order, and no other way finds more.
func TestDiffWordsFindsTheLongest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		text := func() (words []string) {
			for range r.IntN(12) {
				words = append(words, string(rune('a'+r.IntN(4)))+" ")
			}
			return words
		}
		a, b := text(), text()
		inA, inB := diffWords(a, b)
		var commonA, commonB []string
		for i, in := range inA {
			if in {
				commonA = append(commonA, a[i])
			}
		}
		for i, in := range inB {
			if in {
				commonB = append(commonB, b[i])
			}
		}
		if strings.Join(commonA, "") != strings.Join(commonB, "") || len(commonA) != longestCommon(a, b) {
			t.Fatalf("%q and %q have %q and %q in common, longest %d", a, b, commonA, commonB, longestCommon(a, b))
		}
	}
}

func longestCommon(a, b []string) int {
	best := make([][]int, len(a)+1)
	for i := range best {
		best[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for k := len(b) - 1; k >= 0; k-- {
			if best[i][k] = max(best[i+1][k], best[i][k+1]); a[i] == b[k] {
				best[i][k] = best[i+1][k+1] + 1
			}
		}
	}
	return best[0][0]
}

func TestDiffWordsOfLongTextsEnds(t *testing.T) {
	a, b := wordList(strings.Repeat("alpha ", 5000)), wordList(strings.Repeat("beta ", 5000))
	b[0] = "alpha "
	inA, inB := diffWords(a, b)
	if !inA[0] || !inB[0] || inA[1] || inB[1] {
		t.Error("what they begin with is not common")
	}
}
