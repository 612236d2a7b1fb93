package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

// Logits reads ids from an empty context and yields the logits after each of
// them, Vocabulary float32 that are valid until the next one. Numbers that are
// not finite end it with a *NumbersError.
func (l *Local) Logits(ctx context.Context, ids []int32) iter.Seq2[[]float32, error] {
	return func(yield func([]float32, error) bool) {
		l.busy.Lock()
		defer l.busy.Unlock()
		m := l.current()
		if m == nil {
			yield(nil, ErrNoModel)
			return
		}
		if err := m.checkIDs(ids); err != nil {
			yield(nil, err)
			return
		}
		m.unmix()
		m.session.forget()
		rows := make([][]float32, min(m.batch, len(ids)))
		for i := range rows {
			rows[i] = make([]float32, m.info.Vocabulary)
		}
		for len(ids) > 0 {
			n := min(len(ids), len(rows))
			if err := m.model.Step(ctx, ids[:n], len(m.session.ids), rows[:n]); err != nil {
				yield(nil, err)
				return
			}
			m.session.note(ids[:n])
			ids = ids[n:]
			for i, row := range rows[:n] {
				if !finite(row) {
					yield(nil, &NumbersError{Position: len(m.session.ids) - n + i})
					return
				}
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

func (m *loaded) checkIDs(ids []int32) error {
	if len(ids) == 0 {
		return errors.New("there are no tokens to read")
	}
	if len(ids) > m.info.Context {
		return fmt.Errorf("%d tokens do not fit the context window of %d", len(ids), m.info.Context)
	}
	for _, id := range ids {
		if id < 0 || int(id) >= m.info.Vocabulary {
			return fmt.Errorf("token %d is outside the vocabulary of %d", id, m.info.Vocabulary)
		}
	}
	return nil
}

// Time measures how long the model takes to read a prompt of `read` tokens and
// then to write `write` more, one at a time. The tokens have no meaning. What
// Profile returns afterwards is of the writing, if there was any.
func (l *Local) Time(ctx context.Context, read, write int) (reading, writing time.Duration, err error) {
	l.busy.Lock()
	defer l.busy.Unlock()
	m := l.current()
	if m == nil {
		return 0, 0, ErrNoModel
	}
	if read < 0 || write < 0 || read+write == 0 {
		return 0, 0, fmt.Errorf("there is nothing to measure: %d tokens to read, %d to write", read, write)
	}
	if read > m.info.Context || write > m.info.Context-read {
		return 0, 0, fmt.Errorf("%d tokens do not fit the context window of %d", read+write, m.info.Context)
	}
	m.unmix()
	m.session.forget()
	logits := make([]float32, m.info.Vocabulary)
	ids := make([]int32, read+write)
	for i := range ids {
		ids[i] = int32((i*7919 + 13) % m.info.Vocabulary)
	}
	began := time.Now()
	for at := 0; at < read; at += m.batch {
		if err := m.session.step(ctx, ids[at:min(at+m.batch, read)], logits); err != nil {
			return 0, 0, err
		}
	}
	reading = time.Since(began)
	if write > 0 {
		m.forgetProfile()
	}
	began = time.Now()
	for at := read; at < len(ids); at++ {
		if err := m.session.step(ctx, ids[at:at+1], logits); err != nil {
			return 0, 0, err
		}
	}
	return reading, time.Since(began), nil
}

// Profile returns what each kind of step, or kernel of the graphics card, took
// since the last call, the longest first; nothing if the model was not loaded
// with LoadOptions.Profile.
func (l *Local) Profile() []VerbTime {
	l.busy.Lock()
	defer l.busy.Unlock()
	m := l.current()
	switch {
	case m == nil:
		return nil
	case m.watch != nil:
		return m.watch.times()
	case m.card == nil:
		return nil
	}
	var all []VerbTime
	for _, t := range m.card.Timings() {
		all = append(all, VerbTime{Verb: t.Kernel, Calls: t.Calls, Seconds: t.Time.Seconds()})
	}
	return all
}

// forgetProfile lets Profile begin anew.
func (m *loaded) forgetProfile() {
	switch {
	case m.watch != nil:
		m.watch.times()
	case m.card != nil && m.asked.Profile:
		m.card.Timings()
	}
}
