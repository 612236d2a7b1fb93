package grammar

import (
	"encoding/json"
	"os"
	"testing"
)

// What llama.cpp's grammars (src/llama-grammar.cpp) say of texts, character by
// character: random grammars, and some that schemas become.
func TestAgainstLlamaCpp(t *testing.T) {
	data, err := os.ReadFile("testdata/llamacpp.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Grammar string
		Texts   map[string]string
	}
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) < 80 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, c := range cases {
		g := must(t, c.Grammar)
		for text, want := range c.Texts {
			got := "refused"
			if g.Match(text) {
				got = "complete"
			} else if g.Leads(text) {
				got = "goes on"
			}
			if got != want {
				t.Errorf("%s\n%q: %s, by llama.cpp %s", c.Grammar, text, got, want)
			}
		}
	}
}
