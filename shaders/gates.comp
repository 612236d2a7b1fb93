// gates: gate = silu(W0·x) ⊙ W1·x and up = W1·x for one row of activations, with EXPERTS of those that were chosen.
// Groups: x: ROWS rows of weights, y: slots.
layout(local_size_x = WORKGROUP) in;
const uint SUMS = 2 * ROWS;
#include "reduce.glsl"
#include "half.glsl"
#include "bytes.glsl"
layout(std430, binding = 0) readonly buffer X { vec4 x[]; };
layout(std430, binding = 1) writeonly buffer Gate { float gate[]; };
layout(std430, binding = 2) writeonly buffer Up { float up[]; };
layout(std430, binding = 3) readonly buffer Chosen { uint chosen[]; };
layout(location = 0) uniform uint args[12];
#define PIECES args[0]
#define X_FROM args[1]   // quartets
#define COUNT args[2]    // rows of each matrix
#define STRIDE0 args[3]  // quads
#define STRIDE1 args[4]
#define GATE_FROM args[5]
#define UP_FROM args[6]
#define Y_STRIDE args[7] // from slot to slot, of both
#define LIST args[8]     // where the choices begin
#include "MATRIX0"
#include "MATRIX1"

void main() {
	uint tid = gl_LocalInvocationIndex, row = gl_WorkGroupID.x * ROWS, slot = gl_WorkGroupID.y, base = 0u;
#ifdef EXPERTS
	base = chosen[LIST + slot] * COUNT;
#endif
	float a[ROWS], b[ROWS], sum[SUMS];
	accumulate0(base, row, COUNT, STRIDE0, X_FROM, a);
	accumulate1(base, row, COUNT, STRIDE1, X_FROM, b);
	for (uint r = 0u; r < ROWS; r++) {
		sum[r] = a[r];
		sum[ROWS + r] = b[r];
	}
	reduce(sum);
	row += tid;
	if (tid >= ROWS || row >= COUNT) return;
	float g = TOTAL(tid), u = TOTAL(ROWS + tid);
	gate[GATE_FROM + slot * Y_STRIDE + row] = g / (1.0 + exp(-g)) * u;
	up[UP_FROM + slot * Y_STRIDE + row] = u;
}
