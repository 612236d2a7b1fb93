package engine

import (
	"context"
	"slices"
	"strings"

	"beyonder/engine/model"
	"beyonder/engine/prompt"
	"beyonder/engine/token"
)

// session is what the KV cache remembers, so that the next turn of a
// conversation reads only what is new.
type session struct {
	model *model.Model
	ids   []int32 // tokens at positions 0, 1, … of the cache
	steps []Step  // how they came there

	prompt string // the text that the last turn's prompt was made from, guards included: with them the same text is the same tokens
	begin  int    // how many of ids are the prompt's
	reply  string // the text of the tokens after it
	whole  bool   // ids is exactly prompt and reply

	rolled  []prompt.Message // the conversation whose window was rolled last, as it was then
	dropped int              // how many of its messages the model no longer sees
}

// roll notes that the model no longer sees the first dropped messages, the
// system prompt aside.
func (s *session) roll(ms []prompt.Message, dropped int) {
	s.rolled, s.dropped = slices.Clone(ms), dropped
}

// droppedOf is how many messages of a conversation have been rolled out of the
// window. It has to be the one that was rolled, grown since, its last message
// perhaps as well: what did not fit then does not fit now.
func (s *session) droppedOf(ms []prompt.Message) int {
	last := len(s.rolled) - 1
	if last < 0 || len(ms) <= last || !slices.Equal(ms[:last], s.rolled[:last]) {
		return 0
	}
	if was := s.rolled[last]; ms[last].Role != was.Role || !strings.HasPrefix(ms[last].Content, was.Content) {
		return 0
	}
	return s.dropped
}

// continues tells whether text begins with what the cache holds, and what comes
// after it. Around the reply blanks may differ: templates strip and add them, and
// the cache, which has what the model wrote, is right. Guards within the reply do
// not count: the model's own text has none.
func (s *session) continues(text string) (rest string, ok bool) {
	if !s.whole {
		return "", false
	}
	if rest, ok = strings.CutPrefix(text, s.prompt); !ok {
		return "", false
	}
	const blanks = " \t\r\n"
	plain := strings.TrimLeft(strings.ReplaceAll(rest, string(token.Guard), ""), blanks)
	reply := strings.TrimLeft(s.reply, blanks)
	after, ok := strings.CutPrefix(plain, reply)
	if !ok {
		after, ok = strings.CutPrefix(plain, strings.TrimRight(reply, blanks))
	}
	return rest[len(rest)-guardedSuffix(rest, len(after)):], ok
}

// guardedSuffix is how many bytes at text's end hold n bytes besides guards.
func guardedSuffix(text string, n int) int {
	at := len(text)
	for n > 0 {
		if strings.HasSuffix(text[:at], string(token.Guard)) {
			at -= len(string(token.Guard))
			continue
		}
		at--
		n--
	}
	return len(text) - at
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

// forget empties the cache: what comes next is no conversation's.
func (s *session) forget() {
	s.cut(0)
	s.prompt, s.begin = "", 0
}

// cut forgets all but the first n tokens.
func (s *session) cut(n int) {
	s.cutSteps(n)
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
	s.note(ids)
	return nil
}

// again computes the logits after the last token anew.
func (s *session) again(ctx context.Context, logits []float32) error {
	last := slices.Clone(s.ids[len(s.ids)-1:])
	s.cut(len(s.ids) - 1)
	return s.step(ctx, last, logits)
}
