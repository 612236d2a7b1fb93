// A row: 16 bytes of q for each piece, then of each block of 8 pieces d as a
// half, the upper two bits of the scales, their lower four bits.
const uint APART = 16u;
#include "levels_iq4.glsl"

void piece(uint row, uint p, out vec4 w[8]) {
	uint head = 4u * (row + PIECES) + 2u * (p / 8u), k = p % 8u;
	uint s = words[head + 1u] >> 4u * k & 15u | (words[head] >> 16u + 2u * k & 3u) << 4;
	float d = widen(words[head] & 0xffffu) * float(int(s) - 32);
	uvec4 q = quads[row + p];
	for (int i = 0; i < 4; i++) {
		w[i] = d * levels(q[i] & LOW4);
		w[i + 4] = d * levels(q[i] >> 4 & LOW4);
	}
}
