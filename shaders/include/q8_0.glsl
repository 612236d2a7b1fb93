// A row: 32 bytes of q for each piece, then each piece's d as a half.
const uint APART = 16u;

void piece(uint row, uint p, out vec4 w[8]) {
	float d = widen(words[4u * (row + 2u * PIECES) + p / 2u] >> 16u * (p % 2u) & 0xffffu);
	uvec4 a = quads[row + 2u * p], b = quads[row + 2u * p + 1u];
	for (int i = 0; i < 4; i++) {
		w[i] = d * signedBytes(a[i]);
		w[i + 4] = d * signedBytes(b[i]);
	}
}
