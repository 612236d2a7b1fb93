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

shared uint counts[512]; // the most experts that there are

void main() {
	uint tid = gl_LocalInvocationIndex;
	for (uint e = tid; e < EXPERTS; e += WORKGROUP) {
		counts[e] = 0u;
		for (uint i = 0u; i < SLOTS; i++) if (ids[FROM + i] == e) counts[e]++;
	}
	sync();
	for (uint e = tid; e < EXPERTS; e += WORKGROUP) {
		uint at = 0u;
		for (uint k = 0u; k < e; k++) at += counts[k];
		groups[TO + e] = at;
		if (e == EXPERTS - 1u) groups[TO + EXPERTS] = SLOTS;
		for (uint i = 0u; i < SLOTS; i++) if (ids[FROM + i] == e) groups[TO + EXPERTS + 1u + at++] = i;
	}
}
