package kernel

// avx2 is the tier for AVX2 with FMA and F16C: Haswell, Zen and later.
func avx2() *Kernels {
	k := generic()
	k.Name = "avx2"
	k.quantize = quantize256
	k.vectors256()
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
}
