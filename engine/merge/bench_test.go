package merge

import (
	"context"
	"io"
	"testing"

	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

// memory is a Source that holds its tensors.
type memory map[string]gguf.Tensor

func (memory) Keys() []string           { return nil }
func (memory) Value(string) (any, bool) { return nil, false }
func (memory) Tensors() []gguf.Tensor   { return nil }
func (memory) Guard(do func()) error    { do(); return nil }
func (memory) Close() error             { return nil }
func (m memory) Tensor(name string) (gguf.Tensor, bool) {
	t, ok := m[name]
	return t, ok
}

// randomView is a tensor of so many rows of 4096 normally distributed weights.
func randomView(t testing.TB, typ quant.Type, rows int, seed int64) *view {
	return randomMatrix(t, typ, 4096, rows, seed)
}

func randomMatrix(t testing.TB, typ quant.Type, width, rows int, seed int64) *view {
	t.Helper()
	x := make([]float32, width*rows)
	newRandom(seed, "test", 0, 0).normal(x)
	data := make([]byte, typ.RowBytes(len(x)))
	if err := quant.Quantize(typ, data, x); err != nil {
		t.Fatal(err)
	}
	shape := []uint64{uint64(width), uint64(rows)}
	return &view{
		model: &model{Source: memory{"x": {Name: "x", Type: typ, Shape: shape, Data: data}}, name: "memory"},
		name:  "x", typ: typ, shape: shape,
	}
}

func BenchmarkMethods(b *testing.B) {
	base, one, two := randomView(b, quant.F16, 1024, 1), randomView(b, quant.F16, 1024, 2), randomView(b, quant.F16, 1024, 3)
	changes := func(density float64, random bool) []*change {
		return []*change{
			{of: one, weight: 0.5, density: density, random: random, rescale: random, name: "x", number: 1},
			{of: two, weight: 0.5, density: density, random: random, rescale: random, name: "x", number: 2},
		}
	}
	for name, f := range map[string]formula{
		"copy":            &scaled{x: base, factor: 1},
		"linear":          &linear{models: []*view{base, one, two}, weights: []float32{1, 1, 1}, divisor: 3},
		"slerp":           &slerp{a: base, b: one, t: 0.3},
		"task_arithmetic": &arithmetic{base: base, changes: changes(1, false), lambda: 1},
		"ties":            &arithmetic{base: base, changes: changes(0.5, false), consensus: true, normalize: true, lambda: 1},
		"dare_ties":       &arithmetic{base: base, changes: changes(0.5, true), consensus: true, lambda: 1},
	} {
		b.Run(name, func(b *testing.B) {
			o := computed("x", quant.F16, base.shape, f)
			b.SetBytes(o.bytes())
			for b.Loop() {
				if _, err := io.Copy(io.Discard, &stream{ctx: context.Background(), threads: 2, out: o}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
