package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"

	"beyonder/engine/model"
	"beyonder/engine/token"
)

// Importance is what a text shows of how much each column of a model's matrices
// matters: an importance matrix (llama.cpp's tools/imatrix).
type Importance struct {
	Chunks  int // that were read
	Of      int // that there are
	Tokens  int // of a chunk
	Columns []*Columns
}

// Importance reads a text in chunks of so many tokens, each from an empty context
// and begun with BOS if the model wants one, and yields after each what has come
// together so far; it is valid until the next. The rest that fills no chunk is
// left out. most limits the chunks; 0: all. It computes on the processor, whatever
// the model was loaded on.
func (l *Local) Importance(ctx context.Context, text string, chunk, most int) iter.Seq2[*Importance, error] {
	return func(yield func(*Importance, error) bool) {
		l.busy.Lock()
		defer l.busy.Unlock()
		m := l.current()
		if m == nil {
			yield(nil, ErrNoModel)
			return
		}
		if err := m.importance(ctx, text, chunk, most, yield); err != nil && !errors.Is(err, errBreak) {
			yield(nil, err)
		}
	}
}

func (m *loaded) importance(ctx context.Context, text string, chunk, most int, yield func(*Importance, error) bool) error {
	chunks, err := m.chunks(text, chunk, most)
	if err != nil {
		return err
	}
	d := &witness{device: m.processor(m.asked)}
	defer d.Close()
	o := m.options
	o.Batch = min(o.Batch, chunk)
	watched, err := model.New(m.file, m.config, d, o)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(m.info.Path), err)
	}
	found := &Importance{Of: len(chunks), Tokens: chunk, Columns: d.seen}
	for _, ids := range chunks {
		for at := 0; at < len(ids); at += o.Batch {
			if err := watched.Step(ctx, ids[at:min(at+o.Batch, len(ids))], at, nil); err != nil {
				return err
			}
			if d.err != nil {
				return d.err
			}
		}
		found.Chunks++
		if !yield(found, nil) {
			return errBreak
		}
	}
	return nil
}

// leastChunk is below what llama.cpp counts at all.
const leastChunk = 16

// chunks cuts a text's tokens. A text shorter than one chunk is one.
func (m *loaded) chunks(text string, size, most int) ([][]int32, error) {
	if size < leastChunk || size > m.info.Context {
		return nil, fmt.Errorf("chunks of %d tokens cannot be read: choose %d to %d, the context window", size, leastChunk, m.info.Context)
	}
	ids := m.tok.Encode(text, token.Options{BOS: true})
	if len(ids) < leastChunk {
		return nil, fmt.Errorf("the text has %d tokens, too few to show what matters: take at least %d, better some ten thousand", len(ids), leastChunk)
	}
	if len(ids) < size {
		return [][]int32{ids}, nil
	}
	var chunks [][]int32
	for ; len(ids) >= size && (most <= 0 || len(chunks) < most); ids = ids[size:] {
		chunks = append(chunks, ids[:size:size])
		if m.tok.AddsBOS() {
			ids[0] = m.tok.BOS()
		}
	}
	return chunks, nil
}
