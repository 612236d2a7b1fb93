package kernel

import (
	"beyonder/engine/quant"
)

// avx512 is the tier for AVX-512 with VNNI: Ice Lake, Zen 4 and later.
func avx512() *Kernels {
	k := generic()
	k.Name = "avx512"
	run16 := micros{[...]microAssembled{micro16by2x512, micro16by4x512, micro16by6x512, micro16x512}, microFine16x512}
	run32 := micros{[...]microAssembled{micro32by2x512, micro32by4x512, micro32by6x512, micro32x512}, microFine32x512}
	k.join(run16, run32, map[quant.Type]assembled{
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
	k.fetch = fetching
	k.vectors512()
	k.peak, k.peakBytes = peakx512, 64
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
	k.mixF32 = mixing(mixF32by4x512, mixF32by8x512)
	k.mixF16 = mixing(mixF16by4x512, mixF16by8x512)
}

// The orders in which kernels take activations.
func straight(q *Q8) []int8 { return q.high }
func even(q *Q8) []int8     { return q.even }
func split(q *Q8) []int8    { return q.split }
