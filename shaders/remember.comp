// remember: writes keys and values of some positions to a layer's cache.
// Groups: x: words of a row, y: rows.
layout(local_size_x = WORKGROUP) in;
#include "half.glsl"
#include "cache.glsl"
layout(std430, binding = 0) readonly buffer K { float k[]; };
layout(std430, binding = 1) readonly buffer V { float v[]; };
layout(std430, binding = 2) writeonly buffer Keys { uint keys[]; };
layout(std430, binding = 3) writeonly buffer Values { uint values[]; };
layout(location = 0) uniform uint args[8];
#define HEADS args[0]
#define TOKENS args[1] // positions that the cache holds
#define POS args[2]
#define K_FROM args[3]
#define V_FROM args[4]
#define ROW args[5] // from row to row, of both

uint from = 0u; // where the head begins in its row
#define KEY(i) k[K_FROM + from + (i)]
#define VALUE(i) v[V_FROM + from + (i)]
PACKER(packedKey, KEY)
PACKER(packedValue, VALUE)

void main() {
	uint i = gl_GlobalInvocationID.x, t = gl_WorkGroupID.y;
	if (i >= HEADS * WORDS) return;
	uint head = i / WORDS, word = i % WORDS, to = (head * TOKENS + POS + t) * WORDS + word;
	from = t * ROW + head * HEAD_DIM;
	keys[to] = packedKey(word);
	values[to] = packedValue(word);
}
