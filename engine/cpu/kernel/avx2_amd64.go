package kernel

import "beyonder/engine/quant"

// avx2 is the tier for AVX2 with FMA and F16C: Haswell, Zen and later.
func avx2() *Kernels {
	k := generic()
	k.Name = "avx2"
	k.join(micros256, map[quant.Type]assembled{
		quant.Q4_0: {gemv4: gemvQ40x256, unpack: unpackQ40x256, order: split}, quant.Q4_1: {gemv: gemvQ41x256, unpack: unpackQ41x256},
		quant.Q5_0: {gemv4: gemvQ50x256, unpack: unpackQ50x256, order: split}, quant.Q5_1: {gemv: gemvQ51x256, unpack: unpackQ51x256},
		quant.Q8_0: {gemv4: gemvQ80x256, unpack: unpackQ80x256, order: straight}, quant.IQ4_NL: {gemv4: gemvIQ4NLx256, unpack: unpackIQ4NLx256, order: split},
		quant.Q2_K: {gemv: gemvQ2Kx256, unpack: unpackQ2Kx256}, quant.Q3_K: {gemv: gemvQ3Kx256, unpack: unpackQ3Kx256},
		quant.Q4_K: {gemv4: gemvQ4Kx256, unpack: unpackQ4Kx256, order: straight}, quant.Q5_K: {gemv4: gemvQ5Kx256, unpack: unpackQ5Kx256, order: straight},
		quant.Q6_K: {gemv4: gemvQ6Kx256, unpack: unpackQ6Kx256, order: straight}, quant.IQ4_XS: {gemv4: gemvIQ4XSx256, unpack: unpackIQ4XSx256, order: split},
		quant.TQ2_0: {gemv: gemvTQ20x256, unpack: unpackTQ20x256}, quant.MXFP4: {gemv: gemvMXFP4x256, unpack: unpackMXFP4x256},
	})
	k.transpose = transposing(transposex256)
	k.quantize = quantize256
	k.fetch = fetching
	k.vectors256()
	k.peak, k.peakWork = peakx256, 2*12*32
	return k
}

// micros256 is a type's micro-kernel.
func micros256(f *integer) microKernel {
	switch {
	case f.less == 128:
		return micros{microSigned32x256, microFineSigned32x256}.of(32, f.fine) // the bytes go up to 255
	case f.run == 16:
		return micros{micro16x256, microFine16x256}.of(16, f.fine)
	default:
		return micros{micro32x256, microFine32x256}.of(32, f.fine)
	}
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
