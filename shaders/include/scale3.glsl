// scale3 is the scale of sub-block k of Q3_K; s are the last quad's first 12 bytes.
float scale3(uvec4 s, uint k) {
	uint low = s[k % 8u / 4u] >> 8u * (k % 4u) + 4u * (k / 8u) & 15u;
	uint high = s.z >> 8u * (k % 4u) + 2u * (k / 4u) & 3u;
	return float(int(low | high << 4) - 32);
}
