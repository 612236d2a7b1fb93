// attend: softmax(q·Kᵀ)·V of QUERIES queries of one key/value head over one
// part of the positions, with the running maximum and sum of Milakov and
// Gimelshein (2018); combine.comp puts the parts together.
// Groups: x: queries (rows × heads of the key/value head), y: key/value heads, z: parts.
layout(local_size_x = WORKGROUP) in;
#include "sync.glsl"
#include "cache.glsl"
#include "bytes.glsl"
layout(std430, binding = 0) readonly buffer Q { float q[]; };
#if defined(F16) && HEAD_DIM % 8 == 0
#define QUADS
layout(std430, binding = 1) readonly buffer Keys { uvec4 keys[]; };
#else
layout(std430, binding = 1) readonly buffer Keys { uint keys[]; };
#endif
layout(std430, binding = 2) readonly buffer Values { uint values[]; };
layout(std430, binding = 3) writeonly buffer Parts { float parts[]; };
layout(location = 0) uniform uint args[12];
#define Q_FROM args[0]
#define Q_STRIDE args[1]
#define ROWS args[2]    // tokens
#define POS args[3]     // of the first of them
#define GROUP args[4]   // query heads of a key/value head
#define TOKENS args[5]  // positions that the cache holds
#define PART args[6]    // positions of a part
#define PARTS args[7]   // in all
#define SCALE uintBitsToFloat(args[8])
#define KV_HEADS args[9]
#define FIRST args[10]  // the first group of queries to compute

const float NONE = -3.0e38; // the score of what is not seen
const uint OWN = (HEAD_DIM + WORKGROUP - 1) / WORKGROUP; // values of each query that an invocation sums up
shared float query[QUERIES * HEAD_DIM];
shared float score[QUERIES * WORKGROUP];
shared float work[QUERIES * WORKGROUP];
shared float most[QUERIES], sum[QUERIES], keep[QUERIES];

// value is component i of the row of words at `at`.
#if defined(Q8)
#define VALUE(array, at, i) (float(bitfieldExtract(int(array[(at) + (i) / 4u]), int(8u * ((i) % 4u)), 8)) * uintBitsToFloat(array[(at) + HEAD_DIM / 4u + (i) / 32u]))
#elif defined(F16)
#define VALUE(array, at, i) unpackHalf2x16(array[(at) + (i) / 2u])[(i) % 2u]
#else
#define VALUE(array, at, i) uintBitsToFloat(array[(at) + (i)])
#endif

uint group() { return (FIRST + gl_WorkGroupID.x) * QUERIES; }
uint seen(uint j) { return POS + (group() + j) / GROUP + 1u; }
uint start() { return gl_WorkGroupID.y * TOKENS; }

vec4 queries(uint j, uint i) {
	uint at = j * HEAD_DIM + i;
	return vec4(query[at], query[at + 1u], query[at + 2u], query[at + 3u]);
}

void scores(uint tid, uint key, uint end) {
	float s[QUERIES];
	for (uint j = 0u; j < QUERIES; j++) s[j] = 0.0;
	if (key < end) {
#ifdef QUADS
		uint at = (start() + key) * (WORDS / 4);
		for (uint i = 0u; i < HEAD_DIM; i += 8u) {
			uvec4 k = keys[at + i / 8u];
			vec4 a = vec4(unpackHalf2x16(k.x), unpackHalf2x16(k.y)), b = vec4(unpackHalf2x16(k.z), unpackHalf2x16(k.w));
			for (uint j = 0u; j < QUERIES; j++) s[j] += dot(a, queries(j, i)) + dot(b, queries(j, i + 4u));
		}
#elif defined(Q8)
		uint at = (start() + key) * WORDS;
		for (uint i = 0u; i < HEAD_DIM; i += 4u) {
			vec4 k = uintBitsToFloat(keys[at + HEAD_DIM / 4u + i / 32u]) * signedBytes(keys[at + i / 4u]);
			for (uint j = 0u; j < QUERIES; j++) s[j] += dot(k, queries(j, i));
		}
#else
		uint at = (start() + key) * WORDS;
		for (uint i = 0u; i < HEAD_DIM; i++) {
			float k = VALUE(keys, at, i);
			for (uint j = 0u; j < QUERIES; j++) s[j] += k * query[j * HEAD_DIM + i];
		}
#endif
	}
	for (uint j = 0u; j < QUERIES; j++) {
		float v = key < min(end, seen(j)) ? s[j] : NONE;
		score[j * WORKGROUP + tid] = v;
		work[j * WORKGROUP + tid] = v;
	}
	sync();
}

// softmax turns scores into weights relative to the running maximum.
void softmax(uint tid) {
	for (uint n = WORKGROUP / 2; n > 0u; n /= 2u) {
		if (tid < n)
			for (uint j = tid; j < QUERIES * WORKGROUP; j += WORKGROUP) work[j] = max(work[j], work[j + n]);
		sync();
	}
	if (tid < QUERIES) {
		float m = max(most[tid], work[tid * WORKGROUP]);
		keep[tid] = exp(most[tid] - m);
		most[tid] = m;
	}
	sync();
	for (uint j = 0u; j < QUERIES; j++) {
		float s = score[j * WORKGROUP + tid];
		s = s > NONE ? exp(s - most[j]) : 0.0;
		score[j * WORKGROUP + tid] = s;
		work[j * WORKGROUP + tid] = s;
	}
	sync();
	for (uint n = WORKGROUP / 2; n > 0u; n /= 2u) {
		if (tid < n)
			for (uint j = tid; j < QUERIES * WORKGROUP; j += WORKGROUP) work[j] += work[j + n];
		sync();
	}
	if (tid < QUERIES) sum[tid] = sum[tid] * keep[tid] + work[tid * WORKGROUP];
}

void weigh(uint tid, uint from, uint count, inout float o[QUERIES * OWN]) {
	for (uint n = 0u; n < OWN; n++) {
		uint i = tid + n * WORKGROUP;
		for (uint j = 0u; j < QUERIES; j++) o[j * OWN + n] *= keep[j];
		if (i >= HEAD_DIM) continue;
		for (uint key = 0u; key < count; key++) {
			float v = VALUE(values, (start() + from + key) * WORDS, i);
			for (uint j = 0u; j < QUERIES; j++) o[j * OWN + n] += v * score[j * WORKGROUP + key];
		}
	}
	sync();
}

void main() {
	uint tid = gl_LocalInvocationIndex, all = ROWS * GROUP, heads = KV_HEADS * GROUP;
	for (uint i = tid; i < QUERIES * HEAD_DIM; i += WORKGROUP) {
		uint j = min(group() + i / HEAD_DIM, all - 1u);
		uint head = gl_WorkGroupID.y * GROUP + j % GROUP;
		query[i] = SCALE * q[Q_FROM + j / GROUP * Q_STRIDE + head * HEAD_DIM + i % HEAD_DIM];
	}
	if (tid < QUERIES) {
		most[tid] = NONE;
		sum[tid] = 0.0;
	}
	sync();
	float o[QUERIES * OWN];
	for (uint n = 0u; n < QUERIES * OWN; n++) o[n] = 0.0;
	uint from = gl_WorkGroupID.z * PART, last = min(group() + QUERIES, all) - 1u;
	uint end = min(from + PART, POS + last / GROUP + 1u);
	for (; from < end; from += WORKGROUP) {
		scores(tid, from + tid, end);
		softmax(tid);
		sync();
		weigh(tid, from, min(uint(WORKGROUP), end - from), o);
	}
	for (uint j = 0u; j < QUERIES && group() + j < all; j++) {
		uint at = group() + j, head = gl_WorkGroupID.y * GROUP + at % GROUP;
		at = ((at / GROUP * heads + head) * PARTS + gl_WorkGroupID.z) * (HEAD_DIM + 2);
		for (uint n = 0u; n < OWN; n++)
			if (tid + n * WORKGROUP < HEAD_DIM) parts[at + tid + n * WORKGROUP] = o[j * OWN + n];
		if (tid == 0u) {
			parts[at + HEAD_DIM] = most[j];
			parts[at + HEAD_DIM + 1u] = sum[j];
		}
	}
}
