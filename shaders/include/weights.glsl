// Rows of weights: bindings 0 and 1 are the same buffer, as quads and as words.
// A row is a run of blocks and, in formats whose blocks are not a multiple of
// 16 bytes, planes of what was taken out of them (package gl, pack.go).
//
// A format gives piece(row, p, w): w are 32 weights of the row that starts at
// quad `row`, namely 16 from column at(p) on and 16 from column at(p)+APART on.
layout(std430, binding = 0) readonly buffer Quads { uvec4 quads[]; };
layout(std430, binding = 1) readonly buffer Words { uint words[]; };

layout(location = 0) uniform uint args[16];
#define PIECES args[0] // in a row
#define STRIDE args[1] // quads from row to row

#include "half.glsl"
#include "bytes.glsl"
#include "FORMAT"

uint at(uint p) { return APART == 16u ? 32u * p : 64u * (p / 2u) + 16u * (p % 2u); }

// column is where weight quartet i (0 to 7) of piece p stands in its row.
uint column(uint p, uint i) { return at(p) + (i / 4u) * APART + 4u * (i % 4u); }
