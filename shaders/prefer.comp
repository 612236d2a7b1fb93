// prefer: adds the same numbers to every row.
// Groups: x: columns, y: rows.
layout(local_size_x = WORKGROUP) in;
layout(std430, binding = 0) readonly buffer Bias { float bias[]; };
layout(std430, binding = 1) buffer X { float x[]; };
layout(location = 0) uniform uint args[4];
#define WIDTH args[0]
#define FROM args[1]
#define STRIDE args[2] // from row to row

void main() {
	uint i = gl_GlobalInvocationID.x, t = gl_WorkGroupID.y;
	if (i >= WIDTH) return;
	x[FROM + t * STRIDE + i] += bias[i];
}
