// rmsnorm: y = x / sqrt(mean(x²) + epsilon) · gain, one workgroup for each row; y may be x.
layout(local_size_x = WORKGROUP) in;
const uint SUMS = 1u;
#include "reduce.glsl"
#include "weights.glsl"
layout(std430, binding = 2) readonly buffer X { vec4 x[]; };
layout(std430, binding = 3) writeonly buffer Y { vec4 y[]; };
#define X_FROM args[2] // quartets
#define Y_FROM args[3]
#define ROW args[4] // quartets from row to row, of both
#define WIDTH float(args[5])
#define EPSILON uintBitsToFloat(args[6])

void main() {
	uint i = gl_LocalInvocationIndex, row = gl_WorkGroupID.x * ROW;
	float sum = 0.0; // the padding of a row is zero
	for (uint j = i; j < ROW; j += WORKGROUP) sum += dot(x[X_FROM + row + j], x[X_FROM + row + j]);
	reduce(float[1](sum));
	float by = inversesqrt(TOTAL(0) / WIDTH + EPSILON);
	for (uint p = i; p < PIECES; p += WORKGROUP) {
		vec4 gain[8];
		piece(0u, p, gain);
		for (uint k = 0u; k < 8u; k++) {
			uint c = row + column(p, k) / 4u;
			y[Y_FROM + c] = x[X_FROM + c] * by * gain[k];
		}
	}
}
