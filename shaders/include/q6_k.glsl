// A row: of each block q, h and the scales, 13 quads; then each block's d as a half.
const uint APART = 32u;

void piece(uint row, uint p, out vec4 w[8]) {
	uint b = p / 8u, block = row + 13u * b, plane = 4u * (row + 13u * (PIECES / 8u));
	float d = widen(words[plane + b / 2u] >> 16u * (b % 2u) & 0xffffu);
	uint n = p % 8u / 4u, high = p % 4u / 2u, part = p % 2u; // half of the block, nibble, half of 32
	uvec4 q0 = quads[block + 4u * n + part] >> 4u * high, q1 = quads[block + 4u * n + 2u + part] >> 4u * high;
	uvec4 h = quads[block + 8u + 2u * n + part] >> 4u * high, s = quads[block + 12u];
	uint k = 8u * n + 4u * high + part; // sub-block
	float d0 = d * float(bitfieldExtract(int(s[k / 4u]), int(8u * (k % 4u)), 8));
	k += 2u;
	float d1 = d * float(bitfieldExtract(int(s[k / 4u]), int(8u * (k % 4u)), 8));
	for (int i = 0; i < 4; i++) {
		w[i] = d0 * (bytes(q0[i] & LOW4 | (h[i] & LOW2) << 4) - 32.0);
		w[i + 4] = d1 * (bytes(q1[i] & LOW4 | (h[i] >> 2 & LOW2) << 4) - 32.0);
	}
}
