// A row: the blocks as they stand in the file, 11 quads each.
const uint APART = 32u;
#include "scales_k.glsl"

void piece(uint row, uint p, out vec4 w[8]) {
	uint block = row + 11u * (p / 8u), k = p % 8u, j = k / 2u * 2u;
	uvec4 head = quads[block], h = quads[block + 1u + k % 2u] >> j, q = quads[block + 3u + k];
	vec2 a = scale(head, j), b = scale(head, j + 1u);
	for (int i = 0; i < 4; i++) {
		w[i] = a.x * bytes(q[i] & LOW4 | (h[i] & LOW1) << 4) - a.y;
		w[i + 4] = b.x * bytes(q[i] >> 4 & LOW4 | (h[i] >> 1 & LOW1) << 4) - b.y;
	}
}
