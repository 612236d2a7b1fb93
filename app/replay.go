package app

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"beyonder/engine"
)

// Replayed tells how the repetition of a reply ended.
type Replayed struct {
	Same        bool         // the text is the same, byte by byte
	Was, Now    string       // the text as it is kept, and as it came now
	At          int          // the first byte in which they differ, if they do
	Given       int          // bytes at the beginning that were not written again
	Differences []Difference // in what it was written with
}

// Difference is something that two replies were not written with alike.
type Difference struct{ Name, Was, Is string }

// Replay writes a reply once more, from what was kept of it: the same tokens are
// read in the same batches and drawn from with the same seed. Nothing is stored.
// The events are Loading, Reading, text and Replayed. On the device, with the
// model and the build that wrote it, the text is the same.
//
// It fails with ErrNoTrail when too little was kept, and tells the model's name
// when another one is loaded.
func (a *App) Replay(ctx context.Context, id, message ID) iter.Seq2[Event, error] {
	return a.stream(ctx, id, func(s *stream) error {
		m, err := a.store.Message(id, message)
		if err != nil {
			return err
		}
		trail, err := a.Trail(id, message)
		if err != nil {
			return err
		}
		info, err := s.model()
		if err != nil {
			return err
		}
		if err := trail.replayable(info); err != nil {
			return err
		}
		text := m.Text[:min(trail.Given(), len(m.Text))]
		given := len(text)
		for _, part := range trail.Parts {
			came, err := s.repeat(part, text)
			if err != nil {
				return err
			}
			text += came
		}
		r := &Replayed{Same: text == m.Text, Was: m.Text, Now: text, At: common(m.Text, text), Given: given, Differences: trail.differences(a.partNow(info))}
		s.app.trace("replayed", map[string]any{"conversation": id, "message": message, "same": r.Same, "characters": utf8.RuneCountInString(r.Now)})
		s.app.release(s.turn)
		s.emit(Event{Replayed: r})
		return nil
	})
}

// replayable says what keeps a reply from being repeated.
func (t *Trail) replayable(info engine.Info) error {
	for _, p := range t.Parts {
		switch {
		case p.Hash != info.Hash && p.Model == info.Name:
			return fmt.Errorf("this reply was written by another file of the name %s: load that one to replay it", p.Model)
		case p.Hash != info.Hash:
			return fmt.Errorf("this reply was written by %s: load that model to replay it", p.Model)
		case p.Rolled:
			return fmt.Errorf("the oldest messages were dropped in the middle of this reply: it cannot be replayed")
		case len(p.Sent.IDs) >= info.Context:
			return fmt.Errorf("the prompt of this reply has %d tokens, more than fit the context of %d: load the model with a larger one", len(p.Sent.IDs), info.Context)
		}
	}
	return nil
}

// repeat writes a part of a reply once more, behind what there is of it.
func (s *stream) repeat(p TrailPart, begun string) (string, error) {
	r := engine.Request{Sampling: p.Done.Sampling, Replay: &p.Sent, Mix: p.Mix}
	if p.Sent.Continue {
		r.Begun = begun
	}
	r.Sampling.Seed = p.Done.Seed
	if reason := p.Done.Reason; reason == engine.StopCancelled || reason == "" {
		if len(p.Tokens) == 0 {
			return "", nil
		}
		r.Sampling.MaxTokens = len(p.Tokens) // it would go on
	}
	var text strings.Builder
	for piece, err := range s.app.engine.Reply(s.ctx, r) {
		if err != nil {
			return "", err
		}
		if piece.Done != nil {
			continue
		}
		text.WriteString(piece.Text)
		if !s.emit(event(piece)) {
			return "", errGone
		}
	}
	if s.ctx.Err() != nil {
		return "", errStopped
	}
	return text.String(), nil
}

// partNow is what a reply would be written with now.
func (a *App) partNow(info engine.Info) TrailPart {
	return TrailPart{Device: info.Device, KV: a.kv(), Build: a.build, Context: info.Context}
}

// differences lists what is not as it was when a reply was written.
func (t *Trail) differences(now TrailPart) (all []Difference) {
	add := func(name, was, is string) {
		for _, d := range all {
			if d.Name == name {
				return
			}
		}
		if was != is {
			all = append(all, Difference{name, was, is})
		}
	}
	for _, p := range t.Parts {
		add("Device", p.Device, now.Device)
		add("KV cache", p.KV, now.KV)
		add("Context", strconv.Itoa(p.Context), strconv.Itoa(now.Context))
		add("Build", p.Build, now.Build)
	}
	return all
}

// common is the number of bytes that two texts have in common at their beginning.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
