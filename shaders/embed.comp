// embed: row t of y is row ids[t] of the table, dequantized.
// Groups: x: pieces of a row, y: rows. Rows are padded to whole pieces.
layout(local_size_x = WORKGROUP) in;
#include "weights.glsl"
layout(std430, binding = 2) readonly buffer Ids { uint ids[]; };
layout(std430, binding = 3) writeonly buffer Y { vec4 y[]; };
#define FIRST args[2]  // the table's row with which this buffer begins
#define COUNT args[3]  // rows in it
#define Y_FROM args[4] // quartets
#define Y_STRIDE args[5]

void main() {
	uint p = gl_GlobalInvocationID.x, t = gl_WorkGroupID.y, row = ids[t] - FIRST;
	if (row >= COUNT || p >= PIECES) return;
	vec4 w[8];
	piece(row * STRIDE, p, w);
	for (uint i = 0u; i < 8u; i++) y[Y_FROM + t * Y_STRIDE + column(p, i) / 4u] = w[i];
}
