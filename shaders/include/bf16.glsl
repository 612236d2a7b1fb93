const uint APART = 16u;
#include "upper.glsl"

void piece(uint row, uint p, out vec4 w[8]) {
	for (uint i = 0u; i < 4u; i++) {
		uvec4 q = quads[row + 4u * p + i];
		w[2u * i] = upper(q.x, q.y);
		w[2u * i + 1u] = upper(q.z, q.w);
	}
}
