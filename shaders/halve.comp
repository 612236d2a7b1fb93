// halve: y = x rounded to float16.
// Groups: x: values of a row, y: rows.
layout(local_size_x = WORKGROUP) in;
#include "half.glsl"
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) writeonly buffer Y { float y[]; };
layout(location = 0) uniform uint args[4];
#define X_FROM args[0]
#define ROW args[1] // from row to row, of both

void main() {
	uint i = gl_GlobalInvocationID.x, at = gl_WorkGroupID.y * ROW + i;
	if (i < ROW) y[at] = widen(narrow(x[X_FROM + at]));
}
