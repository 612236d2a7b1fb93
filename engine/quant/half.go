package quant

import "math"

// F16ToF32 widens an IEEE 754 half. Every half has an exact float32.
//
// The bits are moved to where a float32 keeps them and the exponents' biases,
// 15 and 127, are evened out by a multiplication, which makes normal numbers
// of subnormal ones on the way. A table of all 65,536 values would be 256 KiB
// and push the weights out of the cache.
func F16ToF32(h uint16) float32 {
	sign, rest := uint32(h&0x8000)<<16, uint32(h&0x7fff)<<13
	if h&0x7c00 == 0x7c00 { // infinite, or not a number
		return math.Float32frombits(sign | 0x7f800000 | rest)
	}
	return math.Float32frombits(sign | math.Float32bits(math.Float32frombits(rest)*0x1p112))
}

// F32ToF16 narrows to an IEEE 754 half, rounding to the nearest and ties to
// even. From 65520 on it is infinite. What is not a number stays so, quietly.
func F32ToF16(f float32) uint16 {
	b := math.Float32bits(f)
	sign := uint16(b >> 16 & 0x8000)
	b &= 0x7fffffff
	switch {
	case b > 0x7f800000:
		return sign | 0x7e00 | uint16(b>>13&0x1ff)
	case b >= 0x477ff000: // 65520, halfway to what would be the next half
		return sign | 0x7c00
	case b < 0x38800000: // below 2⁻¹⁴, the smallest normal half
		// The last bit of a float32 in [0.5, 1) is worth 2⁻²⁴, as is that of a
		// subnormal half: the addition rounds as is wanted.
		return sign | uint16(math.Float32bits(math.Float32frombits(b)+0.5)-0x3f000000)
	}
	b += 0xfff + b>>13&1 // half of the last place, less one if it is even
	return sign | uint16((b-0x38000000)>>13)
}

// BF16ToF32 widens a bfloat16, the upper half of a float32.
func BF16ToF32(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// F32ToBF16 narrows to a bfloat16, rounding to the nearest and ties to even.
// What is not a number stays so, quietly.
func F32ToBF16(f float32) uint16 {
	b := math.Float32bits(f)
	if b&0x7fffffff > 0x7f800000 {
		return uint16(b>>16) | 0x40
	}
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}
