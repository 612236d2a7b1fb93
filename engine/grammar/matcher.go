package grammar

import (
	"bytes"
	"fmt"
)

// Matcher follows one reply.
type Matcher struct {
	grammar *Grammar
	tokens  *Vocabulary
	now     at
	before  []at // by token of the reply
}

// at is where a reply has come.
type at struct {
	state *state
	opens bool // a space at the next token's beginning is not shown
}

// NewMatcher begins a reply. opens says that a space at the first token's
// beginning is not shown, as with SentencePiece where a text begins.
func NewMatcher(g *Grammar, v *Vocabulary, opens bool) *Matcher {
	return &Matcher{grammar: g, tokens: v, now: at{g.auto.start, opens}}
}

// Begin reads the beginning of a reply that the model does not write. It fails
// if the grammar does not allow it.
func (m *Matcher) Begin(text string) error {
	a := m.grammar.auto
	s := m.now.state
	for i := range len(text) {
		next := a.step(s, text[i])
		if next != dead {
			s = next
			continue
		}
		if a.err != nil {
			return a.err
		}
		line, column := place(text, i)
		return fmt.Errorf("the beginning of the reply does not fit its format at line %d, column %d", line, column)
	}
	m.now = at{s, false}
	return nil
}

// Allowed is the tokens that may come next, token i as bit i%64 of word i/64. It
// is not to be changed. Tokens that end the reply are among them where the text
// is complete. An error says that finding out takes too long.
func (m *Matcher) Allowed() ([]uint64, error) {
	a, s := m.grammar.auto, m.now.state
	if s == dead {
		return make([]uint64, m.tokens.words()), a.err
	}
	if a.bytes > mostMemory {
		a.forget()
	}
	mask := &s.masks[0]
	if m.now.opens {
		mask = &s.masks[1]
	}
	if *mask != nil && s.tokens == m.tokens {
		return *mask, a.err
	}
	if s.tokens != m.tokens {
		s.tokens, s.masks = m.tokens, [2][]uint64{}
	}
	a.work = 0
	var set []uint64
	if m.now.opens {
		set = m.tokens.allowedFirst(a, s)
	} else {
		set = m.tokens.allowed(a, s)
	}
	if s.accept {
		for _, id := range m.tokens.ends {
			set[id>>6] |= 1 << (id & 63)
		}
	}
	if a.err == nil {
		*mask = set
		a.bytes += 8 * len(set)
	}
	return set, a.err
}

// Accept adds a token to the reply.
func (m *Matcher) Accept(id int32) {
	m.before = append(m.before, m.now)
	var text []byte
	if id >= 0 && int(id) < m.tokens.size {
		text = m.tokens.texts[id]
	}
	if len(text) == 0 {
		m.now = at{dead, false}
		return
	}
	if m.now.opens {
		text = bytes.TrimPrefix(text, []byte(" "))
	}
	s := m.now.state
	for _, c := range text {
		s = m.grammar.auto.step(s, c)
	}
	m.now = at{s, m.tokens.reopens[id]}
}

// Rewind takes the last n tokens back.
func (m *Matcher) Rewind(n int) {
	if n = min(n, len(m.before)); n > 0 {
		keep := len(m.before) - n
		m.now, m.before = m.before[keep], m.before[:keep]
	}
}

// Complete says whether the text has the form.
func (m *Matcher) Complete() bool { return m.now.state.accept }

// Over says whether nothing can be added to the text.
func (m *Matcher) Over() bool { return len(m.now.state.items) == 0 }
