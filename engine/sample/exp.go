package sample

import "math"

// The functions of this file stand in for math.Exp and math.Log, which are
// written in assembly on some machines and whose last bit differs there. Every
// product is converted to float64 before it is added to something: that
// forbids the compiler to fuse the two, which it does on arm64 and on amd64
// from v3, and which would change the last bit too.

const (
	ln2High = 6.93147180369123816490e-01 // the upper 32 bits of ln 2, so that a product with a small integer is exact
	ln2Low  = 1.90821492927058770002e-10 // the rest
)

// exp2Steps holds 2^(i/32), correctly rounded.
var exp2Steps = [32]float64{
	0x1.0000000000000p+0, 0x1.059b0d3158574p+0, 0x1.0b5586cf9890fp+0, 0x1.11301d0125b51p+0,
	0x1.172b83c7d517bp+0, 0x1.1d4873168b9aap+0, 0x1.2387a6e756238p+0, 0x1.29e9df51fdee1p+0,
	0x1.306fe0a31b715p+0, 0x1.371a7373aa9cbp+0, 0x1.3dea64c123422p+0, 0x1.44e086061892dp+0,
	0x1.4bfdad5362a27p+0, 0x1.5342b569d4f82p+0, 0x1.5ab07dd485429p+0, 0x1.6247eb03a5585p+0,
	0x1.6a09e667f3bcdp+0, 0x1.71f75e8ec5f74p+0, 0x1.7a11473eb0187p+0, 0x1.82589994cce13p+0,
	0x1.8ace5422aa0dbp+0, 0x1.93737b0cdc5e5p+0, 0x1.9c49182a3f090p+0, 0x1.a5503b23e255dp+0,
	0x1.ae89f995ad3adp+0, 0x1.b7f76f2fb5e47p+0, 0x1.c199bdd85529cp+0, 0x1.cb720dcef9069p+0,
	0x1.d5818dcfba487p+0, 0x1.dfc97337b9b5fp+0, 0x1.ea4afa2a490dap+0, 0x1.f50765b6e4540p+0,
}

// exp is e^x within 2 units of the last place; 0 where the result would be
// smaller than a normal number.
func exp(x float64) float64 {
	if !(x >= -708 && x <= 709) {
		return expEdge(x)
	}
	// x = (32·e + i)·ln2/32 + r, |r| ≤ ln2/64: adding 1.5·2^52 rounds to a whole number.
	const round = 0x1.8p52
	shifted := float64(x*(32/math.Ln2)) + round
	whole := shifted - round
	n := int64(math.Float64bits(shifted)<<12) >> 12 // the low bits are the number itself
	r := x - float64(whole*(ln2High/32))
	r -= float64(whole * (ln2Low / 32))
	p := float64(r*(1.0/720)) + 1.0/120
	p = float64(r*p) + 1.0/24
	p = float64(r*p) + 1.0/6
	p = float64(r*p) + 0.5
	p = float64(r*p) + 1
	p = float64(r*p) + 1
	return math.Float64frombits(math.Float64bits(exp2Steps[n&31])+uint64(n>>5)<<52) * p
}

// expEdge is exp where the result is no normal number.
func expEdge(x float64) float64 {
	switch {
	case x < 0:
		return 0
	case x > 0:
		return math.Inf(1)
	}
	return x
}

// ln is the natural logarithm within 2 units of the last place.
func ln(x float64) float64 {
	switch {
	case x != x || x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	case x > math.MaxFloat64:
		return x
	}
	m, e := math.Frexp(x) // exact
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	// ln m = 2·artanh s, s = (m−1)/(m+1), |s| < 0.172
	s := (m - 1) / (m + 1)
	z, sum := float64(s*s), 0.0
	for k := 21; k >= 3; k -= 2 {
		sum = float64(z * (sum + 1/float64(k)))
	}
	low := float64(float64(e)*ln2Low) + float64(2*float64(s*sum))
	return float64(float64(e)*ln2High) + (2*s + low)
}

// pow is x^y for x ≥ 0.
func pow(x, y float64) float64 {
	if y == 0 {
		return 1
	}
	return exp(float64(y * ln(x)))
}

// log2 is the logarithm to the base 2, for surprise in bits.
func log2(x float64) float64 { return ln(x) / math.Ln2 }

// float rounds x to the nearest finite float32: a candidate stays one, however
// far a penalty pushes it.
func float(x float64) float32 {
	switch {
	case x > math.MaxFloat32:
		return math.MaxFloat32
	case x < -math.MaxFloat32:
		return -math.MaxFloat32
	}
	return float32(x)
}
