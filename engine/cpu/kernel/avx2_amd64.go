package kernel

import "beyonder/engine/quant"

// avx2 is the tier for AVX2 with FMA and F16C: Haswell, Zen and later.
func avx2() *Kernels {
	k := generic()
	k.Name = "avx2"
	k.join(micros{false: micro16x256, true: microFine16x256}, micros{false: micro32x256, true: microFine32x256}, map[quant.Type]assembled{
		quant.Q4_0: {gemvQ40x256, unpackQ40x256}, quant.Q4_1: {gemvQ41x256, unpackQ41x256},
		quant.Q5_0: {gemvQ50x256, unpackQ50x256}, quant.Q5_1: {gemvQ51x256, unpackQ51x256},
		quant.Q8_0: {gemvQ80x256, unpackQ80x256}, quant.IQ4_NL: {gemvIQ4NLx256, unpackIQ4NLx256},
		quant.Q2_K: {gemvQ2Kx256, unpackQ2Kx256}, quant.Q3_K: {gemvQ3Kx256, unpackQ3Kx256},
		quant.Q4_K: {gemvQ4Kx256, unpackQ4Kx256}, quant.Q5_K: {gemvQ5Kx256, unpackQ5Kx256},
		quant.Q6_K: {gemvQ6Kx256, unpackQ6Kx256}, quant.IQ4_XS: {gemvIQ4XSx256, unpackIQ4XSx256},
		quant.TQ2_0: {gemvTQ20x256, unpackTQ20x256}, quant.MXFP4: {gemvMXFP4x256, unpackMXFP4x256},
	})
	for _, t := range []quant.Type{quant.Q8_0, quant.IQ4_NL, quant.IQ4_XS} {
		f := k.ints[t]
		f.micro = micros{false: microSigned32x256, true: microFineSigned32x256}.of(32, f.fine) // their bytes go up to 255
		k.ints[t] = f
	}
	k.transpose = transposing(transposex256)
	k.quantize = quantize256
	k.fetch = fetching
	k.vectors256()
	k.peak, k.peakBytes = peakx256, 32
	return k
}

func (k *Kernels) vectors256() {
	const lanes = 8
	k.dotF32 = dotting(lanes, dotF32x256, dotF32Go)
	k.dotF16 = dotting(lanes, dotF16x256, dotF16Go)
	k.dotBF16 = dotting(lanes, dotBF16x256, dotBF16Go)
	k.axpyF32 = adding(lanes, axpyF32x256, axpyF32Go)
	k.axpyF16 = adding(lanes, axpyF16x256, axpyF16Go)
	k.toF16 = converting(lanes, toF16x256, toF16Go)
	k.fromF16 = converting(lanes, fromF16x256, fromF16Go)
	k.maximum = finding(lanes, maximumx256)
	k.square = squaring(lanes, squarex256)
	k.scale = scaling(lanes, scalex256)
	k.gain = gaining(lanes, gainx256)
	k.expSum = exponentials(lanes, expSumx256)
	k.siluMul = gating(lanes, siluMulx256)
	k.microF32 = microFloats(microF32x256)
	k.mixF32 = mixing(mixF32by4x256, mixF32by8x256)
	k.mixF16 = mixing(mixF16by4x256, mixF16by8x256)
}
