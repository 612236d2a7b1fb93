// scale is (scale, minimum) of sub-block j of Q4_K and Q5_K, multiplied out;
// head is the block's first 16 bytes.
vec2 scale(uvec4 head, uint j) {
	uint n = 8u * (j % 4u), s = head.y >> n, m = head.z >> n;
	if (j < 4u) {
		s &= 63u;
		m &= 63u;
	} else {
		uint low = head.w >> n;
		s = low & 15u | (s >> 6 & 3u) << 4;
		m = low >> 4 & 15u | (m >> 6 & 3u) << 4;
	}
	return vec2(widen(head.x & 0xffffu) * float(s), widen(head.x >> 16) * float(m));
}
