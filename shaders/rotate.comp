// rotate: RoPE in place; the table has a cosine and a sine for each row and pair.
// Groups: x: pairs of a row, y: rows.
layout(local_size_x = WORKGROUP) in;
layout(std430, binding = 0) buffer X { float x[]; };
layout(std430, binding = 1) readonly buffer Table { vec2 table[]; };
layout(location = 0) uniform uint args[8];
#define FROM args[0]
#define STRIDE args[1]
#define HEADS args[2]
#define HEAD args[3]  // values of a head
#define PAIRS args[4] // rotated pairs of a head
#define HALF args[5]  // pairs are (p, p+PAIRS) instead of (2p, 2p+1)

void main() {
	uint i = gl_GlobalInvocationID.x, t = gl_WorkGroupID.y;
	if (i >= HEADS * PAIRS) return;
	uint p = i % PAIRS, at = FROM + t * STRIDE + i / PAIRS * HEAD;
	uint u = at + (HALF != 0u ? p : 2u * p), v = HALF != 0u ? u + PAIRS : u + 1u;
	vec2 turn = table[t * PAIRS + p];
	float a = x[u], b = x[v];
	x[u] = a * turn.x - b * turn.y;
	x[v] = a * turn.y + b * turn.x;
}
