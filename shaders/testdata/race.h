// GLSL as C++, as far as the kernels speak it: package shaders' TestRaces puts a
// kernel between this and race_main.h, each invocation a thread, each workgroup a
// struct whose members are its shared memory.
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned int uint;

struct vec2 {
	float x, y;
	float &operator[](uint i) { return (&x)[i]; }
	vec2() {}
	vec2(float a, float b) : x(a), y(b) {}
};
struct vec4 {
	float x, y, z, w;
	float &operator[](uint i) { return (&x)[i]; }
	vec4() {}
	explicit vec4(float a) : x(a), y(a), z(a), w(a) {}
	vec4(float a, float b, float c, float d) : x(a), y(b), z(c), w(d) {}
	vec4(vec2 a, vec2 b) : x(a.x), y(a.y), z(b.x), w(b.y) {}
	vec4 &operator+=(vec4 o) { return *this = vec4(x + o.x, y + o.y, z + o.z, w + o.w); }
};
struct uvec4 {
	uint x, y, z, w;
	uint &operator[](uint i) { return (&x)[i]; }
	uvec4() {}
	uvec4(uint a, uint b, uint c, uint d) : x(a), y(b), z(c), w(d) {}
};
#define EACH_OF(op) \
	static inline vec4 operator op(vec4 a, vec4 b) { return vec4(a.x op b.x, a.y op b.y, a.z op b.z, a.w op b.w); } \
	static inline vec4 operator op(vec4 a, float b) { return a op vec4(b); } \
	static inline vec4 operator op(float a, vec4 b) { return vec4(a) op b; }
EACH_OF(+) EACH_OF(-) EACH_OF(*) EACH_OF(/)
#undef EACH_OF
static inline vec4 operator-(vec4 a) { return 0.0f - a; }
static inline uvec4 operator>>(uvec4 a, uint n) { return uvec4(a.x >> n, a.y >> n, a.z >> n, a.w >> n); }

static inline float dot(vec4 a, vec4 b) { return a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w; }
static inline float inversesqrt(float a) { return 1 / sqrtf(a); }
static inline vec4 exp(vec4 a) { return vec4(expf(a.x), expf(a.y), expf(a.z), expf(a.w)); }
static inline uint min(uint a, uint b) { return a < b ? a : b; }
static inline vec4 min(vec4 a, vec4 b) { return vec4(fminf(a.x, b.x), fminf(a.y, b.y), fminf(a.z, b.z), fminf(a.w, b.w)); }
static inline float max(float a, float b) { return a > b ? a : b; }
static inline uint floatBitsToUint(float a) { uint b; memcpy(&b, &a, 4); return b; }
static inline float uintBitsToFloat(uint a) { float b; memcpy(&b, &a, 4); return b; }
static inline vec4 uintBitsToFloat(uvec4 a) { return vec4(uintBitsToFloat(a.x), uintBitsToFloat(a.y), uintBitsToFloat(a.z), uintBitsToFloat(a.w)); }
static inline int bitfieldExtract(int a, int from, int n) { return (int)((uint)a << (32 - from - n)) >> (32 - n); }
static inline vec2 unpackHalf2x16(uint) { return vec2(0.5f, 0.25f); } // which numbers these are does not matter
static inline void atomicAdd(uint &a, uint b) { __atomic_fetch_add(&a, b, __ATOMIC_RELAXED); }

struct One { // float[1](a)
	float v[1];
	operator float *() { return v; }
};
struct Index { uint x, y, z; };
static thread_local uint gl_LocalInvocationIndex;
static thread_local Index gl_WorkGroupID, gl_GlobalInvocationID;
static thread_local pthread_barrier_t *meetings;
static thread_local uint met;
static Index gl_NumWorkGroups;
static void memoryBarrierShared() {}
static bool together = true;

// barrier takes turns with two of them: who leaves one late would otherwise be
// thought to have seen what the quick ones did before they came to the next.
static void barrier() {
	if (together) pthread_barrier_wait(&meetings[met++ % 2]);
}

static uint args[16];
alignas(16) static unsigned char memory[12][1 << 18];

#pragma GCC diagnostic ignored "-Wparentheses"
struct Group {
