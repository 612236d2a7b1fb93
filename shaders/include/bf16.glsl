const uint APART = 16u;

vec4 upper(uint a, uint b) {
	return uintBitsToFloat(uvec4(a << 16, a & 0xffff0000u, b << 16, b & 0xffff0000u));
}

void piece(uint row, uint p, out vec4 w[8]) {
	for (uint i = 0u; i < 4u; i++) {
		uvec4 q = quads[row + 4u * p + i];
		w[2u * i] = upper(q.x, q.y);
		w[2u * i + 1u] = upper(q.z, q.w);
	}
}
