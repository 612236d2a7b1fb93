package token

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// cutsFile is where an independent engine cut texts: Oniguruma, which the
// models' own library uses, with the original expressions.
type cutsFile struct {
	Texts       []string
	Expressions map[string][]string // by pre-tokenizer
	Cuts        map[string][][]int  // by pre-tokenizer and text: the bytes of each piece
}

func readCuts(t *testing.T) (f cutsFile) {
	t.Helper()
	b, err := os.ReadFile("testdata/cuts.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestPreTokenizers(t *testing.T) {
	f := readCuts(t)
	for name, rows := range f.Cuts {
		p, ok := preTokenizerNamed(name)
		if !ok {
			t.Errorf("%s: unknown", name)
		}
		for i, want := range rows {
			if got := pieces(p, f.Texts[i]); !slices.Equal(sizes(got), want) {
				t.Errorf("%s: %q is cut into %q, want sizes %v", name, f.Texts[i], got, want)
			}
		}
	}
}

func pieces(p preTokenizer, text string) (out []string) {
	p.split(text, func(piece string) { out = append(out, piece) })
	return out
}

func sizes(pieces []string) []int {
	out := make([]int, len(pieces))
	for i, p := range pieces {
		out[i] = len(p)
	}
	return out
}

// TestPreTokenizersAreLinear cuts texts that make backtracking engines slow. If
// one took quadratic time, the test would take minutes.
func TestPreTokenizersAreLinear(t *testing.T) {
	f := readCuts(t)
	const n = 100_000
	for name := range f.Cuts {
		p, _ := preTokenizerNamed(name)
		for _, unit := range []string{" ", "\n", " \n", "7", "a", "A", "aA", "あ", "あA", "\u0301", "A\u0301", "'", "'s", ".", " .", "\x80", "/", "a "} {
			text := strings.Repeat(unit, n/len(unit)) + "x"
			if got := strings.Join(pieces(p, text), ""); got != text {
				t.Errorf("%s: the pieces of many %q are not the text", name, unit)
			}
		}
	}
}

// TestPreTokenizerOf finds the names of the expressions that the file's cuts
// were made with.
func TestPreTokenizerOf(t *testing.T) {
	expressions := readCuts(t).Expressions
	for _, family := range expressionFamilies() {
		name, ok := PreTokenizer(expressions[family.name])
		if !ok || name != family.name {
			t.Errorf("the expressions of %s are taken for those of %q", family.name, name)
		}
	}
	for _, unknown := range [][]string{nil, {""}, {`\w+`}, {gpt2Expression, gpt2Expression}} {
		if name, ok := PreTokenizer(unknown); ok {
			t.Errorf("%q is taken for %s", unknown, name)
		}
	}
}
