package grammar

import (
	"errors"
	"testing"
	"time"
)

// byteTokens is a vocabulary of the 256 bytes, an end, and a few longer ones.
type byteTokens struct{}

var longer = []string{"{\"", "\": ", " \"", "é", "ab", "\xC3", "    "}

func (byteTokens) Size() int { return 257 + len(longer) }

func (byteTokens) Spell(id int32) ([]byte, bool) {
	if id > 256 {
		return []byte(longer[id-257]), id == 258
	}
	return []byte{byte(id)}, false
}

func (byteTokens) EndOfGeneration(id int32) bool { return id == 256 }

// follow walks along a grammar by the bytes of path and checks that what is
// allowed is what can be accepted.
func follow(t *testing.T, g *Grammar, path string) {
	began := time.Now()
	m := NewMatcher(g, NewVocabulary(byteTokens{}), len(path)%2 == 0)
	for i := range min(len(path), 40) {
		set, err := m.Allowed()
		if err != nil {
			return
		}
		var choices []int32
		for id := range int32(byteTokens{}.Size()) {
			if set[id>>6]>>(id&63)&1 == 1 {
				choices = append(choices, id)
			}
		}
		if len(choices) == 0 {
			t.Fatalf("nothing can follow, and the text is not complete")
		}
		id := choices[int(path[i])%len(choices)]
		if id == 256 {
			if !m.Complete() {
				t.Fatal("it may end, but is not complete")
			}
			break
		}
		if m.Accept(id); m.now.state == dead && g.Err() == nil {
			t.Fatalf("token %d was allowed but leads nowhere", id)
		}
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Fatalf("it took %v", took)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		`root ::= "yes" | "no"`,
		"root ::= (expr \"=\" term \"\\n\")+\nexpr ::= term ([-+*/] term)*\nterm ::= num | \"(\" expr \")\"\nnum ::= [0-9]+ # digits",
		"root ::= \"a\" root \"b\" | \"a\" root \"c\" | \"a\"",
		"root ::= x{2,3} y\nx ::= [^a-c\\n\\u00e9]\ny ::= .*",
		"root ::= a\na ::= \"x\"? b | \"z\"\nb ::= ws a\nws ::= \" \"*",
		`root ::= ((("x"{9}){9}){9})?`,
		`root ::= ("a"?){100} "a"{100}`,
	} {
		f.Add(text, "some path through it")
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		began := time.Now()
		g, err := Parse(text)
		if took := time.Since(began); took > 20*time.Second {
			t.Fatalf("it took %v", took)
		}
		var e *Error
		if err != nil {
			if !errors.As(err, &e) || e.Problem == "" {
				t.Fatalf("%v", err)
			}
			return
		}
		follow(t, g, path)
	})
}

func FuzzSchema(f *testing.F) {
	for _, text := range []string{
		`true`, `{"type": "object"}`,
		`{"type": "object", "properties": {"a": {"type": "integer", "minimum": -3, "maximum": 12}, "b": {"enum": ["x", null]}}, "required": ["b"], "additionalProperties": {"type": "null"}}`,
		`{"$ref": "#/$defs/t", "$defs": {"t": {"type": "array", "items": {"$ref": "#/$defs/t"}, "maxItems": 3}}}`,
		`{"allOf": [{"properties": {"a": true}}, {"required": ["a"]}], "anyOf": [{"minLength": 2}, {"type": "object"}]}`,
		`{"oneOf": [{"properties": {"k": {"const": 1}}, "required": ["k"]}, {"properties": {"k": {"const": 2}}, "required": ["k"]}]}`,
		`{"type": "string", "pattern": "^[a-z]+(\\d{2}|x)?$"}`, `{"format": "date-time"}`,
		`{"type": "number", "minimum": -0.25, "exclusiveMaximum": 1e3}`,
		`{"prefixItems": [{"type": "null"}, {}], "items": false, "minItems": 1}`,
	} {
		f.Add(text, "some path through it")
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		began := time.Now()
		g, err := ParseSchema(text)
		if took := time.Since(began); took > 20*time.Second {
			t.Fatalf("it took %v", took)
		}
		var e *Error
		if err != nil {
			if !errors.As(err, &e) || e.Problem == "" {
				t.Fatalf("%v", err)
			}
			return
		}
		follow(t, g, path)
	})
}
