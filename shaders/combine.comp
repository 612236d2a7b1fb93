// combine: the parts of attend.comp put together.
// Groups: x: heads, y: rows.
layout(local_size_x = WORKGROUP) in;
layout(std430, binding = 0) readonly buffer Parts { float parts[]; };
layout(std430, binding = 1) writeonly buffer Y { float y[]; };
layout(location = 0) uniform uint args[4];
#define PARTS args[0]
#define Y_FROM args[1]
#define Y_STRIDE args[2]
const uint PART = HEAD_DIM + 2; // values, maximum, sum

void main() {
	uint head = gl_WorkGroupID.x, t = gl_WorkGroupID.y, at = (t * gl_NumWorkGroups.x + head) * PARTS * PART;
	float most = parts[at + HEAD_DIM], total = 0.0;
	for (uint p = 1u; p < PARTS; p++) most = max(most, parts[at + p * PART + HEAD_DIM]);
	for (uint p = 0u; p < PARTS; p++) {
		uint end = at + p * PART + HEAD_DIM;
		total += parts[end + 1u] * exp(parts[end] - most);
	}
	for (uint i = gl_LocalInvocationIndex; i < HEAD_DIM; i += WORKGROUP) {
		float o = 0.0;
		for (uint p = 0u; p < PARTS; p++) o += parts[at + p * PART + i] * exp(parts[at + p * PART + HEAD_DIM] - most);
		y[Y_FROM + t * Y_STRIDE + head * HEAD_DIM + i] = o / total;
	}
}
