package engine

import (
	"context"
	"slices"
	"strings"

	"beyonder/engine/model"
	"beyonder/engine/token"
)

// session is what the KV cache remembers, so that the next turn of a
// conversation reads only what is new.
type session struct {
	model *model.Model
	ids   []int32 // tokens at positions 0, 1, … of the cache

	prompt string // the text that the last turn's prompt was made from, guards removed
	begin  int    // how many of ids are the prompt's
	reply  string // the text of the tokens after it
	whole  bool   // ids is exactly prompt and reply

	first   string // the conversation's first message, to tell conversations apart
	dropped int    // how many of its messages have been rolled out of the window
}

// continues tells whether text begins with what the cache holds, and what comes
// after it. Around the reply blanks may differ: templates strip and add them, and
// the cache, which has what the model wrote, is right.
func (s *session) continues(text string) (rest string, ok bool) {
	if !s.whole || len(s.ids) == 0 {
		return "", false
	}
	rest, ok = strings.CutPrefix(text, s.prompt)
	if !ok {
		return "", false
	}
	const blanks = " \t\r\n"
	rest = strings.TrimLeft(rest, blanks)
	reply := strings.TrimLeft(s.reply, blanks)
	if after, ok := strings.CutPrefix(rest, reply); ok {
		return after, true
	}
	return strings.CutPrefix(rest, strings.TrimRight(reply, blanks))
}

// settle notes at a reply's end what the cache holds, for continues.
func (s *session) settle(tok *token.Tokenizer) {
	s.whole = s.begin > 0 && s.begin <= len(s.ids)
	if s.whole {
		s.reply = tok.Decode(s.ids[s.begin:], token.DecodeOptions{Special: true, Continue: true})
	}
}

// reuse keeps the longest common prefix of ids and the cache, at least one
// token short of ids (the last one must be read to get logits), and returns its length.
func (s *session) reuse(ids []int32) int {
	n := 0
	for n < len(s.ids) && n < len(ids)-1 && s.ids[n] == ids[n] {
		n++
	}
	s.cut(n)
	return n
}

// cut forgets all but the first n tokens.
func (s *session) cut(n int) {
	s.ids = s.ids[:n]
	s.whole = false
}

// step reads ids after what is there. On an error nothing of ids is remembered.
func (s *session) step(ctx context.Context, ids []int32, logits []float32) error {
	var want [][]float32
	if logits != nil {
		want = [][]float32{logits}
	}
	if err := s.model.Step(ctx, ids, len(s.ids), want); err != nil {
		return err
	}
	s.ids = append(s.ids, ids...)
	return nil
}

// again computes the logits after the last token anew.
func (s *session) again(ctx context.Context, logits []float32) error {
	last := slices.Clone(s.ids[len(s.ids)-1:])
	s.cut(len(s.ids) - 1)
	return s.step(ctx, last, logits)
}
