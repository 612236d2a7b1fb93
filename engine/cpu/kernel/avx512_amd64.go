package kernel

import (
	"beyonder/engine/quant"
)

// avx512 is the tier for AVX-512 with VNNI: Ice Lake, Zen 4 and later.
func avx512() *Kernels {
	k := generic()
	k.Name = "avx512"
	for t, a := range map[quant.Type]assembled{
		quant.Q4_0: {gemvQ40x512, unpackQ40x512}, quant.Q4_1: {gemvQ41x512, unpackQ41x512},
		quant.Q5_0: {gemvQ50x512, unpackQ50x512}, quant.Q5_1: {gemvQ51x512, unpackQ51x512},
		quant.Q8_0: {gemvQ80x512, unpackQ80x512}, quant.IQ4_NL: {gemvIQ4NLx512, unpackIQ4NLx512},
		quant.Q2_K: {gemvQ2Kx512, unpackQ2Kx512}, quant.Q3_K: {gemvQ3Kx512, unpackQ3Kx512},
		quant.Q4_K: {gemvQ4Kx512, unpackQ4Kx512}, quant.Q5_K: {gemvQ5Kx512, unpackQ5Kx512},
		quant.Q6_K: {gemvQ6Kx512, unpackQ6Kx512}, quant.IQ4_XS: {gemvIQ4XSx512, unpackIQ4XSx512},
	} {
		k.ints[t] = a.join(k.ints[t])
	}
	k.transpose = transpose512
	k.micro = map[int]microKernel{16: micro(16, micro16x512), 32: micro(32, micro32x512)}
	k.quantize = quantize256
	k.vectors512()
	return k
}

func (k *Kernels) vectors512() {
	const lanes = 16
	k.dotF32 = dotting(lanes, dotF32x512, dotF32Go)
	k.dotF16 = dotting(lanes, dotF16x512, dotF16Go)
	k.dotBF16 = dotting(lanes, dotBF16x512, dotBF16Go)
	k.axpyF32 = adding(lanes, axpyF32x512, axpyF32Go)
	k.axpyF16 = adding(lanes, axpyF16x512, axpyF16Go)
	k.toF16 = converting(lanes, toF16x512, toF16Go)
	k.fromF16 = converting(lanes, fromF16x512, fromF16Go)
	k.maximum = finding(lanes, maximumx512)
	k.square = squaring(lanes, squarex512)
	k.scale = scaling(lanes, scalex512)
	k.gain = gaining(lanes, gainx512)
	k.expSum = exponentials(lanes, expSumx512)
	k.siluMul = gating(lanes, siluMulx512)
	k.microF32 = microFloats(microF32x512)
}

// assembled is a type's assembly. Its blocks are of 256 weights: of a type with
// blocks of 32, eight.
type assembled struct {
	gemv   func(out *float32, rows int, w *byte, stride, blocks int, q *int8, d, s *float32)
	unpack func(u *uint8, scale, offset *float32, w *byte, blocks int)
}

// join gives a type its assembly.
func (a assembled) join(f integer) integer {
	f.gemv = func(out []float32, w []byte, stride, runs int, q []int8, d, sums []float32) {
		a.gemv(&out[0], len(out), &w[0], stride, runs, &q[0], &d[0], &sums[0])
	}
	f.unpackRun = func(u []uint8, scale, offset []float32, w []byte, runs int) {
		a.unpack(&u[0], &scale[0], &offset[0], &w[0], runs)
	}
	return f
}

// micro makes a micro-kernel of assembly for runs of 16 or 32 weights.
func micro(run int, f func(out *float32, ldo int, u *uint8, scale, offset *float32, q *int8, d, s *float32, groups int, add bool)) microKernel {
	return func(out []float32, ldo int, p *panel, t *Tile, from, deep int, add bool) {
		sums := t.s
		if run == 16 {
			sums = t.h
		}
		_ = out[(tileCols-1)*ldo+panelRows-1]
		f(&out[0], ldo, &p.u[0], &p.scale[0], &p.offset[0], &t.q[from*tileCols], &t.d[from/group*tileCols],
			&sums[from/run*tileCols], deep/group, add)
	}
}

func transpose512(dst, src []uint32, stride, columns int) {
	columns = (columns + panelRows - 1) / panelRows * panelRows
	_, _ = dst[columns*panelRows-1], src[(panelRows-1)*stride+columns-1]
	transposex512(&dst[0], &src[0], 4*stride, columns)
}
