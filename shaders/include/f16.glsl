const uint APART = 16u;

void piece(uint row, uint p, out vec4 w[8]) {
	for (uint i = 0u; i < 4u; i++) {
		uvec4 q = quads[row + 4u * p + i];
		w[2u * i] = vec4(unpackHalf2x16(q.x), unpackHalf2x16(q.y));
		w[2u * i + 1u] = vec4(unpackHalf2x16(q.z), unpackHalf2x16(q.w));
	}
}
