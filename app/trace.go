package app

import (
	"errors"
	"time"
	"unicode/utf8"

	"beyonder/engine"
)

// The events and their figures are documented with the --trace flag; tests of the
// real window wait for them.

// fields are those of a reply as it is now.
func (w *writing) fields() map[string]any {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := w.reply.Done
	f := map[string]any{
		"conversation": w.begun.Conversation, "message": w.begun.ID, "state": w.state,
		"model": w.reply.Model, "seed": d.Seed,
	}
	if w.state == Streaming {
		return f
	}
	f["reason"] = d.Reason
	f["characters"] = utf8.RuneCountInString(w.text.String())
	f["prompt_tokens"], f["reused_tokens"], f["new_tokens"] = d.PromptTokens, d.ReusedTokens, d.NewTokens
	f["read_seconds"], f["first_seconds"], f["write_seconds"] = d.ReadSeconds, d.FirstSeconds, d.WriteSeconds
	f["tokens_per_second"] = tokensPerSecond(d)
	if w.cause != "" {
		f["error"] = w.cause
	}
	return f
}

// tokensPerSecond leaves out the first token, which ends the reading.
func tokensPerSecond(d engine.Done) float64 {
	if d.WriteSeconds <= 0 || d.NewTokens < 2 {
		return 0
	}
	return float64(d.NewTokens-1) / d.WriteSeconds
}

func (a *App) tracePiece(w *writing, p engine.Piece, f *figures) {
	if p.Reading != nil || p.Notice != nil {
		return
	}
	a.trace("piece", map[string]any{
		"conversation": w.begun.Conversation, "message": w.begun.ID,
		"bytes": len(p.Text), "tokens": len(p.Tokens), "seconds": time.Since(f.start).Seconds(),
	})
}

func (a *App) traceLost(err error) {
	var lost *engine.LostError
	if errors.As(err, &lost) {
		a.trace("engine-lost", map[string]any{"cause": lost.Cause})
	}
}
