package engine

import (
	"encoding/json"
	"strings"
	"testing"

	"beyonder/engine/prompt"
	"beyonder/engine/sample"
)

// constrained is a request for a reply of a form, from the tiny model, which
// writes nonsense.
func constrained(format sample.Format, text string, seed int64) Request {
	s := sample.Neutral()
	s.Seed, s.Format, s.MaxTokens = seed, format, 400
	if format == sample.JSONSchema {
		s.Schema = text
	} else {
		s.Grammar = text
	}
	return Request{Messages: []prompt.Message{{Role: prompt.User, Content: "Who are you?"}}, Sampling: s}
}

const shortPerson = `{"type": "object", "properties": {"name": {"type": "string", "maxLength": 8}, "age": {"type": "integer", "minimum": 0, "maximum": 120}, "role": {"enum": ["cook", "guest"]}}, "required": ["name", "age", "role"]}`

func TestRepliesHaveTheirForm(t *testing.T) {
	l := start(t, LoadOptions{})
	for seed := range int64(12) {
		a := ask(t, l, constrained(sample.JSONSchema, shortPerson, seed))
		var got struct {
			Name string
			Age  int
			Role string
		}
		if a.done.Reason != StopEnd {
			t.Fatalf("%q ended by %s", a.text, a.done.Reason)
		}
		if err := json.Unmarshal([]byte(a.text), &got); err != nil {
			t.Fatalf("%q: %v", a.text, err)
		}
		if got.Age > 120 || got.Role != "cook" && got.Role != "guest" || len([]rune(got.Name)) > 8 {
			t.Errorf("%q does not fit the schema", a.text)
		}
		if b := ask(t, l, constrained(sample.JSONSchema, shortPerson, seed)); b.text != a.text {
			t.Errorf("seed %d gives %q and %q", seed, a.text, b.text)
		}
	}
	for _, word := range []string{"yes", "no"} { // greedily, too
		r := constrained(sample.GBNF, `root ::= "`+word+`"`, 1)
		r.Sampling.Temperature = 0
		if a := ask(t, l, r); a.text != word || a.done.Reason != StopEnd {
			t.Errorf("%q, ended by %s", a.text, a.done.Reason)
		}
	}
}

// A beginning that was given, the middle of a reply that was cut, and a replay
// go on where the form is.
func TestFormGoesOn(t *testing.T) {
	l := start(t, LoadOptions{})
	r := constrained(sample.GBNF, `root ::= "no: " [a-z]{3} "."`, 3)
	r.Messages = append(r.Messages, prompt.Message{Role: prompt.Assistant, Content: "no: a"})
	r.Continue, r.Record = true, true
	var sent *Sent
	text := ""
	for p, err := range l.Reply(t.Context(), r) {
		if err != nil {
			t.Fatal(err)
		}
		text += p.Text
		if p.Sent != nil {
			sent = p.Sent
		}
	}
	if len(text) != 3 || !strings.HasSuffix(text, ".") {
		t.Errorf("the reply went on with %q", text)
	}
	again := Request{Sampling: r.Sampling, Replay: sent, Begun: "no: a"}
	if a := ask(t, l, again); a.text != text {
		t.Errorf("replayed it went on with %q, not %q", a.text, text)
	}
	r.Messages[1].Content = "yes"
	if _, err := tryAsk(l, r); err == nil || !strings.Contains(err.Error(), "line 1, column 1") {
		t.Errorf("a beginning that does not fit: %v", err)
	}
	r.Messages[1].Content = "no: abc."
	if a := ask(t, l, r); a.text != "" || a.done.Reason != StopEnd {
		t.Errorf("a complete reply went on with %q, ended by %s", a.text, a.done.Reason)
	}
}

// Banned texts are taken back without losing the place in the form. Where they
// leave nothing the reply ends and says so.
func TestFormWithBannedTexts(t *testing.T) {
	l := start(t, LoadOptions{})
	for seed := range int64(5) {
		r := constrained(sample.GBNF, `root ::= ("ab" | "cd" | "e"){20}`, seed)
		r.Sampling.Banned = []string{"cd"}
		if a := ask(t, l, r); strings.Contains(a.text, "cd") || strings.Count(a.text, "ab")+strings.Count(a.text, "e") != 20 {
			t.Errorf("%q ended by %s", a.text, a.done.Reason)
		}
	}
	r := constrained(sample.GBNF, `root ::= "say ab" "c"`, 1)
	r.Sampling.Banned = []string{"ab"}
	if a := ask(t, l, r); a.done.Reason != StopFormat {
		t.Errorf("%q ended by %s", a.text, a.done.Reason)
	}
	r = constrained(sample.GBNF, `root ::= [a-z]{40}`, 1)
	r.Sampling.MaxTokens = 3
	if a := ask(t, l, r); a.done.Reason != StopLength {
		t.Errorf("%q ended by %s", a.text, a.done.Reason)
	}
}

func TestFormErrors(t *testing.T) {
	l := start(t, LoadOptions{})
	for want, r := range map[string]Request{
		"the grammar cannot be used: line 1, column 10: there is no rule named a": constrained(sample.GBNF, `root ::= a`, 1),
		"the JSON schema cannot be used: line 1, column 2: the keyword":           constrained(sample.JSONSchema, `{"not": {}}`, 1),
		"the reply format is \"xml\"":                                             constrained("xml", "", 1),
	} {
		if _, err := tryAsk(l, r); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}
