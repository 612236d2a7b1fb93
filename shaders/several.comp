// several: the products of up to three matrices with one row of activations: queries, keys and values.
// Groups: x: ROWS rows of weights each, of one matrix after another.
layout(local_size_x = WORKGROUP) in;
const uint SUMS = ROWS;
#include "reduce.glsl"
#include "half.glsl"
#include "bytes.glsl"
layout(std430, binding = 0) readonly buffer X { vec4 x[]; };
layout(std430, binding = 1) writeonly buffer Y0 { float y0[]; };
layout(std430, binding = 2) writeonly buffer Y1 { float y1[]; };
layout(std430, binding = 3) writeonly buffer Y2 { float y2[]; };
layout(location = 0) uniform uint args[12];
#define PIECES args[0]
#define X_FROM args[1] // quartets
#define COUNT(n) args[2 + 3 * n]  // rows of weights
#define STRIDE(n) args[3 + 3 * n] // quads
#define Y_FROM(n) args[4 + 3 * n]
#include "MATRIX0"
#include "MATRIX1"
#ifdef FORMAT2
#include "MATRIX2"
#endif

uint groups(uint count) { return (count + ROWS - 1u) / ROWS; }

void main() {
	uint tid = gl_LocalInvocationIndex, g = gl_WorkGroupID.x, row;
	float sum[ROWS];
	if (g < groups(COUNT(0))) {
		accumulate0(0u, g * ROWS, COUNT(0), STRIDE(0), X_FROM, sum);
		reduce(sum);
		row = g * ROWS + tid;
		if (tid < ROWS && row < COUNT(0)) y0[Y_FROM(0) + row] = TOTAL(tid);
		return; // the same for the whole workgroup, as below
	}
	g -= groups(COUNT(0));
#ifdef FORMAT2
	if (g >= groups(COUNT(1))) {
		g -= groups(COUNT(1));
		accumulate2(0u, g * ROWS, COUNT(2), STRIDE(2), X_FROM, sum);
		reduce(sum);
		row = g * ROWS + tid;
		if (tid < ROWS && row < COUNT(2)) y2[Y_FROM(2) + row] = TOTAL(tid);
		return;
	}
#endif
	accumulate1(0u, g * ROWS, COUNT(1), STRIDE(1), X_FROM, sum);
	reduce(sum);
	row = g * ROWS + tid;
	if (tid < ROWS && row < COUNT(1)) y1[Y_FROM(1) + row] = TOTAL(tid);
}
