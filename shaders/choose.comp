// choose: the norm before a router, the router's logits, and its choice of USED of EXPERTS experts.
// Groups: x: rows.
layout(local_size_x = WORKGROUP) in;
const uint SUMS = EXPERTS;
#include "reduce.glsl"
#include "half.glsl"
#include "bytes.glsl"
layout(std430, binding = 0) readonly buffer X { vec4 x[]; };
layout(std430, binding = 1) writeonly buffer Y { vec4 y[]; };
layout(std430, binding = 2) writeonly buffer Logits { float logits[]; };
layout(std430, binding = 3) writeonly buffer Ids { uint ids[]; };
layout(std430, binding = 4) buffer Weights { float weights[]; };
layout(location = 0) uniform uint args[16];
#define PIECES args[0]
#define X_FROM args[1] // quartets
#define Y_FROM args[2]
#define ROW args[3]    // quartets from row to row, of both
#define WIDTH float(args[4])
#define EPSILON uintBitsToFloat(args[5])
#define STRIDE args[6] // quads from row to row of the router
#define LOGITS_FROM args[7]
#define LOGITS_STRIDE args[8]
#define TO args[9]     // where the choices begin
#include "MATRIX0"
#include "MATRIX1"
#define LOGIT(e) TOTAL(e)
#include "best.glsl"

vec4 rounded(vec4 v) {
#ifdef HALVE
	for (int k = 0; k < 4; k++) v[k] = widen(narrow(v[k]));
#endif
	return v;
}

void main() {
	uint tid = gl_LocalInvocationIndex, t = gl_WorkGroupID.x;
	float sum[EXPERTS];
	for (uint e = 0u; e < EXPERTS; e++) sum[e] = 0.0;
	for (uint j = tid; j < ROW; j += WORKGROUP) {
		vec4 v = x[X_FROM + t * ROW + j]; // the padding of a row is zero
		sum[0] += dot(v, v);
	}
	reduce(sum);
	float by = inversesqrt(TOTAL(0) / WIDTH + EPSILON);
	sync();
	sum[0] = 0.0;
	for (uint p = tid; p < PIECES; p += WORKGROUP) {
		vec4 v[8], w[8];
		piece0(0u, p, w);
		for (uint i = 0u; i < 8u; i++) {
			uint c = t * ROW + column0(p, i) / 4u;
			v[i] = x[X_FROM + c] * by * w[i];
			y[Y_FROM + c] = v[i];
			v[i] = rounded(v[i]);
		}
		for (uint e = 0u; e < EXPERTS; e++) {
			vec4 s = vec4(0.0);
			piece1(e * STRIDE, p, w);
			for (uint i = 0u; i < 8u; i++) s += w[i] * v[i];
			sum[e] += s.x + s.y + (s.z + s.w);
		}
	}
	reduce(sum);
	if (tid < EXPERTS) logits[LOGITS_FROM + t * LOGITS_STRIDE + tid] = TOTAL(tid);
	if (tid == 0u) best(TO + t * USED);
}
