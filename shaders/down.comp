// down: adds to a row of y the weighted sum of the products of the USED chosen
// experts' matrices, each with its own row of activations.
// Groups: x: ROWS rows of weights.
layout(local_size_x = WORKGROUP) in;
const uint SUMS = ROWS * USED;
#include "reduce.glsl"
#include "half.glsl"
#include "bytes.glsl"
layout(std430, binding = 0) readonly buffer X { vec4 x[]; };
layout(std430, binding = 1) buffer Y { float y[]; };
layout(std430, binding = 2) readonly buffer Chosen { uint chosen[]; };
layout(std430, binding = 3) readonly buffer Weights { float weights[]; };
layout(location = 0) uniform uint args[8];
#define PIECES args[0]
#define X_FROM args[1]   // quartets
#define X_STRIDE args[2] // quartets from slot to slot
#define COUNT args[3]    // rows of each matrix
#define STRIDE args[4]   // quads
#define Y_FROM args[5]
#define LIST args[6]     // where the choices begin
#include "MATRIX0"

void main() {
	uint tid = gl_LocalInvocationIndex, row = gl_WorkGroupID.x * ROWS;
	float part[ROWS], sum[SUMS];
	for (uint j = 0u; j < USED; j++) {
		accumulate0(chosen[LIST + j] * COUNT, row, COUNT, STRIDE, X_FROM + j * X_STRIDE, part);
		for (uint r = 0u; r < ROWS; r++) sum[j * ROWS + r] = part[r];
	}
	reduce(sum);
	row += tid;
	if (tid >= ROWS || row >= COUNT) return;
	float v = y[Y_FROM + row];
	for (uint j = 0u; j < USED; j++) v += weights[LIST + j] * TOTAL(j * ROWS + tid); // in the order of choice
	y[Y_FROM + row] = v;
}
