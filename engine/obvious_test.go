package engine

import (
	"fmt"
	"math"
	"slices"
)

// forward computes the logits after each token as the papers write it: one
// position at a time, in float64, every weight multiplied where it stands.
func (y *toy) forward(tokens []int32) [][]float32 {
	var out [][]float32
	keys, values := make([][][]float64, y.layers), make([][][]float64, y.layers)
	for pos, id := range tokens {
		embed := y.matrices["token_embd.weight"]
		x := make([]float64, y.width)
		for i := range x {
			x[i] = float64(embed.w[int(id)*y.width+i])
		}
		for l := range y.layers {
			at := fmt.Sprintf("blk.%d.", l)
			z := y.norm(x, at+"attn_norm.weight")
			q := y.rotate(y.times(at+"attn_q.weight", z), pos)
			keys[l] = append(keys[l], y.rotate(y.times(at+"attn_k.weight", z), pos))
			values[l] = append(values[l], y.times(at+"attn_v.weight", z))
			plus(x, 1, y.times(at+"attn_output.weight", y.attend(q, keys[l], values[l])))
			y.think(x, y.norm(x, at+"ffn_norm.weight"), at)
		}
		name := "output.weight"
		if y.tied {
			name = "token_embd.weight"
		}
		row := make([]float32, y.vocabulary)
		for i, v := range y.times(name, y.norm(x, "output_norm.weight")) {
			row[i] = float32(v)
		}
		out = append(out, row)
	}
	return out
}

func (y *toy) times(name string, x []float64) []float64 {
	m := y.matrices[name]
	if y.watch != nil {
		y.watch(name, x)
	}
	out := make([]float64, m.out)
	for o := range out {
		for i := range x {
			out[o] += float64(m.w[o*m.in+i]) * x[i]
		}
	}
	return out
}

func plus(x []float64, by float64, y []float64) {
	for i := range x {
		x[i] += by * y[i]
	}
}

func (y *toy) norm(x []float64, name string) []float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v / math.Sqrt(sum/float64(len(x))+1e-5) * float64(y.matrices[name].w[i])
	}
	return out
}

func (y *toy) rotate(x []float64, pos int) []float64 {
	for head := 0; head < len(x); head += y.headDim {
		for i := 0; i < y.dims(); i += 2 {
			s, c := math.Sincos(float64(pos) * math.Pow(10000, -float64(i)/float64(y.dims())))
			a, b := x[head+i], x[head+i+1]
			x[head+i], x[head+i+1] = a*c-b*s, a*s+b*c
		}
	}
	return x
}

func (y *toy) attend(q []float64, keys, values [][]float64) []float64 {
	out := make([]float64, len(q))
	for h := range y.heads {
		at, from := h*y.headDim, h/(y.heads/y.kvHeads)*y.headDim
		weights := make([]float64, len(keys))
		for p, k := range keys {
			for i := range y.headDim {
				weights[p] += q[at+i] * k[from+i] / math.Sqrt(float64(y.headDim))
			}
		}
		for p, w := range softmax(weights) {
			plus(out[at:at+y.headDim], w, values[p][from:])
		}
	}
	return out
}

func softmax(x []float64) []float64 {
	out, sum := make([]float64, len(x)), 0.0
	for i, v := range x {
		out[i] = math.Exp(v - slices.Max(x))
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// think adds the feed-forward layer of z to x, or that of the chosen experts.
func (y *toy) think(x, z []float64, at string) {
	if y.experts == 0 {
		plus(x, 1, y.gated(z, at, ".weight"))
		return
	}
	p := softmax(y.times(at+"ffn_gate_inp.weight", z))
	order := make([]int, y.experts)
	for e := range order {
		order[e] = e
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if p[a] > p[b] {
			return -1
		}
		return 1
	})
	sum := 0.0
	for _, e := range order[:y.used] {
		sum += p[e]
	}
	for _, e := range order[:y.used] {
		plus(x, p[e]/sum, y.gated(z, at, fmt.Sprintf(".%d.weight", e)))
	}
}

func (y *toy) gated(z []float64, at, end string) []float64 {
	gate, up := y.times(at+"ffn_gate"+end, z), y.times(at+"ffn_up"+end, z)
	for i, g := range gate {
		up[i] *= g / (1 + math.Exp(-g))
	}
	return y.times(at+"ffn_down"+end, up)
}
