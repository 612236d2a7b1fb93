// A row: 16 bytes of q for each piece, then each piece's d and m as halves.
const uint APART = 16u;

void piece(uint row, uint p, out vec4 w[8]) {
	uint dm = words[4u * (row + PIECES) + p];
	float d = widen(dm & 0xffffu), m = widen(dm >> 16);
	uvec4 q = quads[row + p];
	for (int i = 0; i < 4; i++) {
		w[i] = d * bytes(q[i] & LOW4) + m;
		w[i + 4] = d * bytes(q[i] >> 4 & LOW4) + m;
	}
}
