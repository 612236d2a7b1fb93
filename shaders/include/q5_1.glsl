// A row: 16 bytes of q for each piece, then each piece's h, then each one's d and m as halves.
const uint APART = 16u;

void piece(uint row, uint p, out vec4 w[8]) {
	uint plane = 4u * (row + PIECES);
	uint h = words[plane + p], dm = words[plane + PIECES + p];
	float d = widen(dm & 0xffffu), m = widen(dm >> 16);
	uvec4 q = quads[row + p];
	for (int i = 0; i < 4; i++) {
		w[i] = d * bytes(q[i] & LOW4 | spread(h >> 4 * i) << 4) + m;
		w[i + 4] = d * bytes(q[i] >> 4 & LOW4 | spread(h >> 16 + 4 * i) << 4) + m;
	}
}
