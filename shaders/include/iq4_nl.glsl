// A row: 16 bytes of q for each piece, then each piece's d as a half.
const uint APART = 16u;
#include "levels_iq4.glsl"

void piece(uint row, uint p, out vec4 w[8]) {
	float d = widen(words[4u * (row + PIECES) + p / 2u] >> 16u * (p % 2u) & 0xffffu);
	uvec4 q = quads[row + p];
	for (int i = 0; i < 4; i++) {
		w[i] = d * levels(q[i] & LOW4);
		w[i + 4] = d * levels(q[i] >> 4 & LOW4);
	}
}
