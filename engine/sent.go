package engine

import (
	"slices"
	"strings"

	"beyonder/engine/prompt"
	"beyonder/engine/token"
)

// Sent is what the model was given for a reply: enough to show it, and to have
// it read once more exactly as it was read then.
type Sent struct {
	Text  string  `json:"text"` // the prompt, with the template's control tokens
	IDs   []int32 `json:"ids"`  // what it was read as
	Parts []Part  `json:"parts,omitempty"`
	Steps []Step  `json:"steps"` // how the KV cache came to hold IDs, from empty

	Plain    bool `json:"plain,omitempty"`    // it was no conversation: no template, none of its stops
	Continue bool `json:"continue,omitempty"` // the prompt ends within the reply
}

// Part is a stretch of a prompt. The parts of a prompt follow each other and
// cover all of it.
type Part struct {
	Role   string `json:"role,omitempty"` // of a message; "": it is the template's own
	Tokens int    `json:"tokens"`
	Bytes  int    `json:"bytes"` // of Sent.Text
}

// Step is tokens that were read together. Devices round a batch otherwise than
// single rows, and the experts of a mixture see as many rows as were routed to
// them: to compute the same numbers again, the same batches must be read.
type Step struct {
	Tokens  int     `json:"n"`
	Times   int     `json:"times,omitempty"`   // so often one after the other; 0: once
	Dropped []int32 `json:"dropped,omitempty"` // read behind them in the same batch, and forgotten since
}

// times is how often the step was taken.
func (s Step) times() int { return max(1, s.Times) }

// note records that ids were read together after what is there.
func (s *session) note(ids []int32) {
	s.ids = append(s.ids, ids...)
	if last := len(s.steps) - 1; last >= 0 && s.steps[last].Tokens == len(ids) && s.steps[last].Dropped == nil {
		s.steps[last].Times = s.steps[last].times() + 1
		return
	}
	s.steps = append(s.steps, Step{Tokens: len(ids)})
}

// cutSteps forgets the steps of all but the first n of ids, which has them all
// still. A batch that is cut keeps what was behind the cut: its rows were
// computed beside it.
func (s *session) cutSteps(n int) {
	at := 0
	for i, step := range s.steps {
		whole := min((n-at)/step.Tokens, step.times())
		at += whole * step.Tokens
		if whole == step.times() {
			continue
		}
		s.steps = s.steps[:i]
		if whole > 0 {
			s.steps = append(s.steps, Step{Tokens: step.Tokens, Times: whole})
		}
		if n > at {
			end := at + step.Tokens
			s.steps = append(s.steps, Step{Tokens: n - at, Dropped: slices.Concat(s.ids[n:end], step.Dropped)})
		}
		return
	}
}

// sent is what the reply that is about to be written was given.
func (m *loaded) sent(r Request, p prepared) *Sent {
	s := &Sent{IDs: slices.Clone(p.ids), Steps: slices.Clone(m.session.steps), Plain: len(r.Messages) == 0, Continue: r.Continue}
	s.Text, s.Parts = m.parts(r, p)
	return s
}

// parts finds the request's messages in the prompt and counts the tokens of each
// and of what the template puts between them. A template that changes a text
// leaves it among what is its own.
func (m *loaded) parts(r Request, p prepared) (text string, parts []Part) {
	guard := string(token.Guard)
	text = strings.ReplaceAll(p.text, guard, "")
	at := 0
	add := func(role string, end int) {
		if end > at {
			parts = append(parts, Part{Role: role, Bytes: end - at})
			at = end
		}
	}
	for i, message := range r.Messages {
		if i > 0 && i <= p.dropped && message.Role != prompt.System || i == 0 && p.dropped > 0 && message.Role != prompt.System {
			continue
		}
		content := strings.TrimSpace(strings.ReplaceAll(message.Content, guard, ""))
		begin := strings.Index(text[at:], content)
		if content == "" || begin < 0 {
			continue
		}
		add("", at+begin)
		add(message.Role, at+len(content))
	}
	add("", len(text))
	m.countParts(text, parts, p.ids)
	return text, parts
}

// countParts gives each token to the part in which its text begins.
func (m *loaded) countParts(text string, parts []Part, ids []int32) {
	if len(parts) == 0 {
		return
	}
	part, end := 0, parts[0].Bytes
	at := 0
	for _, id := range ids {
		begin, next := locate(text, at, m.tok.Bytes(id))
		for begin >= end && part+1 < len(parts) {
			part++
			end += parts[part].Bytes
		}
		parts[part].Tokens++
		at = next
	}
}

// unknownReach is how far a text goes on that no token of its own has.
const unknownReach = 16

// locate finds a token's text at or after byte at of a prompt. Tokenizers put a
// space before a text and a control token before that, neither of which need be in
// the text, and where a reply was kept as it was written, templates strip blanks.
func locate(text string, at int, piece []byte) (begin, next int) {
	want := string(piece)
	if strings.HasPrefix(text[at:], want) {
		return at, at + len(want)
	}
	word := strings.TrimLeft(want, " \t\r\n")
	begin = at + len(text[at:]) - len(strings.TrimLeft(text[at:], " \t\r\n"))
	switch {
	case word == "":
		return at, at // blanks that the text does not have
	case strings.HasPrefix(text[begin:], word):
		return begin, begin + len(word)
	}
	// What the token before it stood for has no bytes of its own; or this one has none.
	if i := strings.Index(text[at:min(len(text), at+unknownReach+len(word))], word); i >= 0 {
		return at + i, at + i + len(word)
	}
	return at, at
}
