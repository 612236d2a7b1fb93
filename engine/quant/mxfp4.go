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
