// widen is the value of an IEEE half. Made of integers: scales of quantized
// blocks are often subnormal, and unpackHalf2x16 may flush those to zero.
float widen(uint h) {
	uint e = h >> 10 & 31u, m = h & 1023u;
	uint bits = e == 31u ? 0x7f800000u | m << 13 : e + 112u << 23 | m << 13;
	float v = e == 0u ? float(m) * 5.9604644775390625e-8 : uintBitsToFloat(bits);
	return (h & 0x8000u) != 0u ? -v : v;
}

// narrow rounds to an IEEE half, to the nearest and ties to even; how
// packHalf2x16 rounds is up to the driver.
uint narrow(float f) {
	uint b = floatBitsToUint(f), sign = b >> 16 & 0x8000u;
	b &= 0x7fffffffu;
	if (b > 0x7f800000u) return sign | 0x7e00u;
	if (b >= 0x477ff000u) return sign | 0x7c00u;
	// In [0.5, 1) the last bit of a float is worth 2^-24, as is that of a
	// subnormal half: the addition rounds as is wanted.
	if (b < 0x38800000u) return sign | floatBitsToUint(uintBitsToFloat(b) + 0.5) - 0x3f000000u;
	b += 0xfffu + (b >> 13 & 1u);
	return sign | b - 0x38000000u >> 13;
}
