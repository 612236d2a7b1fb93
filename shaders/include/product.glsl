// What matvec and matmul have in common: y = x·wᵀ, or added to y. With EXPERTS,
// row i of y ("slot") is row i/SHARE of x times the expert that was chosen for
// slot i; this buffer holds COUNT rows each of some experts.
#include "sync.glsl"
#include "weights.glsl"
layout(std430, binding = 2) readonly buffer X { vec4 x[]; };
layout(std430, binding = 3) buffer Y { float y[]; };
layout(std430, binding = 4) readonly buffer Chosen { uint chosen[]; };
#define COUNT args[2]    // rows of weights of a matrix in this buffer
#define FIRST args[3]    // the first of them to compute
#define OFFSET args[4]   // column of y of the buffer's first row
#define X_FROM args[5]   // quartets
#define X_STRIDE args[6] // quartets
#define Y_FROM args[7]
#define Y_STRIDE args[8]
#define SLOTS args[9]    // rows of y
#define ADD args[10]     // add to y
#define EXPERT args[11]  // the first expert in this buffer
#define HELD args[12]    // experts in this buffer
#define SHARE args[13]
#define EXPERTS_ALL args[14]
#define LIST args[15]    // where the choices stand in their buffer

void put(uint slot, uint row, float v) {
	uint i = Y_FROM + slot * Y_STRIDE + OFFSET + row;
	y[i] = ADD != 0u ? y[i] + v : v;
}
