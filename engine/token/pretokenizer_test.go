package token

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// cutsFile is where an independent engine cut texts: Oniguruma, which the
// models' own library uses, with the original expressions.
type cutsFile struct {
	Texts []string
	Cuts  map[string][][]int // by pre-tokenizer and text: the bytes of each piece
}

func TestPreTokenizers(t *testing.T) {
	b, err := os.ReadFile("testdata/cuts.json")
	if err != nil {
		t.Fatal(err)
	}
	var f cutsFile
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
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
