package kernel

import (
	"beyonder/engine/quant"
)

// avx512 is the tier for AVX-512 with VNNI: Ice Lake, Zen 4 and later.
func avx512() *Kernels {
	k := generic()
	k.Name = "avx512"
	k.join(micros{false: micro16x512, true: microFine16x512}, micros{false: micro32x512, true: microFine32x512}, map[quant.Type]assembled{
		quant.Q4_0: {gemvQ40x512, unpackQ40x512}, quant.Q4_1: {gemvQ41x512, unpackQ41x512},
		quant.Q5_0: {gemvQ50x512, unpackQ50x512}, quant.Q5_1: {gemvQ51x512, unpackQ51x512},
		quant.Q8_0: {gemvQ80x512, unpackQ80x512}, quant.IQ4_NL: {gemvIQ4NLx512, unpackIQ4NLx512},
		quant.Q2_K: {gemvQ2Kx512, unpackQ2Kx512}, quant.Q3_K: {gemvQ3Kx512, unpackQ3Kx512},
		quant.Q4_K: {gemvQ4Kx512, unpackQ4Kx512}, quant.Q5_K: {gemvQ5Kx512, unpackQ5Kx512},
		quant.Q6_K: {gemvQ6Kx512, unpackQ6Kx512}, quant.IQ4_XS: {gemvIQ4XSx512, unpackIQ4XSx512},
		quant.TQ2_0: {gemvTQ20x512, unpackTQ20x512}, quant.MXFP4: {gemvMXFP4x512, unpackMXFP4x512},
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
