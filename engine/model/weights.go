package model

import (
	"fmt"
	"slices"

	"beyonder/engine/compute"
	"beyonder/engine/quant"
)

// Tensor is a tensor as it stands in a file.
type Tensor struct {
	Type  quant.Type
	Shape []uint64 // fastest-varying first
	Data  []byte
}

// Source gives tensors by their GGUF names.
type Source interface {
	Metadata
	Tensor(name string) (Tensor, bool)
}

// weights is everything a model has learned, on its devices.
type weights struct {
	embed  compute.Matrix
	norm   compute.Matrix
	output compute.Matrix
	layers []layer
}

type layer struct {
	attnNorm, q, k, v, o compute.Matrix
	ffnNorm              compute.Matrix
	gate, up, down       compute.Matrix  // dense
	router               compute.Matrix  // nil: dense
	gates, ups, downs    compute.Experts // with a router
}

// loader uploads tensors to dev, which changes as it goes, and keeps the first error.
type loader struct {
	src Source
	dev compute.Device
	err error
}

func loadWeights(src Source, at layout, c Config) (weights, error) {
	l := &loader{src: src, dev: at.embed.dev}
	const embeddings, output = "token_embd.weight", "output.weight"
	w := weights{embed: l.matrix(embeddings, c.Width, c.Vocabulary), layers: make([]layer, c.Layers)}
	l.dev = at.output.dev
	w.norm = l.matrix("output_norm.weight", c.Width, 1)
	switch _, own := src.Tensor(output); {
	case own:
		w.output = l.matrix(output, c.Width, c.Vocabulary)
	case at.embed == at.output: // tied: the embeddings serve as output matrix
		w.output = w.embed
	default:
		w.output = l.matrix(embeddings, c.Width, c.Vocabulary)
	}
	for i := range w.layers {
		w.layers[i] = l.layer(fmt.Sprintf("blk.%d.", i), c, at.attention[i].dev, at.feed[i].dev)
		if l.err != nil {
			return w, l.err
		}
	}
	return w, l.err
}

func (l *loader) layer(at string, c Config, attention, feed compute.Device) layer {
	q, kv := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	l.dev = attention
	y := layer{
		attnNorm: l.matrix(at+"attn_norm.weight", c.Width, 1),
		q:        l.matrix(at+"attn_q.weight", c.Width, q),
		k:        l.matrix(at+"attn_k.weight", c.Width, kv),
		v:        l.matrix(at+"attn_v.weight", c.Width, kv),
		o:        l.matrix(at+"attn_output.weight", q, c.Width),
	}
	l.dev = feed
	y.ffnNorm = l.matrix(at+"ffn_norm.weight", c.Width, 1)
	for _, name := range []string{"attn_q.bias", "attn_k.bias", "attn_v.bias", "attn_output.bias"} {
		if _, ok := l.src.Tensor(at + name); ok {
			l.fail("tensor %q: models with attention biases are not supported", at+name)
		}
	}
	if c.Experts == 0 {
		y.gate = l.matrix(at+"ffn_gate.weight", c.Width, c.FeedForward)
		y.up = l.matrix(at+"ffn_up.weight", c.Width, c.FeedForward)
		y.down = l.matrix(at+"ffn_down.weight", c.FeedForward, c.Width)
		return y
	}
	y.router = l.routerMatrix(at+"ffn_gate_inp.weight", c)
	y.gates = l.experts(at, "ffn_gate", c.Width, c.FeedForward, c.Experts)
	y.ups = l.experts(at, "ffn_up", c.Width, c.FeedForward, c.Experts)
	y.downs = l.experts(at, "ffn_down", c.FeedForward, c.Width, c.Experts)
	return y
}

func (l *loader) fail(format string, args ...any) {
	if l.err == nil {
		l.err = fmt.Errorf(format, args...)
	}
}

// tensor finds a tensor and checks its shape to the last number.
func (l *loader) tensor(name string, shape ...int) (Tensor, bool) {
	t, ok := l.src.Tensor(name)
	if !ok {
		l.fail("tensor %q is missing: the file is incomplete or of another architecture", name)
		return t, false
	}
	want := make([]uint64, 0, len(shape))
	for _, n := range shape {
		want = append(want, uint64(n))
	}
	for len(want) > 1 && want[len(want)-1] == 1 && len(t.Shape) < len(want) {
		want = want[:len(want)-1]
	}
	if !slices.Equal(t.Shape, want) {
		l.fail("tensor %q has the shape %v, but the header calls for %v", name, t.Shape, want)
		return t, false
	}
	return t, true
}

func (l *loader) matrix(name string, in, out int) compute.Matrix {
	t, ok := l.tensor(name, in, out)
	if !ok || l.err != nil {
		return nil
	}
	return l.upload(compute.Weights{Name: name, Type: t.Type, In: in, Out: out, Data: t.Data})
}

func (l *loader) routerMatrix(name string, c Config) compute.Matrix {
	t, ok := l.tensor(name, c.Width, c.Experts)
	if !ok || l.err != nil {
		return nil
	}
	return l.upload(compute.Weights{
		Name: name, Type: t.Type, In: c.Width, Out: c.Experts, Data: t.Data,
		HalfInput: t.Type == quant.F16,
	})
}

func (l *loader) upload(w compute.Weights) compute.Matrix {
	m, err := l.dev.Upload(w)
	if err != nil {
		l.fail("%w", err)
		return nil
	}
	return m
}

// experts reads either layout: one tensor of all experts ("ffn_up_exps"), or
// one per expert as files of early 2024 have it ("ffn_up.3").
func (l *loader) experts(at, name string, in, out, count int) compute.Experts {
	ws := make([]compute.Weights, count)
	if _, split := l.src.Tensor(at + name + ".0.weight"); split {
		for e := range ws {
			n := fmt.Sprintf("%s%s.%d.weight", at, name, e)
			t, _ := l.tensor(n, in, out)
			ws[e] = compute.Weights{Name: n, Type: t.Type, In: in, Out: out, Data: t.Data}
		}
	} else {
		n := at + name + "_exps.weight"
		t, ok := l.tensor(n, in, out, count)
		for e := range ws {
			ws[e] = compute.Weights{Name: n, Type: t.Type, In: in, Out: out}
			if ok {
				size := len(t.Data) / count
				ws[e].Data = t.Data[e*size : (e+1)*size]
			}
		}
	}
	if l.err != nil {
		return nil
	}
	es, err := l.dev.UploadExperts(ws)
	if err != nil {
		l.fail("%w", err)
	}
	return es
}

// ropeFactors reads the llama3 divisors, if the file has them.
func (l *loader) ropeFactors(c Config) []float32 {
	const name = "rope_freqs.weight"
	if _, ok := l.src.Tensor(name); !ok {
		return nil
	}
	t, ok := l.tensor(name, c.Rope.Dims/2)
	if !ok || t.Type != quant.F32 {
		l.fail("tensor %q is of type %s, not F32", name, t.Type)
		return nil
	}
	f := make([]float32, c.Rope.Dims/2)
	quant.Dequantize(t.Type, f, t.Data)
	for _, v := range f {
		if !(v > 0) {
			l.fail("tensor %q holds the divisor %v, which is not a positive number", name, v)
		}
	}
	return f
}
