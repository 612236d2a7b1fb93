// One of several matrices of one kernel: package shaders gives the names in here,
// and the bindings, a number of their own for each.
layout(std430, binding = QUADS_AT) readonly buffer Quads { uvec4 quads[]; };
layout(std430, binding = WORDS_AT) readonly buffer Words { uint words[]; };
#include "FORMAT"

uint at(uint p) { return APART == 16u ? 32u * p : 64u * (p / 2u) + 16u * (p % 2u); }
uint column(uint p, uint i) { return at(p) + (i / 4u) * APART + 4u * (i % 4u); }

#ifdef ROWS
// accumulate sets sum to this invocation's part of the products of ROWS rows, from
// row on, with the activations that start at quartet from. The matrix starts at
// its base-th row in the buffer and has count rows of stride quads.
void accumulate(uint base, uint row, uint count, uint stride, uint from, out float sum[ROWS]) {
	for (uint r = 0u; r < ROWS; r++) sum[r] = 0.0;
	for (uint p = gl_LocalInvocationIndex; p < PIECES; p += WORKGROUP) {
		vec4 v[8];
		for (uint i = 0u; i < 8u; i++) v[i] = x[from + column(p, i) / 4u];
		for (uint r = 0u; r < ROWS; r++) {
			vec4 w[8], s = vec4(0.0);
			piece((base + min(row + r, count - 1u)) * stride, p, w);
			for (uint i = 0u; i < 8u; i++) s += w[i] * v[i];
			sum[r] += s.x + s.y + (s.z + s.w);
		}
	}
}
#endif
