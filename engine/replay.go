package engine

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// prepare makes the request's prompt; of a replay it is given.
func (w *writer) prepare() (prepared, error) {
	if w.r.Replay == nil {
		return w.m.prepare(w.r)
	}
	if err := w.m.checkReplay(w.r.Replay); err != nil {
		return prepared{}, err
	}
	return prepared{ids: w.r.Replay.IDs}, nil
}

// checkReplay refuses what cannot have been read by this model.
func (m *loaded) checkReplay(s *Sent) error {
	if err := m.checkIDs(s.IDs); err != nil {
		return err
	}
	read := 0
	for _, step := range s.Steps {
		if step.Tokens < 1 || step.Times < 0 || step.Times > len(s.IDs) || step.Tokens+len(step.Dropped) > m.batch {
			return fmt.Errorf("a batch of %d tokens, %d times, was not read by this model on such a processor", step.Tokens+len(step.Dropped), step.times())
		}
		if len(step.Dropped) > 0 {
			if err := m.checkIDs(step.Dropped); err != nil {
				return err
			}
		}
		if read += step.Tokens * step.times(); read > len(s.IDs) {
			break
		}
	}
	if read != len(s.IDs) || s.Steps[len(s.Steps)-1].Tokens != 1 {
		return errors.New("how the prompt was read is not known: it cannot be read the same way again")
	}
	return nil
}

// readAgain reads a prompt into an empty cache in the batches in which it was
// read before, those of earlier replies included, and gives the logits after it.
func (w *writer) readAgain(ctx context.Context, sent *Sent) error {
	began := time.Now()
	s := &w.m.session
	s.forget()
	progress := Reading{Total: len(sent.IDs)}
	for _, step := range sent.Steps {
		for range step.times() {
			if err := w.send(Piece{Reading: &Reading{Done: progress.Done, Total: progress.Total, Seconds: time.Since(began).Seconds()}}); err != nil {
				return err
			}
			n, logits := step.Tokens, []float32(nil)
			if progress.Done+n == progress.Total {
				logits = w.logits
			}
			batch := append(sent.IDs[progress.Done:progress.Done+n:progress.Done+n], step.Dropped...)
			if err := s.step(ctx, batch, logits); err != nil {
				return err
			}
			progress.Done += n
			if len(step.Dropped) > 0 {
				s.cut(progress.Done)
			}
		}
	}
	w.done.ReadSeconds += time.Since(began).Seconds()
	return w.send(Piece{Reading: &progress})
}
