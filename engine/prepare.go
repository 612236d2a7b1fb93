package engine

import (
	"fmt"
	"slices"
	"time"

	"beyonder/engine/prompt"
	"beyonder/engine/token"
)

// prepared is a request as tokens that fit the window.
type prepared struct {
	ids     []int32
	text    string // what ids were made from, guards included
	dropped int    // messages left out, the oldest but the system prompt
	tail    int    // how many of ids are the reply so far
}

// prepare writes the request as a prompt and, with RollWhenFull, leaves out the
// oldest turns until it fits. Otherwise the result may be too long.
func (m *loaded) prepare(r Request) (prepared, error) {
	if r.Policy != RollWhenFull || len(r.Messages) == 0 {
		return m.write(r, 0)
	}
	p, err := m.write(r, m.session.droppedOf(r.Messages))
	if err != nil || len(p.ids) < m.info.Context {
		return p, err
	}
	return m.roll(r, nil)
}

// roll drops turns until a quarter of the window is free: if it only just made
// room, every following turn would have to be read anew from the beginning.
// Where that cannot be had, it makes what room there is. tail is what the model
// has written so far.
func (m *loaded) roll(r Request, tail []int32) (prepared, error) {
	fits := false
	var best prepared
	for drop := nextTurn(r.Messages, m.session.droppedOf(r.Messages)); drop >= 0; drop = nextTurn(r.Messages, drop) {
		p, err := m.write(r, drop)
		if err != nil {
			return p, err
		}
		p.ids, p.tail = append(p.ids, tail...), len(tail)
		if len(p.ids) < m.info.Context {
			best, fits = p, true
		}
		if len(p.ids) <= m.info.Context*3/4 {
			break
		}
	}
	if !fits {
		return best, fmt.Errorf("the last message alone does not fit the context window of %d tokens; shorten it or load the model with a larger window", m.info.Context)
	}
	m.session.roll(r.Messages, best.dropped)
	return best, nil
}

// nextTurn is how many messages must go, more than dropped, for the next turn
// to begin with the user; -1 if none would be left.
func nextTurn(ms []prompt.Message, dropped int) int {
	start := 0
	if len(ms) > 0 && ms[0].Role == prompt.System {
		start = 1
	}
	for i := start + dropped + 1; i < len(ms); i++ {
		if ms[i].Role == prompt.User {
			return i - start
		}
	}
	return -1
}

// write renders the request without its first dropped messages and encodes it.
func (m *loaded) write(r Request, dropped int) (prepared, error) {
	if len(r.Messages) == 0 {
		return m.encode(prepared{text: r.Prompt}, r.Prompt), nil
	}
	text, err := m.tmpl.Render(prompt.Input{
		Messages: m.guarded(r.Messages, dropped),
		BOS:      m.special(m.tok.BOS()), EOS: m.special(m.tok.EOS()),
		AddGenerationPrompt: !r.Continue, Continue: r.Continue,
		Now: time.Now(),
	})
	if err != nil {
		return prepared{}, err
	}
	return m.encode(prepared{dropped: dropped}, text), nil
}

// guarded leaves messages out and makes the others safe: a "<|im_end|>" that a
// user has typed is text to the model, not the end of a turn.
func (m *loaded) guarded(ms []prompt.Message, dropped int) []prompt.Message {
	out := make([]prompt.Message, 0, len(ms))
	if ms[0].Role == prompt.System {
		out = append(out, ms[0])
		ms = ms[1:]
	}
	out = append(out, ms[dropped:]...)
	for i := range out {
		out[i].Content = m.tok.GuardText(out[i].Content)
	}
	return out
}

func (m *loaded) special(id int32) string {
	if id < 0 {
		return ""
	}
	return m.tok.Text(id)
}

// encode turns text into ids; what the cache already holds is not tokenized
// anew, so that a reply stays the tokens the model wrote.
func (m *loaded) encode(p prepared, text string) prepared {
	p.text = text
	if rest, ok := m.session.continues(text); ok {
		p.ids = slices.Concat(m.session.ids, m.tok.Encode(rest, token.Options{Special: true, Continued: true}))
		return p
	}
	p.ids = m.tok.Encode(text, token.Options{Special: true, BOS: true})
	if len(p.ids) > 1 && p.ids[0] == m.tok.BOS() && p.ids[1] == m.tok.BOS() {
		p.ids = p.ids[1:] // the template writes one as well
	}
	return p
}
