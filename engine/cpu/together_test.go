package cpu

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"beyonder/engine/compute"
	"beyonder/engine/quant"
)

// Products that wait for others give what they give alone, whatever is done to
// their rows in the meantime.
func TestWaitingProducts(t *testing.T) {
	const n = 64
	r := rand.New(rand.NewPCG(41, 42))
	d := New(Options{Threads: 2})
	t.Cleanup(func() { d.Close() })
	matrix := func() compute.Matrix {
		values := make([]float32, n*n)
		for i := range values {
			values[i] = float32(r.NormFloat64())
		}
		data := make([]byte, n*quant.Q8_0.RowBytes(n))
		if err := quant.Quantize(quant.Q8_0, data, values); err != nil {
			t.Fatal(err)
		}
		m, err := d.Upload(compute.Weights{Name: "m", Type: quant.Q8_0, In: n, Out: n, Data: data})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	a, b := matrix(), matrix()
	rows := func() compute.Rows { x, _ := d.NewRows(1, n); return x }
	x, y, z := rows(), rows(), rows()
	get := func(x compute.Rows) []float32 {
		v := make([]float32, n)
		if err := d.Read(v, x); err != nil {
			t.Fatal(err)
		}
		return v
	}
	d.Begin(context.Background())
	alone := func(id int32, m compute.Matrix, again ...compute.Matrix) []float32 {
		d.Embed(x, a, []int32{id})
		d.MatMul(y, m, x)
		got := get(y)
		for _, m := range again {
			d.MatMul(z, m, y)
			got = get(z)
		}
		return got
	}
	same := func(what string, got, want []float32) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got[:4], want[:4])
		}
	}
	a3, b3, b5, ab3 := alone(3, a), alone(3, b), alone(5, b), alone(3, a, b)

	d.Embed(x, a, []int32{3})
	d.MatMul(y, a, x)
	d.MatMul(z, b, x)
	same("first of two", get(y), a3)
	same("second of two", get(z), b3)

	d.Embed(x, a, []int32{3})
	d.MatMul(y, a, x)
	d.Embed(x, a, []int32{5})
	d.MatMul(z, b, x)
	same("rows written since", get(y), a3)
	same("other rows", get(z), b5)

	d.Embed(x, a, []int32{3})
	d.MatMul(y, a, x)
	d.MatMul(y, b, x)
	same("the same result twice", get(y), b3)

	d.MatMul(y, a, x)
	d.MatMul(z, b, y)
	same("a result multiplied", get(z), ab3)

	d.MatMul(y, b, x)
	d.MatMul(x, a, x)
	same("its own rows", get(x), a3)
	same("before those", get(y), b3)
}
