package grammar_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beyonder/engine"
	"beyonder/engine/grammar"
	"beyonder/engine/token"
)

// vocabulary opens a real one beside the checkout.
func vocabulary(t testing.TB, name string) *token.Tokenizer {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "vocab", "ggml-vocab-"+name+".gguf")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the real vocabularies are missing: %v", err)
	}
	tok, err := engine.OpenVocabulary(path)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

const person = `{
	"type": "object",
	"properties": {
		"name": {"type": "string", "minLength": 1},
		"born": {"type": "string", "format": "date"},
		"size": {"type": "number", "minimum": 0.3, "maximum": 2.8},
		"role": {"enum": ["cook", "guest", "Köchin"]},
		"tags": {"type": "array", "items": {"type": "string", "maxLength": 12}, "maxItems": 3},
		"boss": {"$ref": "#"}
	},
	"required": ["name", "born", "role"]
}`

func has(set []uint64, id int32) bool { return set[id>>6]>>(id&63)&1 == 1 }

// What is allowed is what the text with the token's bytes shows to be allowed,
// for every token, along many random replies; and a reply that ends has the form.
func TestAllowed(t *testing.T) {
	for _, name := range []string{"llama-spm", "gpt-2"} {
		tok := vocabulary(t, name)
		v := grammar.NewVocabulary(tok)
		g, err := grammar.ParseSchema(person)
		if err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(1, 2))
		finished := 0
		for n := range 16 {
			if text, over := walk(t, g, v, tok, random, n == 0); over {
				finished++
				if !g.Match(text) {
					t.Errorf("%s: %q is over but has not the form", name, text)
				}
			}
		}
		if finished < 3 {
			t.Errorf("%s: only %d of 16 replies came to an end", name, finished)
		}
	}
}

// walk writes a random reply and decodes it as the engine does.
func walk(t *testing.T, g *grammar.Grammar, v *grammar.Vocabulary, tok *token.Tokenizer, random *rand.Rand, check bool) (string, bool) {
	m := grammar.NewMatcher(g, v, tok.Opens())
	dec := tok.Decoder(token.DecodeOptions{})
	var text strings.Builder
	var ids []int32
	for range 300 {
		set, err := m.Allowed()
		if err != nil {
			t.Fatal(err)
		}
		if check && len(ids) < 12 {
			compare(t, g, tok, ids, set)
		}
		var choices, closing []int32
		for id := range int32(tok.Size()) {
			if !has(set, id) {
				continue
			}
			if tok.EndOfGeneration(id) {
				if !m.Complete() {
					t.Fatalf("%q may end", text.String())
				}
				return text.String(), true
			}
			choices = append(choices, id)
			if s := tok.Readable(id); strings.ContainsAny(s, `"}]`) {
				closing = append(closing, id)
			}
		}
		if len(choices) == 0 {
			t.Fatalf("nothing can follow %q", text.String())
		}
		if len(closing) > 0 && random.IntN(2) == 0 {
			choices = closing
		}
		id := choices[random.IntN(len(choices))]
		if random.IntN(10) == 0 { // there and back
			m.Accept(id)
			m.Rewind(1)
		}
		m.Accept(id)
		ids = append(ids, id)
		text.WriteString(dec.Push(id))
	}
	return text.String(), false
}

// compare asks about every 37th token by what the reply would show with it.
func compare(t *testing.T, g *grammar.Grammar, tok *token.Tokenizer, ids []int32, set []uint64) {
	for id := int32(len(ids) % 37); id < int32(tok.Size()); id += 37 {
		text, _ := tok.Spell(id)
		if len(text) == 0 || tok.EndOfGeneration(id) {
			continue
		}
		var all []byte
		for i, k := range append(ids[:len(ids):len(ids)], id) {
			b, _ := tok.Spell(k)
			if i == 0 && tok.Opens() && len(b) > 0 && b[0] == ' ' {
				b = b[1:]
			}
			all = append(all, b...)
		}
		if g.Leads(string(all)) != has(set, id) {
			t.Fatalf("token %d %q at the end of %q: allowed is %v", id, text, all, has(set, id))
		}
	}
}

func BenchmarkAllowed(b *testing.B) {
	for _, name := range []string{"llama-spm", "deepseek-llm"} {
		tok := vocabulary(b, name)
		v := grammar.NewVocabulary(tok)
		for _, c := range []struct{ name, begun string }{
			{"name of a member", "{"},
			{"in a text", `{"name": "An`},
			{"in a date", `{"name": "Ann", "born": "19`},
			{"in a short text", `{"name": "A", "born": "1999-01-01", "role": "cook", "tags": ["ab`},
		} {
			b.Run(name+"/first time/"+c.name, func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					g, _ := grammar.ParseSchema(person)
					m := grammar.NewMatcher(g, v, false)
					if err := m.Begin(c.begun); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
					if _, err := m.Allowed(); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(name+"/again/"+c.name, func(b *testing.B) {
				g, _ := grammar.ParseSchema(person)
				m := grammar.NewMatcher(g, v, false)
				m.Begin(c.begun)
				for b.Loop() {
					m.Allowed()
				}
			})
		}
	}
}

func BenchmarkNewVocabulary(b *testing.B) {
	tok := vocabulary(b, "deepseek-llm")
	for b.Loop() {
		grammar.NewVocabulary(tok)
	}
}
