// matvec: products of ROWS rows of weights with COLUMNS rows of activations, by one workgroup.
// Groups: x: ROWS rows of weights, y: COLUMNS rows of activations.
layout(local_size_x = WORKGROUP) in;
#include "product.glsl"

const uint SUMS = ROWS * COLUMNS;
#include "reduce.glsl"

void main() {
	uint tid = gl_LocalInvocationIndex, row0 = FIRST + gl_WorkGroupID.x * ROWS, slot0 = gl_WorkGroupID.y * COLUMNS;
	uint share = 1u, expert = 0u;
#ifdef EXPERTS
	expert = chosen[LIST + slot0] - EXPERT;
	if (expert >= HELD) return; // the same for the whole workgroup
	share = SHARE;
#endif
	float sum[SUMS];
	for (uint k = 0u; k < SUMS; k++) sum[k] = 0.0;
	for (uint p = tid; p < PIECES; p += WORKGROUP) {
		for (uint r = 0u; r < ROWS; r++) {
			vec4 w[8];
			piece((expert * COUNT + min(row0 + r, COUNT - 1u)) * STRIDE, p, w);
			for (uint c = 0u; c < COLUMNS; c++) {
				uint from = X_FROM + min(slot0 + c, SLOTS - 1u) / share * X_STRIDE;
				vec4 s = vec4(0.0);
				for (uint i = 0u; i < 8u; i++) s += w[i] * x[from + column(p, i) / 4u];
				sum[r * COLUMNS + c] += s.x + s.y + (s.z + s.w);
			}
		}
	}
	reduce(sum);
	uint row = row0 + tid / COLUMNS, slot = slot0 + tid % COLUMNS;
	if (tid < SUMS && row < COUNT && slot < SLOTS) put(slot, row, TOTAL(tid));
}
