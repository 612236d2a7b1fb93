// A row: blocks of 7 quads: h, q, the scales and d, two bytes of nothing.
const uint APART = 32u;
#include "scale3.glsl"

void piece(uint row, uint p, out vec4 w[8]) {
	uint block = row + 7u * (p / 8u), n = p % 8u / 4u, pair = p % 4u / 2u, part = p % 2u;
	uvec4 h = quads[block + part] >> 4u * n + 2u * pair;
	uvec4 q = quads[block + 2u + 2u * n + part] >> 4u * pair, tail = quads[block + 6u];
	uint k = 8u * n + 4u * pair + part;
	float d = widen(tail.w & 0xffffu), d0 = d * scale3(tail, k), d1 = d * scale3(tail, k + 2u);
	for (int i = 0; i < 4; i++) {
		w[i] = d0 * (bytes(q[i] & LOW2 | (h[i] & LOW1) << 2) - 4.0);
		w[i + 4] = d1 * (bytes(q[i] >> 2 & LOW2 | (h[i] >> 1 & LOW1) << 2) - 4.0);
	}
}
