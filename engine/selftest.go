package engine

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"beyonder/engine/compute"
	"beyonder/engine/cpu"
	"beyonder/engine/model"
	"beyonder/engine/quant"
)

// A graphics driver that computes wrongly would spoil every word without a sign
// of it. So before a card is trusted with a model, it runs a small mixture of
// experts, in the weight types of that model, beside the processor.

// selfTestBound is how far a card's logits may lie from the processor's, in
// standard deviations. Rounding stays a thousand times below, an error in a
// kernel far above.
const selfTestBound = 0.02

// selfTest compares the card with the processor on weights of each of types.
// The error names the type and the difference.
func selfTest(ctx context.Context, card compute.Device, types []quant.Type) error {
	for _, t := range types {
		src := newSampleModel(t)
		want, err := src.logits(ctx, cpu.New(cpu.Options{Threads: 1, Exact: true}), true)
		if err != nil {
			return err
		}
		got, err := src.logits(ctx, card, false)
		if err != nil {
			return fmt.Errorf("the graphics card failed its test on weights of type %s: %w", t, err)
		}
		if off := farthest(got, want); !(off <= selfTestBound) {
			return fmt.Errorf("the graphics driver of %s computes wrongly on weights of type %s (off by %.2g standard deviations)", card.Name(), t, off)
		}
	}
	return nil
}

// testedTypes are the types of the model's matrices that test weights can be
// made of; the others become one of these on the card.
func (m *loaded) testedTypes() []quant.Type {
	var types []quant.Type
	for _, x := range m.file.table() {
		t, known := quant.Named(x.Type)
		if len(x.Shape) < 2 || !known || !quant.Encodable(t) || quant.NeedsImportance(t) || slices.Contains(types, t) {
			continue
		}
		types = append(types, t)
	}
	return types
}

// farthest is the largest difference in standard deviations of want.
func farthest(got, want []float32) float64 {
	mean, square, off := 0.0, 0.0, 0.0
	for i, w := range want {
		mean += float64(w) / float64(len(want))
		square += float64(w) * float64(w) / float64(len(want))
		d := math.Abs(float64(got[i]) - float64(w))
		if d != d {
			return math.NaN()
		}
		off = max(off, d)
	}
	return off / math.Sqrt(square-mean*mean)
}

// sampleModel is a mixture of three experts in one layer, with random weights.
type sampleModel struct {
	model.Metadata // nil: nothing is asked of it
	t              quant.Type
	c              model.Config
	rng            *rand.Rand
	tensors        map[string]model.Tensor
}

func newSampleModel(t quant.Type) *sampleModel {
	return &sampleModel{
		t: t, rng: rand.New(rand.NewPCG(4, 7)), tensors: map[string]model.Tensor{},
		c: model.Config{
			Architecture: "llama", Layers: 1, Width: 256, FeedForward: 256, Heads: 4, KVHeads: 2, HeadDim: 64,
			Experts: 3, Used: 2, Vocabulary: 96, Context: 32, Epsilon: 1e-5,
			Rope: model.RopeConfig{Dims: 64, Base: 10000, Scaling: "none", Factor: 1},
		},
	}
}

// Tensor makes a tensor the first time it is asked for.
func (y *sampleModel) Tensor(name string) (model.Tensor, bool) {
	shape, known := map[string][]uint64{
		"token_embd.weight": {256, 96}, "output_norm.weight": {256}, "output.weight": {256, 96},
		"blk.0.attn_norm.weight": {256}, "blk.0.ffn_norm.weight": {256},
		"blk.0.attn_q.weight": {256, 256}, "blk.0.attn_k.weight": {256, 128}, "blk.0.attn_v.weight": {256, 128},
		"blk.0.attn_output.weight": {256, 256}, "blk.0.ffn_gate_inp.weight": {256, 3},
		"blk.0.ffn_gate_exps.weight": {256, 256, 3}, "blk.0.ffn_up_exps.weight": {256, 256, 3}, "blk.0.ffn_down_exps.weight": {256, 256, 3},
	}[name]
	if !known {
		return model.Tensor{}, false
	}
	if x, ok := y.tensors[name]; ok {
		return x, true
	}
	x := model.Tensor{Type: y.t, Shape: shape}
	if len(shape) == 1 || name == "blk.0.ffn_gate_inp.weight" {
		x.Type = quant.F32
	}
	x.Data = y.weights(x)
	y.tensors[name] = x
	return x, true
}

func (y *sampleModel) weights(x model.Tensor) []byte {
	n := 1
	for _, d := range x.Shape {
		n *= int(d)
	}
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(y.rng.NormFloat64()) / 8
		if len(x.Shape) == 1 {
			values[i]++
		}
	}
	data := make([]byte, x.Type.RowBytes(n))
	if err := quant.Quantize(x.Type, data, values); err != nil {
		panic(err) // testedTypes lets only types through that can be made
	}
	return data
}

// logits reads a prompt of nine tokens and writes one more. own closes the device.
func (y *sampleModel) logits(ctx context.Context, d compute.Device, own bool) ([]float32, error) {
	if own {
		defer d.Close()
	}
	m, err := model.New(y, y.c, d, model.Options{Context: 16, Batch: 9})
	if err != nil {
		return nil, err
	}
	rows := [][]float32{make([]float32, y.c.Vocabulary), make([]float32, y.c.Vocabulary)}
	ids := []int32{1, 90, 7, 33, 33, 8, 64, 95, 2, 17}
	if err := m.Step(ctx, ids[:9], 0, rows[:1]); err != nil {
		return nil, err
	}
	if err := m.Step(ctx, ids[9:], 9, rows[1:]); err != nil {
		return nil, err
	}
	return slices.Concat(rows[0], rows[1]), nil
}
