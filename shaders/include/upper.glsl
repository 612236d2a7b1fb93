// upper is four float32 of which a and b hold the upper halves.
vec4 upper(uint a, uint b) {
	return uintBitsToFloat(uvec4(a << 16, a & 0xffff0000u, b << 16, b & 0xffff0000u));
}
