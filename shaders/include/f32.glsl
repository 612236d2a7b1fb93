const uint APART = 16u;

void piece(uint row, uint p, out vec4 w[8]) {
	for (uint i = 0u; i < 8u; i++) w[i] = uintBitsToFloat(quads[row + 8u * p + i]);
}
