package quant

import "math"

// MXFP4 (OCP Microscaling Formats 1.0), 32 weights in 17 bytes:
//
//	0   e    byte      exponent of the scale; 255 is not a number
//	1   q    16 bytes  E2M1 floats, weights 0–15 in the low nibbles, 16–31 in the high ones
//
// w = 2^(e−128)·e2m1[q]

// e2m1 are the sixteen values of a four-bit float, doubled so that they are
// whole, which is why the bias of MXFP4's exponent is 128 here and not 127. Minus
// zero is written as zero, as ggml has it.
var e2m1 = [16]float32{0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12}

func decodeMXFP4(dst []float32, src []byte) {
	for len(dst) >= 32 && len(src) >= 17 {
		y, b := (*[32]float32)(dst), (*[17]byte)(src)
		d := e8m0(b[0])
		for l, q := range (*[16]byte)(b[1:]) {
			y[l] = d * e2m1[q&15]
			y[l+16] = d * e2m1[q>>4]
		}
		dst, src = dst[32:], src[17:]
	}
}

// e8m0 is 2^(e−128), subnormal for the smallest two exponents.
func e8m0(e byte) float32 {
	switch {
	case e == 255:
		return float32(math.NaN())
	case e < 2:
		return math.Float32frombits(0x00200000 << e)
	}
	return math.Float32frombits(uint32(e-1) << 23)
}

// encodeMXFP4 takes the exponent that brings the largest weight to between four
// and eight, of which a level reaches six: half a step at the top is given away
// for finer steps below, as the OCP specification has it.
func encodeMXFP4(dst []byte, src, importance []float32) error {
	return eachBlock(32, 17, dst, src, importance, func(b []byte, x, _ []float32) error {
		b[0] = 0
		if m := abs(extreme(x)); m > 0 {
			b[0] = byte(max(0, math.Ilogb(float64(m))-2+127))
		}
		var level [32]uint8
		d := e8m0(b[0])
		for i, v := range x {
			level[i] = nearestE2M1(v, d)
		}
		packNibbles((*[16]byte)(b[1:]), &level)
		return nil
	})
}

// nearestE2M1 is the index with d·e2m1[index] nearest to x, of equals the first.
func nearestE2M1(x, d float32) uint8 {
	sign := uint8(0)
	if x < 0 {
		x, sign = -x, 8
	}
	best, least := uint8(0), x
	for i := uint8(1); i < 8; i++ {
		if e := abs(float32(e2m1[i]*d) - x); e < least {
			best, least = i|sign, e
		}
	}
	return best
}
