// weigh: adds to each row of y the weighted sum of its experts' results, in the
// order of choice.
// Groups: x: columns, y: rows.
layout(local_size_x = WORKGROUP) in;
layout(std430, binding = 0) readonly buffer Results { float results[]; };
layout(std430, binding = 1) readonly buffer Weights { float weights[]; };
layout(std430, binding = 2) buffer Y { float y[]; };
layout(location = 0) uniform uint args[8];
#define USED args[0]
#define WIDTH args[1]
#define FROM args[2]   // of the weights
#define STRIDE args[3] // from row to row, of results and y
#define Y_FROM args[4]

void main() {
	uint i = gl_GlobalInvocationID.x, t = gl_WorkGroupID.y;
	if (i >= WIDTH) return;
	float sum = y[Y_FROM + t * STRIDE + i];
	for (uint j = 0u; j < USED; j++) sum += weights[FROM + t * USED + j] * results[(t * USED + j) * STRIDE + i];
	y[Y_FROM + t * STRIDE + i] = sum;
}
