package merge

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"runtime"
)

// Sentence is where a mixture's routers would send a text.
type Sentence struct {
	Text   string
	Shares []float64 // by expert: its part of the work, the mean over all layers, 0 to 1
}

// Preview tells which experts the mixture of a configuration would send each
// sentence to, without writing it: the routers are made as Merge makes them, and
// the base model reads the sentences as it reads the prompts. The state that
// enters a layer stands for the one that its router would see, so that the parts
// are close, not exact. Only gate_mode hidden can be previewed.
func Preview(ctx context.Context, o Options, sentences []string) iter.Seq2[Progress, error] {
	return func(yield func(Progress, error) bool) {
		m := &merger{Options: o, ctx: ctx, yield: func(p Progress) bool { return yield(p, nil) }, sentences: sentences}
		if m.Threads <= 0 {
			m.Threads = runtime.GOMAXPROCS(0)
		}
		m.library = &library{folder: filepath.Dir(o.Config), models: map[string]*model{}}
		found, err := m.preview()
		err = errors.Join(err, m.library.close())
		switch {
		case errors.Is(err, errBreak):
		case err != nil:
			yield(Progress{}, err)
		default:
			yield(Progress{Stage: "done", Done: 1, Total: 1, Sentences: found}, nil)
		}
	}
}

func (m *merger) preview() ([]Sentence, error) {
	text, err := os.ReadFile(m.Config)
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be read: %w", err)
	}
	c, err := readConfig(text)
	if err != nil {
		return nil, err
	}
	if c.mixture == nil || c.mixture.mode != gateHidden {
		return nil, errors.New("only a mixture whose gate_mode is hidden can be previewed")
	}
	x, err := m.openMixture(c.mixture)
	if err != nil {
		return nil, err
	}
	if _, err := x.plan(x.noRouters()); err != nil {
		return nil, err
	}
	r, err := m.openReader(x)
	if err != nil {
		return nil, err
	}
	defer r.local.Close()
	rows, err := m.rows(x, r)
	if err != nil {
		return nil, err
	}
	gains, err := x.gains()
	if err != nil {
		return nil, err
	}
	var found []Sentence
	for i, text := range m.sentences {
		if err := m.tell(Progress{Stage: "reading the sentences", Done: int64(i), Total: int64(len(m.sentences))}); err != nil {
			return nil, err
		}
		s, err := m.route(x, r, text, rows, gains)
		if err != nil {
			return nil, err
		}
		found = append(found, s)
	}
	return found, nil
}

// gains are the weights of the norm before each layer's router.
func (m *mixture) gains() ([][]float32, error) {
	gains := make([][]float32, m.base.layers)
	for l := range gains {
		v, err := m.base.view(inLayer(l, "ffn_norm.weight"))
		if err != nil {
			return nil, err
		}
		if err := v.open(); err != nil {
			return nil, err
		}
		gains[l] = make([]float32, weightsOf(v.shape))
		err = v.decode(gains[l], 0)
		v.close()
		if err != nil {
			return nil, err
		}
	}
	return gains, nil
}

// route sends a sentence's last token through the routers.
func (m *merger) route(x *mixture, r *reader, text string, rows, gains [][]float32) (Sentence, error) {
	s := Sentence{Text: text, Shares: make([]float64, len(x.experts))}
	ids, err := r.ids(text)
	if err != nil {
		return s, err
	}
	states, err := r.residual(m.ctx, ids)
	if err != nil {
		return s, fmt.Errorf("the sentence %q cannot be read: %w", text, err)
	}
	for l, state := range states {
		for e, part := range chosen(logits(state, gains[l], rows[l], len(x.experts)), x.used) {
			s.Shares[e] += part / float64(len(states))
		}
	}
	return s, nil
}

// logits are those of a router: its rows times the normed state.
func logits(state, gain, rows []float32, experts int) []float64 {
	square := 0.0
	for _, v := range state {
		square += float64(v) * float64(v)
	}
	scale := 1 / math.Sqrt(square/float64(len(state))+1e-5)
	out := make([]float64, experts)
	for e := range out {
		for i, v := range state {
			out[e] += float64(v) * scale * float64(gain[i]) * float64(rows[e*len(state)+i])
		}
	}
	return out
}

// chosen is the softmax over the used largest logits, 0 for the others.
func chosen(logits []float64, used int) []float64 {
	parts, sum, most := make([]float64, len(logits)), 0.0, math.Inf(-1)
	for n := range used {
		best := -1
		for e, v := range logits {
			if parts[e] == 0 && (best < 0 || v > logits[best]) {
				best = e
			}
		}
		if n == 0 {
			most = logits[best]
		}
		parts[best] = max(math.Exp(logits[best]-most), 1e-12)
		sum += parts[best]
	}
	for e := range parts {
		parts[e] /= sum
	}
	return parts
}
