package merge

import (
	"context"
	"fmt"
	"math"
)

// prompts is what the base model makes of texts.
type prompts interface {
	// ids are a prompt's tokens, the one that begins texts first.
	ids(prompt string) ([]int32, error)
	// residual is the residual stream of the last of ids as it enters each
	// layer, a row per layer.
	residual(ctx context.Context, ids []int32) ([][]float32, error)
}

// routers are the rows of a mixture's routers: for each layer those of all
// experts, one after another. A row is a direction; the router's logit is how
// far a token's normed state reaches in it.
type routers struct {
	layers, width int
	embed         *view
	prompts       prompts
	seed          int64
	done          func(prompts int) error // called after each, and may end it
}

// rows computes them in the way that mode says.
func (r *routers) rows(ctx context.Context, mode gateMode, experts []expertConfig) ([][]float32, error) {
	out := make([][]float32, r.layers)
	for l := range out {
		out[l] = make([]float32, len(experts)*r.width)
	}
	for e, expert := range experts {
		vectors, err := r.expert(ctx, mode, e, expert)
		if err != nil {
			return nil, err
		}
		for l := range out {
			for i, v := range vectors[l] {
				out[l][e*r.width+i] = float32(v)
			}
		}
	}
	return out, nil
}

// expert is one expert's vector for each layer.
func (r *routers) expert(ctx context.Context, mode gateMode, e int, c expertConfig) ([][]float64, error) {
	if mode == gateRandom || mode == gateUniform {
		return r.drawn(mode, e), nil
	}
	of := r.hidden
	if mode == gateEmbed {
		of = r.embedded
	}
	vectors, err := of(ctx, c.positive)
	if err == nil && len(c.negative) > 0 {
		var away [][]float64
		if away, err = of(ctx, c.negative); err == nil {
			for l := range vectors {
				for i := range vectors[l] {
					vectors[l][i] -= away[l][i]
				}
			}
		}
	}
	for _, v := range vectors {
		normalize(v)
	}
	return vectors, err
}

func (r *routers) drawn(mode gateMode, e int) [][]float64 {
	out := make([][]float64, r.layers)
	row := make([]float32, r.width)
	for l := range out {
		stream := newRandom(r.seed, inLayer(l, "ffn_gate_inp.weight"), e, 0)
		if mode == gateRandom {
			stream.normal(row)
		} else {
			stream.uniform(row, 1/math.Sqrt(float64(r.width)))
		}
		out[l] = make([]float64, r.width)
		for i, x := range row {
			out[l][i] = float64(x)
		}
	}
	return out
}

// hidden is the mean over the prompts of the residual stream at their last tokens.
func (r *routers) hidden(ctx context.Context, texts []string) ([][]float64, error) {
	sum := make([][]float64, r.layers)
	for l := range sum {
		sum[l] = make([]float64, r.width)
	}
	for _, text := range texts {
		ids, err := r.prompts.ids(text)
		if err != nil {
			return nil, err
		}
		rows, err := r.prompts.residual(ctx, ids)
		if err != nil {
			return nil, fmt.Errorf("the prompt %q cannot be read: %w", text, err)
		}
		for l := range sum {
			for i, x := range rows[l] {
				sum[l][i] += float64(x) / float64(len(texts))
			}
		}
		if err := r.done(1); err != nil {
			return nil, err
		}
	}
	return sum, nil
}

// embedded is the sum of the embeddings of all tokens of all prompts, of length
// 1, the same for each layer.
func (r *routers) embedded(_ context.Context, texts []string) ([][]float64, error) {
	if err := r.embed.open(); err != nil {
		return nil, err
	}
	defer r.embed.close()
	sum, row := make([]float64, r.width), make([]float32, r.width)
	for _, text := range texts {
		ids, err := r.prompts.ids(text)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if int(id) >= int(r.embed.shape[1]) {
				return nil, fmt.Errorf("model %s has no embedding for token %d of the prompt %q", r.embed.model.name, id, text)
			}
			if err := r.embed.decode(row, int(id)*r.width); err != nil {
				return nil, err
			}
			for i, x := range row {
				sum[i] += float64(x)
			}
		}
	}
	normalize(sum)
	out := make([][]float64, r.layers)
	for l := range out {
		out[l] = append([]float64(nil), sum...)
	}
	return out, nil
}

// normalize gives v the length 1.
func normalize(v []float64) {
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	length := max(math.Sqrt(sum), 1e-8)
	for i := range v {
		v[i] /= length
	}
}

// condition is the ratio of a matrix's largest and smallest singular value:
// where it is large, its rows (n of them) are so alike that the router hardly
// tells the experts apart. The singular values' squares are the eigenvalues of
// the rows' inner products, found by Jacobi's rotations.
func condition(rows []float32, n int) float64 {
	width := len(rows) / n
	g := make([][]float64, n)
	for i := range g {
		g[i] = make([]float64, n)
		for j := range g[i] {
			for k := range width {
				g[i][j] += float64(rows[i*width+k]) * float64(rows[j*width+k])
			}
		}
	}
	for range 50 {
		for p := range n {
			for q := p + 1; q < n; q++ {
				rotate(g, p, q)
			}
		}
	}
	low, high := math.Inf(1), 0.0
	for i := range g {
		low, high = min(low, g[i][i]), max(high, g[i][i])
	}
	return math.Sqrt(high / max(low, 1e-300))
}

// rotate makes g[p][q] of a symmetric matrix 0 and keeps its eigenvalues.
func rotate(g [][]float64, p, q int) {
	if g[p][q] == 0 {
		return
	}
	angle := math.Atan2(2*g[p][q], g[q][q]-g[p][p]) / 2
	sin, cos := math.Sincos(angle)
	for k := range g {
		a, b := g[k][p], g[k][q]
		g[k][p], g[k][q] = cos*a-sin*b, sin*a+cos*b
	}
	for k := range g {
		a, b := g[p][k], g[q][k]
		g[p][k], g[q][k] = cos*a-sin*b, sin*a+cos*b
	}
}

// alike tells of layers whose router rows are nearly the same; above this
// condition number mergekit warns.
func alike(rows [][]float32, experts int) string {
	count := 0
	if experts > 64 {
		return "" // the rotations would take longer than the warning is worth
	}
	for _, layer := range rows {
		if condition(layer, experts) > 5 {
			count++
		}
	}
	if count == 0 {
		return ""
	}
	return fmt.Sprintf("in %d of %d layers the router can hardly tell the experts apart: their prompts are too much alike", count, len(rows))
}
