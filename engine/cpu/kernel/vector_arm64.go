package kernel

func (k *Kernels) vectors128() {
	const lanes, few = 16, 4
	k.dotF32 = dotting(lanes, dotF32x128, dotF32Go)
	k.dotF16 = dotting(lanes, dotF16x128, dotF16Go)
	k.dotBF16 = dotting(lanes, dotBF16x128, dotBF16Go)
	k.axpyF32 = adding(lanes, axpyF32x128, axpyF32Go)
	k.axpyF16 = adding(lanes, axpyF16x128, axpyF16Go)
	k.toF16 = converting(lanes, toF16x128, toF16Go)
	k.fromF16 = converting(lanes, fromF16x128, fromF16Go)
	k.maximum = finding(lanes, maximumx128)
	k.square = squaring(lanes, squarex128)
	k.scale = scaling(lanes, scalex128)
	k.gain = gaining(lanes, gainx128)
	k.expSum = exponentials(few, expSumx128)
	k.siluMul = gating(few, siluMulx128)
}

// dotF32x128 returns the sum of products.
//
//go:noescape
func dotF32x128(a *float32, b *float32, n int) float32

// dotF16x128 returns the sum of products.
//
//go:noescape
func dotF16x128(a *float32, b *uint16, n int) float32

// dotBF16x128 returns the sum of products.
//
//go:noescape
func dotBF16x128(a *float32, b *uint16, n int) float32

// axpyF32x128 adds w times src to dst.
//
//go:noescape
func axpyF32x128(dst *float32, w float32, src *float32, n int)

// axpyF16x128 adds w times src to dst.
//
//go:noescape
func axpyF16x128(dst *float32, w float32, src *uint16, n int)

// toF16x128 rounds to half precision.
//
//go:noescape
func toF16x128(dst *uint16, src *float32, n int)

// fromF16x128 widens half precision.
//
//go:noescape
func fromF16x128(dst *float32, src *uint16, n int)

// maximumx128 returns the largest.
//
//go:noescape
func maximumx128(x *float32, n int) float32

// squarex128 returns the sum of squares.
//
//go:noescape
func squarex128(x *float32, n int) float32

// scalex128 multiplies x.
//
//go:noescape
func scalex128(x *float32, by float32, n int)

// gainx128 sets dst to x times by times gain.
//
//go:noescape
func gainx128(dst *float32, x *float32, gain *float32, by float32, n int)

// expSumx128 sets x to the exponentials of x-max and returns their sum.
//
//go:noescape
func expSumx128(x *float32, max float32, n int) float32

// siluMulx128 sets dst to gate/(1+exp(-gate)) times up.
//
//go:noescape
func siluMulx128(dst *float32, gate *float32, up *float32, n int)
