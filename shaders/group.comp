// group: sorts the slots (row, choice) by expert: where each expert's slots
// begin, where the last one's end, then the slots, in order. One workgroup.
layout(local_size_x = WORKGROUP) in;
#include "sync.glsl"
layout(std430, binding = 0) readonly buffer Ids { uint ids[]; };
layout(std430, binding = 1) writeonly buffer Groups { uint groups[]; };
layout(location = 0) uniform uint args[4];
#define SLOTS args[0]
#define EXPERTS args[1]
#define FROM args[2] // of the choices
#define TO args[3]   // of the groups

shared uint counts[512]; // the most experts that there are: how many slots, then where the next one goes
shared uint some[WORKGROUP];

void main() {
	uint tid = gl_LocalInvocationIndex;
	for (uint e = tid; e < EXPERTS; e += WORKGROUP) counts[e] = 0u;
	sync();
	for (uint i = tid; i < SLOTS; i += WORKGROUP) atomicAdd(counts[min(ids[FROM + i], EXPERTS - 1u)], 1u);
	sync();
	if (tid == 0u) {
		uint at = 0u;
		for (uint e = 0u; e < EXPERTS; e++) {
			uint n = counts[e];
			groups[TO + e] = at;
			counts[e] = at;
			at += n;
		}
		groups[TO + EXPERTS] = at;
	}
	for (uint from = 0u; from < SLOTS; from += WORKGROUP) {
		uint i = from + tid, own = i < SLOTS ? min(ids[FROM + i], EXPERTS - 1u) : 512u, rank = 0u;
		some[tid] = own;
		sync();
		for (uint k = 0u; k < tid; k++) rank += some[k] == own ? 1u : 0u; // the order of slots is kept
		uint at = own < 512u ? counts[own] + rank : 0u;
		sync();
		if (own < 512u) {
			groups[TO + EXPERTS + 1u + at] = i;
			atomicAdd(counts[own], 1u);
		}
		sync();
	}
}
