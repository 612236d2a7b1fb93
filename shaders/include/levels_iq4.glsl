// levels are the values of four nibbles, one in each byte, in IQ4_NL and IQ4_XS:
// -127 -104 -83 -65 -49 -35 -22 -10 1 13 25 38 53 69 89 113, less far apart near zero.
vec4 levels(uint nibbles) {
	const uint table[4] = uint[4](0xbfad9881u, 0xf6eaddcfu, 0x26190d01u, 0x71594535u);
	vec4 v;
	for (int i = 0; i < 4; i++) {
		uint n = nibbles >> 8 * i & 15u;
		v[i] = float(bitfieldExtract(int(table[n / 4u]), int(8u * (n % 4u)), 8));
	}
	return v;
}
