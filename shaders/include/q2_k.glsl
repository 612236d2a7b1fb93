// A row: of each block the scales and q, 5 quads; then each block's d and m as halves.
const uint APART = 32u;

void piece(uint row, uint p, out vec4 w[8]) {
	uint b = p / 8u, block = row + 5u * b;
	uint dm = words[4u * (row + 5u * (PIECES / 8u)) + b];
	float d = widen(dm & 0xffffu), m = widen(dm >> 16);
	uint n = p % 8u / 4u, pair = p % 4u / 2u, part = p % 2u;
	uvec4 s = quads[block], q = quads[block + 1u + 2u * n + part] >> 4u * pair;
	uint k = 8u * n + 4u * pair + part;
	uint s0 = s[k / 4u] >> 8u * (k % 4u);
	k += 2u;
	uint s1 = s[k / 4u] >> 8u * (k % 4u);
	for (int i = 0; i < 4; i++) {
		w[i] = d * float(s0 & 15u) * bytes(q[i] & LOW2) - m * float(s0 >> 4 & 15u);
		w[i + 4] = d * float(s1 & 15u) * bytes(q[i] >> 2 & LOW2) - m * float(s1 >> 4 & 15u);
	}
}
