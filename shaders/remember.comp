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

void main() {
	uint i = gl_GlobalInvocationID.x, t = gl_WorkGroupID.y;
	if (i >= HEADS * WORDS) return;
	uint head = i / WORDS, word = i % WORDS, to = (head * TOKENS + POS + t) * WORDS + word;
	uint from = t * ROW + head * HEAD_DIM;
#ifdef F16
	from += 2u * word;
	bool odd = 2u * word + 1u < HEAD_DIM;
	keys[to] = narrow(k[K_FROM + from]) | (odd ? narrow(k[K_FROM + from + 1u]) << 16 : 0u);
	values[to] = narrow(v[V_FROM + from]) | (odd ? narrow(v[V_FROM + from + 1u]) << 16 : 0u);
#else
	keys[to] = floatBitsToUint(k[K_FROM + from + word]);
	values[to] = floatBitsToUint(v[V_FROM + from + word]);
#endif
}
