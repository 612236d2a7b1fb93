// route: for each row of logits the USED largest, the lower id on ties, and
// the softmax over them. One invocation for each row.
layout(local_size_x = WORKGROUP) in;
layout(std430, binding = 0) readonly buffer Logits { float logits[]; };
layout(std430, binding = 1) writeonly buffer Ids { uint ids[]; };
layout(std430, binding = 2) buffer Weights { float weights[]; };
layout(location = 0) uniform uint args[8];
#define ROWS args[0]
#define EXPERTS args[1]
#define USED args[2]
#define FROM args[3]
#define STRIDE args[4]
#define TO args[5] // where the choices begin in their buffers

uint row = 0u;
#define LOGIT(e) logits[row + (e)]
#include "best.glsl"

void main() {
	uint t = gl_GlobalInvocationID.x;
	if (t >= ROWS) return;
	row = FROM + t * STRIDE;
	best(TO + t * USED);
}
