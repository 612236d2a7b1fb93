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
			b := math.Float32bits(v)
			n := e2m1OfHalves[min(21, ceil(math.Float32frombits(b&^(1<<31))/d*2))&31]
			level[i] = n | uint8(b>>31<<3)&signE2M1[n&7]
		}
		packNibbles((*[16]byte)(b[1:]), &level)
		return nil
	})
}

// e2m1OfHalves is the index of the value nearest to k halves, or to anything less
// that is more than k−1: midpoints are whole numbers of halves, and belong below.
var e2m1OfHalves = [32]uint8{0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 7}

// signE2M1 is the bit of the sign, for levels that have one.
var signE2M1 = [8]uint8{0, 8, 8, 8, 8, 8, 8, 8}

// ceil rounds 0 ≤ x < 2³¹ up.
func ceil(x float32) int32 {
	n := int32(x)
	if x > float32(n) {
		n++
	}
	return n
}

// nearestE2M1 is the index with d·e2m1[index] nearest to x, of equals the first.
// All products and midpoints are exact: d has four digits at most.
func nearestE2M1(x, d float32) uint8 {
	b := math.Float32bits(x)
	a, sign := math.Float32frombits(b&^(1<<31)), uint8(b>>31<<3)
	var i uint8
	for _, middle := range [...]float32{0.5, 1.5, 2.5, 3.5, 5, 7, 10} {
		if a > d*middle {
			i++
		}
	}
	if i == 0 || d == 0 {
		return 0
	}
	return i | sign
}
