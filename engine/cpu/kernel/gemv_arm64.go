package kernel

import "beyonder/engine/quant"

// gemvAssembled multiplies rows of weights, stride bytes apart, with activations
// in their own order: blocks times 256 of each row.
type gemvAssembled func(out *float32, rows int, w *byte, stride, blocks int, q *int8, x *step)

// gemvs128 gives the types of the most common files their matrix-vector product.
func (k *Kernels) gemvs128() {
	for t, multiply := range map[quant.Type]gemvAssembled{
		quant.Q8_0: gemvQ80x128, quant.Q4_0: gemvQ40x128, quant.Q4_K: gemvQ4Kx128, quant.Q6_K: gemvQ6Kx128,
	} {
		f := k.ints[t]
		f.gemv = func(out []float32, w []byte, stride int, x *Q8, from, runs int) {
			multiply(&out[0], len(out), &w[0], stride, runs, &x.high[from], &x.steps[from/run])
		}
		k.ints[t] = f
	}
}

// gemvQ80x128 sets out[r] to the product of row r of w, stride bytes apart, with q.
//
//go:noescape
func gemvQ80x128(out *float32, rows int, w *byte, stride, blocks int, q *int8, x *step)

// gemvQ40x128 sets out[r] to the product of row r of w, stride bytes apart, with q.
//
//go:noescape
func gemvQ40x128(out *float32, rows int, w *byte, stride, blocks int, q *int8, x *step)

// gemvQ4Kx128 sets out[r] to the product of row r of w, stride bytes apart, with q.
//
//go:noescape
func gemvQ4Kx128(out *float32, rows int, w *byte, stride, blocks int, q *int8, x *step)

// gemvQ6Kx128 sets out[r] to the product of row r of w, stride bytes apart, with q.
//
//go:noescape
func gemvQ6Kx128(out *float32, rows int, w *byte, stride, blocks int, q *int8, x *step)
