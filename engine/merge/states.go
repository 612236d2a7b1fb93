package merge

import (
	"context"
	"fmt"
	"math"

	"beyonder/engine"
	"beyonder/engine/token"
)

// noRouters are routers of the right size, to see whether all else fits.
func (m *mixture) noRouters() [][]float32 {
	rows := make([][]float32, m.base.layers)
	width, _ := m.base.uint(m.base.prefix + "embedding_length")
	for l := range rows {
		rows[l] = make([]float32, int(min(max(width, 1), 1<<20))*len(m.experts))
	}
	return rows
}

// routers makes the mixture's routers, reading prompts with the base model if
// the gate mode calls for it.
func (m *merger) routers(x *mixture) ([][]float32, error) {
	if x.mode != gateHidden && x.mode != gateEmbed {
		return m.rows(x, nil)
	}
	reader, err := m.openReader(x)
	if err != nil {
		return nil, err
	}
	defer reader.local.Close()
	return m.rows(x, reader)
}

// rows makes the routers with the base as reader has it, nil if the gate mode
// reads nothing.
func (m *merger) rows(x *mixture, reader *reader) ([][]float32, error) {
	embed, err := x.base.view(embeddings)
	if err != nil {
		return nil, err
	}
	if len(embed.shape) != 2 {
		return nil, fmt.Errorf("model %s: tensor %s has the shape %v, which is not a matrix", x.base.name, embeddings, embed.shape)
	}
	r := &routers{layers: x.base.layers, width: int(embed.shape[0]), embed: embed, seed: m.Seed}
	done, total := 0, 0
	for _, e := range x.mixtureConfig.experts {
		total += len(e.positive) + len(e.negative)
	}
	r.done = func(n int) error {
		done += n
		return m.tell(Progress{Stage: "reading the prompts", Done: int64(done), Total: int64(total)})
	}
	if reader != nil {
		r.prompts = reader
	}
	return r.rows(m.ctx, x.mode, x.mixtureConfig.experts)
}

// reader is the base model, as the engine runs it.
type reader struct {
	name  string
	tok   *token.Tokenizer
	local *engine.Local
}

// openReader opens the base's vocabulary and, for hidden states, the base.
func (m *merger) openReader(x *mixture) (*reader, error) {
	tok, err := engine.OpenVocabulary(x.base.path)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", x.base.name, err)
	}
	r := &reader{name: x.base.name, tok: tok, local: engine.NewLocal()}
	if x.mode != gateHidden {
		return r, nil
	}
	longest := 1
	for _, text := range m.sentences {
		ids, err := r.ids(text)
		if err != nil {
			return nil, err
		}
		longest = max(longest, len(ids))
	}
	for _, e := range x.mixtureConfig.experts {
		for _, text := range append(append([]string(nil), e.positive...), e.negative...) {
			ids, err := r.ids(text)
			if err != nil {
				return nil, err
			}
			longest = max(longest, len(ids))
		}
	}
	if err := m.load(r.local, x.base.path, longest); err != nil {
		r.local.Close() // not in load's loop: there the engine is busy loading
		return nil, err
	}
	return r, nil
}

// load loads the base in float32 throughout: routers are made once, and what
// tells prompts apart is small beside what they have in common.
func (m *merger) load(l *engine.Local, path string, context int) error {
	o := engine.LoadOptions{Path: path, Device: "cpu", Context: context, Exact: true, Threads: m.Threads, Force: true}
	for p, err := range l.Load(m.ctx, o) {
		if err == nil {
			err = m.tell(Progress{Stage: "reading the base model", Done: p.Done, Total: p.Total})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ids puts the token that begins texts before the prompt's own, once, whatever
// the vocabulary says: mergekit writes it into the prompt. Control tokens that
// the prompt spells are read as such.
func (r *reader) ids(prompt string) ([]int32, error) {
	ids := r.tok.Encode(prompt, token.Options{Special: true})
	if bos := r.tok.BOS(); bos >= 0 {
		ids = append([]int32{bos}, ids...)
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("the prompt %q has no tokens", prompt)
	}
	return ids, nil
}

func (r *reader) residual(ctx context.Context, ids []int32) ([][]float32, error) {
	rows, err := r.local.Residual(ctx, ids)
	if err != nil {
		return nil, err
	}
	for l, row := range rows {
		for _, v := range row {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return nil, fmt.Errorf("model %s computes values that are not finite in layer %d", r.name, l)
			}
		}
	}
	return rows, nil
}
