// swiglu: y = gate / (1 + exp(-gate)) · up; y may be gate.
// Groups: x: quartets of a row, y: rows.
layout(local_size_x = WORKGROUP) in;
layout(std430, binding = 0) readonly buffer Gate { vec4 gate[]; };
layout(std430, binding = 1) readonly buffer Up { vec4 up[]; };
layout(std430, binding = 2) writeonly buffer Y { vec4 y[]; };
layout(location = 0) uniform uint args[4];
#define GATE_FROM args[0] // quartets
#define UP_FROM args[1]
#define Y_FROM args[2]
#define ROW args[3] // quartets

void main() {
	uint i = gl_GlobalInvocationID.x, at = gl_WorkGroupID.y * ROW + i;
	if (i >= ROW) return;
	vec4 g = gate[GATE_FROM + at];
	y[Y_FROM + at] = g / (1.0 + exp(min(-g, vec4(88.0)))) * up[UP_FROM + at];
}
