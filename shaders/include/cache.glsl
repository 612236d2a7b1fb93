// A layer's keys or values: for each head all positions in one run, each of
// WORDS words: float32, halves in pairs, or, with Q8, blocks of 32 bytes and then
// a scale for each block.
#if defined(Q8)
const uint WORDS = HEAD_DIM / 4 + HEAD_DIM / 32;
#elif defined(F16)
const uint WORDS = (HEAD_DIM + 1) / 2;
#else
const uint WORDS = HEAD_DIM;
#endif

// PACKER(name, AT) is a function that makes word i of a head whose values are AT(0),
// AT(1), ...
#if defined(Q8)
#define PACKER(name, AT) uint name(uint i) { \
	uint block = i < HEAD_DIM / 4u ? i / 8u : i - HEAD_DIM / 4u, word = 0u; \
	float most = 0.0; \
	for (uint n = 0u; n < 32u; n++) most = max(most, abs(AT(32u * block + n))); \
	if (i >= HEAD_DIM / 4u) return floatBitsToUint(most / 127.0); \
	float by = most > 0.0 ? 127.0 / most : 0.0; \
	for (uint n = 0u; n < 4u; n++) word |= (uint(int(floor(AT(4u * i + n) * by + 0.5))) & 255u) << 8u * n; \
	return word; \
}
#elif defined(F16)
#define PACKER(name, AT) uint name(uint i) { \
	return narrow(AT(2u * i)) | (2u * i + 1u < HEAD_DIM ? narrow(AT(min(2u * i + 1u, HEAD_DIM - 1u))) << 16 : 0u); \
}
#else
#define PACKER(name, AT) uint name(uint i) { return floatBitsToUint(AT(i)); }
#endif
