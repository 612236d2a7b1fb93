// Package computetest is the conformance suite of compute.Device: every verb
// against a slow and obvious float64 version of it, on random data in several
// shapes. Each device's tests call Run.
//
// Its one rule: the expected values are computed here, from the definition of
// the verb, never by another device.
package computetest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"beyonder/engine/compute"
	"beyonder/engine/quant"
)

// Suite says what is under test.
type Suite struct {
	New func(t *testing.T) compute.Device
	// Types are the weight types to multiply with.
	Types []quant.Type
	// Tolerance of a product in float32, relative to the root of the sum of its
	// squared terms: about 3e-5.
	Tolerance float64
	// Steps gives, for each value of a row that weights of type t multiply, how far
	// apart the numbers are that it is rounded to; nil: it is not. A device without
	// it rounds nothing.
	Steps func(t quant.Type, row []float32) []float64
}

// Run tests every verb.
func Run(t *testing.T, s Suite) {
	for _, v := range []struct {
		name string
		test func(*bench)
	}{
		{"Write", writeRows}, {"Embed", embed}, {"RMSNorm", rmsNorm}, {"MatMul", matMul}, {"MatMulHalf", matMulHalf}, {"Rotate", rotate},
		{"Attend", attend}, {"SwiGLU", swiGLU}, {"Route", route}, {"Prefer", prefer}, {"Experts", expert}, {"Layer", layers},
		{"Failure", failure}, {"Cancel", cancel},
	} {
		t.Run(v.name, func(t *testing.T) {
			b := &bench{T: t, s: s, dev: s.New(t), rng: rand.New(rand.NewPCG(1, 2))}
			defer b.dev.Close()
			b.dev.Begin(context.Background())
			v.test(b)
		})
	}
}

// bench is one verb's test.
type bench struct {
	*testing.T
	s   Suite
	dev compute.Device
	rng *rand.Rand
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) random(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(b.rng.NormFloat64())
	}
	return x
}

// rows makes rows that hold data, written by way of Embed, the one verb that
// takes numbers from outside.
func (b *bench) rows(data []float32, n, width int) compute.Rows {
	b.Helper()
	table, err := b.dev.Upload(floats("rows", data, width, n))
	b.must(err)
	r, err := b.dev.NewRows(n, width)
	b.must(err)
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(i)
	}
	b.dev.Embed(r, table, ids)
	return r
}

func (b *bench) empty(n, width int) compute.Rows {
	b.Helper()
	r, err := b.dev.NewRows(n, width)
	b.must(err)
	return r
}

func (b *bench) read(r compute.Rows) []float32 {
	b.Helper()
	x := make([]float32, r.N*r.Width)
	b.must(b.dev.Read(x, r))
	return x
}

// near compares with an absolute tolerance.
func (b *bench) near(what string, got, want []float32, tolerance float64) {
	b.Helper()
	if len(got) != len(want) {
		b.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= tolerance) {
			b.Fatalf("%s: value %d is %v, want %v (off by %.2g, allowed %.2g)", what, i, got[i], want[i], d, tolerance)
		}
	}
}

// floats is a matrix of float32 weights, `out` rows of `in`.
func floats(name string, data []float32, in, out int) compute.Weights {
	raw := make([]byte, 4*len(data))
	for i, v := range data {
		u := math.Float32bits(v)
		raw[4*i], raw[4*i+1], raw[4*i+2], raw[4*i+3] = byte(u), byte(u>>8), byte(u>>16), byte(u>>24)
	}
	return compute.Weights{Name: name, Type: quant.F32, In: in, Out: out, Data: raw}
}

// weights is a random matrix of type t, and its values.
func (b *bench) weights(t quant.Type, in, out int) (compute.Weights, []float32) {
	w := compute.Weights{Name: "test." + t.String(), Type: t, In: in, Out: out}
	values := make([]float32, in*out)
	switch t {
	case quant.F32:
		values = b.random(in * out)
		w.Data = floats("", values, in, out).Data
		return w, values
	case quant.F16, quant.BF16, quant.Q8_0, quant.Q4_0:
		w.Data = make([]byte, out*t.RowBytes(in))
		b.must(quant.Quantize(t, w.Data, b.random(in*out)))
	default:
		w.Data = b.blocks(t, in, out)
	}
	quant.Dequantize(t, values, w.Data)
	return w, values
}

// blocks makes random valid blocks: bytes at random, tried until the block's
// values are of ordinary size (half-precision scales at random are often huge
// or not numbers).
func (b *bench) blocks(t quant.Type, in, out int) []byte {
	size, elems := t.BlockBytes(), t.BlockElems()
	data := make([]byte, out*t.RowBytes(in))
	values := make([]float32, elems)
	for at := 0; at < len(data); at += size {
		block := data[at : at+size]
		for ok := false; !ok; {
			for i := range block {
				block[i] = byte(b.rng.Uint32())
			}
			quant.Dequantize(t, values, block)
			top := 0.0
			for _, v := range values {
				top = max(top, math.Abs(float64(v)))
				if v != v {
					top = math.Inf(1)
				}
			}
			ok = top > 0.01 && top < 100
		}
	}
	return data
}

// product is x·wᵀ in float64, for weights of type t, and how far a device may be
// off: what float32 leaves, and what rounding the row does.
func (b *bench) product(t quant.Type, x, w []float32, rows, in, out int) (y []float32, allowed []float64) {
	y, allowed = make([]float32, rows*out), make([]float64, rows*out)
	for r := range rows {
		row := x[r*in : (r+1)*in]
		var steps []float64
		if b.s.Steps != nil {
			steps = b.s.Steps(t, row)
		}
		for o := range out {
			ws := w[o*in : (o+1)*in]
			sum, square := 0.0, 0.0
			for i := range row {
				p := float64(row[i]) * float64(ws[i])
				sum += p
				square += p * p
			}
			y[r*out+o], allowed[r*out+o] = float32(sum), b.s.Tolerance*math.Sqrt(square)+rounding(steps, ws)
		}
	}
	return y, allowed
}

// rounding is how far a product may be off whose row was rounded to multiples of
// steps. Each value is off by at most half its step: that is the most there can be.
// Spread evenly over a step, its square is a twelfth of the step's on average, and
// the errors of many values add up to a normal distribution, which exceeds six
// standard deviations once in 500 million products.
func rounding(steps []float64, w []float32) float64 {
	most, square := 0.0, 0.0
	for i, s := range steps {
		e := s * float64(w[i])
		most += math.Abs(e) / 2
		square += e * e / 12
	}
	return min(most, 6*math.Sqrt(square))
}

// close compares products with what they may be off by.
func (b *bench) close(what string, got, want []float32, allowed []float64) {
	b.Helper()
	for i := range want {
		if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= allowed[i]+1e-6) {
			b.Fatalf("%s: value %d is %v, want %v (off by %.2g, allowed %.2g)", what, i, got[i], want[i], d, allowed[i])
		}
	}
}

func shape(rows, in, out int) string { return fmt.Sprintf("%d rows, %d → %d", rows, in, out) }
