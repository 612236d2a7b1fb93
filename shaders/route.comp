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

void main() {
	uint t = gl_GlobalInvocationID.x;
	if (t >= ROWS) return;
	uint row = FROM + t * STRIDE, to = TO + t * USED, before = 0u;
	float most = 0.0, last = 0.0, sum = 0.0;
	for (uint j = 0u; j < USED; j++) {
		uint best = EXPERTS; // the largest that comes after the last one chosen
		for (uint e = 0u; e < EXPERTS; e++) {
			float v = logits[row + e];
			bool open = j == 0u || v < last || v == last && e > before;
			if (open && (best == EXPERTS || v > logits[row + best])) best = e;
		}
		best = min(best, EXPERTS - 1u); // logits that are not numbers
		before = best;
		last = logits[row + best];
		if (j == 0u) most = last;
		ids[to + j] = best;
		sum += exp(last - most);
		weights[to + j] = exp(last - most);
	}
	for (uint j = 0u; j < USED; j++) weights[to + j] /= sum;
}
