// turn: RoPE of queries and keys in place, and keys and values written to a layer's cache.
// Groups: x: heads, the queries' and then the keys'; y: rows.
layout(local_size_x = WORKGROUP) in;
#include "sync.glsl"
#include "half.glsl"
#include "cache.glsl"
layout(std430, binding = 0) buffer Q { float q[]; };
layout(std430, binding = 1) buffer K { float k[]; };
layout(std430, binding = 2) readonly buffer V { float v[]; };
layout(std430, binding = 3) readonly buffer Table { vec2 table[]; };
layout(std430, binding = 4) writeonly buffer Keys { uint keys[]; };
layout(std430, binding = 5) writeonly buffer Values { uint values[]; };
layout(location = 0) uniform uint args[12];
#define HEADS args[0]  // of the queries
#define Q_FROM args[1]
#define Q_STRIDE args[2]
#define K_FROM args[3]
#define V_FROM args[4]
#define KV_STRIDE args[5]
#define PAIRS args[6]  // rotated pairs of a head
#define HALF args[7]   // pairs are (p, p+PAIRS) instead of (2p, 2p+1)
#define TOKENS args[8] // positions that the cache holds
#define POS args[9]

shared float key[HEAD_DIM];
shared float value[HEAD_DIM];

#define KEY(i) key[i]
#define VALUE(i) value[i]
PACKER(packedKey, KEY)
PACKER(packedValue, VALUE)

uint first(uint p) { return HALF != 0u ? p : 2u * p; }
uint second(uint p) { return HALF != 0u ? p + PAIRS : 2u * p + 1u; }

vec2 turned(float a, float b, vec2 by) { return vec2(a * by.x - b * by.y, a * by.y + b * by.x); }

void main() {
	uint tid = gl_LocalInvocationIndex, head = gl_WorkGroupID.x, t = gl_WorkGroupID.y;
	if (head < HEADS) { // the same for the whole workgroup
		uint at = Q_FROM + t * Q_STRIDE + head * HEAD_DIM;
		for (uint p = tid; p < PAIRS; p += WORKGROUP) {
			vec2 r = turned(q[at + first(p)], q[at + second(p)], table[t * PAIRS + p]);
			q[at + first(p)] = r.x;
			q[at + second(p)] = r.y;
		}
		return;
	}
	head -= HEADS;
	uint from = t * KV_STRIDE + head * HEAD_DIM;
	for (uint i = tid; i < HEAD_DIM; i += WORKGROUP) {
		key[i] = k[K_FROM + from + i];
		value[i] = v[V_FROM + from + i];
	}
	sync();
	for (uint p = tid; p < PAIRS; p += WORKGROUP) {
		vec2 r = turned(key[first(p)], key[second(p)], table[t * PAIRS + p]);
		key[first(p)] = r.x;
		key[second(p)] = r.y;
		k[K_FROM + from + first(p)] = r.x;
		k[K_FROM + from + second(p)] = r.y;
	}
	sync();
	for (uint i = tid; i < WORDS; i += WORKGROUP) {
		uint to = (head * TOKENS + POS + t) * WORDS + i;
		keys[to] = packedKey(i);
		values[to] = packedValue(i);
	}
}
