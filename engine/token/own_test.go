package token

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// own is a small vocabulary of ours with ids worked out by hand.
type own struct {
	Config Config
	Cases  []struct {
		Text    string
		Options Options
		IDs     []int32
		Why     string
	}
}

func readOwn(t testing.TB, name string) own {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var o own
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func mustNew(t testing.TB, c Config) *Tokenizer {
	t.Helper()
	tok, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

var ownNames = []string{"sentencepiece", "bytelevel"}

func TestOwnVocabularies(t *testing.T) {
	for _, name := range ownNames {
		o := readOwn(t, name)
		tok := mustNew(t, o.Config)
		if w := tok.Warnings(); len(w) > 0 {
			t.Errorf("%s: warnings %q", name, w)
		}
		for _, c := range o.Cases {
			got := tok.Encode(c.Text, c.Options)
			if !slices.Equal(got, c.IDs) {
				t.Errorf("%s: %q (%s)\n got %q\nwant %q", name, c.Text, c.Why, texts(tok, got), texts(tok, c.IDs))
			}
			if c.Options.BOS {
				continue
			}
			if back := tok.Decode(got, DecodeOptions{Special: true, Continue: c.Options.Continued}); back != c.Text {
				t.Errorf("%s: %q decodes to %q", name, c.Text, back)
			}
		}
	}
}

func texts(tok *Tokenizer, ids []int32) (out []string) {
	for _, id := range ids {
		out = append(out, tok.Text(id))
	}
	return out
}
