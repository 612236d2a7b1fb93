package apptest

import (
	"context"
	"errors"
	"iter"

	"beyonder/engine"
	"beyonder/engine/prompt"
)

var errNoModel = errors.New("no model is loaded")

// Reply implements app.Engine: the prompt is read, then come the words.
func (e *Engine) Reply(ctx context.Context, r engine.Request) iter.Seq2[engine.Piece, error] {
	return func(yield func(engine.Piece, error) bool) {
		e.mu.Lock()
		e.requests = append(e.requests, r)
		loaded := e.loaded
		e.mu.Unlock()
		if !loaded {
			yield(engine.Piece{}, errNoModel)
			return
		}
		if !e.read(ctx, yield) {
			return
		}
		if r.Record && !yield(engine.Piece{Sent: sent(r.Messages, r.Continue)}, nil) {
			return
		}
		if e.Notice != nil && !yield(engine.Piece{Notice: e.Notice}, nil) {
			return
		}
		e.write(ctx, r, yield)
	}
}

// read reports the prompt in four steps. It returns false when the reply is over.
func (e *Engine) read(ctx context.Context, yield func(engine.Piece, error) bool) bool {
	if e.Prompt == 0 {
		return true
	}
	for step := range 5 {
		at := &engine.Reading{Done: e.Prompt * step / 4, Total: e.Prompt}
		if !yield(engine.Piece{Reading: at}, nil) {
			return false
		}
		if err := e.wait(ctx); err != nil {
			yield(engine.Piece{}, err)
			return false
		}
	}
	return true
}

func (e *Engine) write(ctx context.Context, r engine.Request, yield func(engine.Piece, error) bool) {
	words := e.Words
	if limit := r.Sampling.MaxTokens; limit > 0 && limit < len(words) {
		words = words[:limit]
	}
	for i, word := range words {
		if err := e.trouble(ctx, i); err != nil {
			yield(engine.Piece{}, err)
			return
		}
		if i > 0 || r.Continue || r.Replay != nil && r.Replay.Continue {
			word = " " + word
		}
		token := e.token(i, r)
		token.Bytes = len(word)
		piece := engine.Piece{Text: word, Tokens: []engine.Token{token}}
		if !yield(piece, nil) {
			return
		}
	}
	yield(engine.Piece{Done: e.done(r, len(words))}, nil)
}

// trouble waits for the next word and returns what keeps it from coming.
func (e *Engine) trouble(ctx context.Context, word int) error {
	if e.Hang && word == e.HangAt {
		<-ctx.Done()
		return ctx.Err()
	}
	if e.Fail != nil && word == e.FailAt && (e.FailTimes == 0 || e.failures < e.FailTimes) {
		e.failures++
		if lost(e.Fail) {
			e.setLoaded(false)
		}
		return e.Fail
	}
	return e.wait(ctx)
}

// token has the word's index as its id; the experts of its routes take turns.
func (e *Engine) token(i int, r engine.Request) engine.Token {
	t := engine.Token{ID: int32(i), Logprob: -0.5}
	for n := range r.Alternatives {
		t.Top = append(t.Top, engine.Alternative{ID: int32(i + n), Text: e.Words[(i+n)%len(e.Words)], Logprob: -0.5 - float32(n)})
	}
	if (r.Routes || e.Routed) && e.Model.Experts > 0 {
		for layer := range e.Model.Layers {
			a, b := (i+layer)%e.Model.Experts, (i+layer+1)%e.Model.Experts
			t.Routes = append(t.Routes, engine.Route{Experts: []int32{int32(a), int32(b)}, Weights: []float32{0.75, 0.25}})
		}
	}
	return t
}

// done gives the figures of a reply that kept the pace exactly.
func (e *Engine) done(r engine.Request, words int) *engine.Done {
	reason := engine.StopEnd
	if words < len(e.Words) {
		reason = engine.StopLength
	}
	return &engine.Done{
		Reason: reason, PromptTokens: promptTokens(r.Messages), NewTokens: words,
		ReadSeconds: 4 * e.Pace.Seconds(), FirstSeconds: 5 * e.Pace.Seconds(),
		WriteSeconds: float64(max(0, words-1)) * e.Pace.Seconds(),
		ContextUsed:  promptTokens(r.Messages) + words, ContextSize: e.Model.Context,
		Seed: r.Sampling.Seed, Sampling: r.Sampling,
	}
}

// sent is a prompt in which every message stands on a line of its own behind its
// role.
func sent(messages []prompt.Message, goesOn bool) *engine.Sent {
	s := &engine.Sent{Continue: goesOn, IDs: make([]int32, promptTokens(messages)), Steps: []engine.Step{{Tokens: 1, Times: promptTokens(messages)}}}
	for i, m := range messages {
		role := m.Role + ": "
		if i > 0 {
			role = "\n" + role
		}
		s.Text += role + m.Content
		s.Parts = append(s.Parts, engine.Part{Bytes: len(role), Tokens: 1}, engine.Part{Role: m.Role, Bytes: len(m.Content), Tokens: len(m.Content) / 4})
	}
	if !goesOn {
		const begin = "\nassistant: "
		s.Text += begin
		s.Parts = append(s.Parts, engine.Part{Bytes: len(begin), Tokens: 1})
	}
	return s
}

// promptTokens takes four bytes for a token, as is usual for a rough figure.
func promptTokens(messages []prompt.Message) int {
	n := 0
	for _, m := range messages {
		n += len(m.Content)/4 + 1
	}
	return n
}
