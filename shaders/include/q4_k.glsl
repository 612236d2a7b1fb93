// A row: the blocks as they stand in the file, 9 quads each.
const uint APART = 32u;
#include "scales_k.glsl"

void piece(uint row, uint p, out vec4 w[8]) {
	uint block = row + 9u * (p / 8u), k = p % 8u;
	uvec4 head = quads[block], q = quads[block + 1u + k];
	vec2 a = scale(head, k / 2u * 2u), b = scale(head, k / 2u * 2u + 1u);
	for (int i = 0; i < 4; i++) {
		w[i] = a.x * bytes(q[i] & LOW4) - a.y;
		w[i + 4] = b.x * bytes(q[i] >> 4 & LOW4) - b.y;
	}
}
