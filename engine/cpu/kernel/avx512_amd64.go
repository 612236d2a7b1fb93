package kernel

import (
	"math/bits"

	"beyonder/engine/quant"
)

// avx512 is the tier for AVX-512 with VNNI: Ice Lake, Zen 4 and later.
func avx512() *Kernels {
	k := generic()
	k.Name = "avx512"
	k.join(micros512, map[quant.Type]assembled{
		quant.Q4_0: {gemv4: gemvQ40x512, unpack: unpackQ40x512, pack: packQ40x512, order: split}, quant.Q4_1: {gemv: gemvQ41x512, unpack: unpackQ41x512, pack: packQ41x512},
		quant.Q5_0: {gemv: gemvQ50x512, unpack: unpackQ50x512, pack: packQ50x512}, quant.Q5_1: {gemv: gemvQ51x512, unpack: unpackQ51x512, pack: packQ51x512},
		quant.Q8_0: {gemv: gemvQ80x512, unpack: unpackQ80x512, pack: packQ80x512}, quant.IQ4_NL: {gemv4: gemvIQ4NLx512, unpack: unpackIQ4NLx512, pack: packIQ4NLx512, order: split},
		quant.Q2_K: {gemv: gemvQ2Kx512, unpack: unpackQ2Kx512, pack: packQ2Kx512}, quant.Q3_K: {gemv: gemvQ3Kx512, unpack: unpackQ3Kx512, pack: packQ3Kx512},
		quant.Q4_K: {gemv4: gemvQ4Kx512, unpack: unpackQ4Kx512, pack: packQ4Kx512, order: even}, quant.Q5_K: {gemv4: gemvQ5Kx512, unpack: unpackQ5Kx512, pack: packQ5Kx512, order: even},
		quant.Q6_K: {gemv4: gemvQ6Kx512, unpack: unpackQ6Kx512, pack: packQ6Kx512, order: straight}, quant.IQ4_XS: {gemv4: gemvIQ4XSx512, unpack: unpackIQ4XSx512, pack: packIQ4XSx512, order: split},
		quant.TQ2_0: {gemv: gemvTQ20x512, unpack: unpackTQ20x512, pack: packTQ20x512}, quant.MXFP4: {gemv: gemvMXFP4x512, unpack: unpackMXFP4x512, pack: packMXFP4x512},
	})
	k.transpose = transposing(transposex512)
	k.quantize = quantize256
	k.spread8 = spreadx512
	k.lacks = lacksx512
	k.fetch = fetching
	k.vectors512()
	k.peak, k.peakWork = peakx512, 2*12*64
	return k
}

// micro512 is a micro-kernel's; groups count 32 weights. The second panel is `next`
// bytes behind the first.
type (
	micro512   func(out *float32, ldo int, u *uint8, scale, offset *float32, next int, high, low *int8, d, s *float32, groups int, add bool, ahead *byte, step int, sums *float32)
	centred512 func(out *float32, ldo int, u *uint8, scale *float32, next int, high *int8, d *float32, lacks *int32, shift, groups int, add bool, ahead *byte, step int, sums *float32)
)

// Micro-kernels for two columns, four, six and all eight.
var (
	micros32x512  = [...]micro512{micro32by2x512, micro32by4x512, micro32by6x512, micro32x512}
	centred32x512 = [...]centred512{microCentred32by2x512, microCentred32by4x512, microCentred32by6x512, microCentred32x512}
	centred16x512 = [...]centred512{microCentred16by2x512, microCentred16by4x512, microCentred16by6x512, microCentred16x512}
)

// micros512 is a type's micro-kernel, for two panels.
func micros512(f *integer) microKernel {
	f.rows = 2 * panelRows
	switch {
	case f.fine:
		return offset512(16, func(int) (micro512, bool) { return microFine16x512, true })
	case f.less == 0:
		return offset512(32, func(cols int) (micro512, bool) { return micros32x512[(cols-1)/2], false })
	case f.run == 16:
		return lacking512(f.less, 16, &centred16x512, func(t *Tile) []int32 { return t.lacks16 })
	default:
		return lacking512(f.less, 32, &centred32x512, func(t *Tile) []int32 { return t.lacks32 })
	}
}

// offset512 multiplies with scales and offsets.
func offset512(run int, choose func(cols int) (f micro512, fine bool)) microKernel {
	return func(out []float32, ldo int, p *panel, t *Tile, from, deep int, add bool, s *Scratch) {
		f, fine := choose(t.Cols)
		worth := &t.coarse
		if fine {
			worth = &t.fine
		}
		_ = out[((t.Cols+1)/2*2-1)*ldo+2*panelRows-1]
		bytes, step := s.ahead.take(deep / group)
		f(&out[0], ldo, &p.u[0], &p.scale[0], &p.offset[0], 4*panelSize, &t.high[from*tileCols], &t.low[from*tileCols],
			&worth.d[from/group*tileCols], &worth.sums(run)[from/run*tileCols], deep/group, add, bytes, step, &s.sums[0])
	}
}

// lacking512 multiplies with scales alone, for bytes that are `less` too large.
func lacking512(less uint8, run int, fs *[tileCols / 2]centred512, lacks func(t *Tile) []int32) microKernel {
	shift := bits.TrailingZeros8(less)
	return func(out []float32, ldo int, p *panel, t *Tile, from, deep int, add bool, s *Scratch) {
		_ = out[((t.Cols+1)/2*2-1)*ldo+2*panelRows-1]
		bytes, step := s.ahead.take(deep / group)
		fs[(t.Cols-1)/2](&out[0], ldo, &p.u[0], &p.scale[0], 4*panelSize, &t.high[from*tileCols],
			&t.coarse.d[from/group*tileCols], &lacks(t)[from/run*tileCols], shift, deep/group, add, bytes, step, &s.sums[0])
	}
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
	k.mixF32 = mixing(mixF32by4x512, mixF32by8x512)
	k.mixF16 = mixing(mixF16by4x512, mixF16by8x512)
}

// The orders in which kernels take activations.
func straight(q *Q8) []int8 { return q.high }
func even(q *Q8) []int8     { return q.even }
func split(q *Q8) []int8    { return q.split }
