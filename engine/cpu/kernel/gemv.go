package kernel

import (
	"fmt"

	"beyonder/engine/quant"
)

// HasInt reports whether Gemv and Gemm know weights of type t. The others go
// through GemvF32 and GemmF32, which know them all.
func (k *Kernels) HasInt(t quant.Type) bool {
	_, ok := k.ints[t]
	return ok
}

func (k *Kernels) integer(t quant.Type, n int) integer {
	f, ok := k.ints[t]
	if !ok {
		panic(fmt.Sprintf("kernel: no integer path for %s", t))
	}
	if n%f.elems != 0 {
		panic(fmt.Sprintf("kernel: rows of %d are not whole blocks of %s", n, t))
	}
	return f
}

// slice is about how many bytes of weights one assembly call reads. Assembly
// cannot be preempted; this much takes far less than a millisecond.
const slice = 256 << 10

// Gemv multiplies a matrix with one row of activations: out[r] = w[r]·x. w is
// len(out) rows of x.N weights of type t. It multiplies the same integers as Gemm:
// only the order of the sums differs.
func (k *Kernels) Gemv(t quant.Type, out []float32, w []byte, x *Q8) {
	f := k.integer(t, x.N)
	stride := x.N / f.elems * f.bytes
	w = w[:len(out)*stride]
	if x.N == 0 {
		clear(out)
		return
	}
	if f.gemv == nil {
		f.gemvGo(out, w, x)
		return
	}
	for step := max(1, slice/stride); len(out) > 0; {
		n := min(step, len(out))
		f.gemvRows(out[:n], w[:n*stride], stride, x)
		out, w = out[n:], w[n*stride:]
	}
}

// gemvRows multiplies some rows with the tier's own kernel.
func (f *integer) gemvRows(out []float32, w []byte, stride int, x *Q8) {
	whole := x.N / 256
	if whole > 0 {
		f.gemv(out, w, stride, x, 0, whole)
	} else {
		clear(out)
	}
	if whole*256 < x.N {
		f.gemvRest(out, w, stride, x)
	}
}

// gemvRest adds the products of what is left of each row behind whole runs of
// 256 weights: a copy that zeros make whole is multiplied.
func (f *integer) gemvRest(out []float32, w []byte, stride int, x *Q8) {
	const most = 16
	var runs [most * maxRunBytes]byte
	var sums [most]float32
	i, size := x.N/256*256, f.runBytes()
	for len(out) > 0 {
		n := min(most, len(out))
		for r := range n {
			copy(runs[r*size:], w[r*stride+i/f.elems*f.bytes:(r+1)*stride])
		}
		f.gemv(sums[:n], runs[:], size, x, i, 1)
		for r := range n {
			out[r] += sums[r]
		}
		out, w = out[n:], w[n*stride:]
	}
}

func (f *integer) gemvGo(out []float32, w []byte, x *Q8) {
	for r := range out {
		sum := float32(0)
		for i := 0; i < x.N; i += f.elems {
			sum += f.dot(w[:f.bytes], x, i)
			w = w[f.bytes:]
		}
		out[r] = sum
	}
}

// dot is the product of a block with the activations from i.
func (f *integer) dot(block []byte, x *Q8, i int) (sum float32) {
	var u [256]uint8
	var scale, offset [16]float32
	f.unpack(u[:], scale[:], offset[:], block)
	worth := x.worth(f.fine)
	sums := worth.sums(f.run)[i/f.run:]
	for j := range f.elems / f.run {
		at, bytes := i+j*f.run, u[j*f.run:][:f.run]
		p := dotU8(bytes, x.high[at:])
		if f.fine {
			p = p<<8 + dotU8(bytes, x.low[at:])
		}
		sum += scale[j]*worth.d[at/group]*float32(p) + offset[j]*sums[j]
	}
	return sum
}

// worth is what the integers of one byte or both are worth.
func (q *Q8) worth(fine bool) *scaled {
	if fine {
		return &q.fine
	}
	return &q.coarse
}

// sums are those that go with offsets for runs of 16 or 32.
func (s *scaled) sums(run int) []float32 {
	if run == 16 {
		return s.h
	}
	return s.s
}

func dotU8(u []uint8, q []int8) (sum int32) {
	for i, v := range u {
		sum += int32(v) * int32(q[i])
	}
	return sum
}
