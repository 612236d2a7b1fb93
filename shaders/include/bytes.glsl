// bytes are the four bytes of a word, the lowest first.
vec4 bytes(uint u) { return vec4(u & 255u, u >> 8 & 255u, u >> 16 & 255u, u >> 24); }

// signedBytes are bytes from -128 to 127.
vec4 signedBytes(uint u) {
	int i = int(u);
	return vec4(bitfieldExtract(i, 0, 8), bitfieldExtract(i, 8, 8), bitfieldExtract(i, 16, 8), bitfieldExtract(i, 24, 8));
}

// spread puts the lowest four bits each into the lowest bit of a byte.
uint spread(uint b) { return b & 1u | (b & 2u) << 7 | (b & 4u) << 14 | (b & 8u) << 21; }

const uint LOW4 = 0x0f0f0f0fu, LOW2 = 0x03030303u, LOW1 = 0x01010101u;
