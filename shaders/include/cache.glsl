// A layer's keys or values: for each head all positions in one run, each of
// WORDS words: one float32 or two halves.
#ifdef F16
const uint WORDS = (HEAD_DIM + 1) / 2;
#else
const uint WORDS = HEAD_DIM;
#endif

// packed is word i of a head in shared memory.
#ifdef F16
#define packed(array, i) (narrow(array[2u * (i)]) | (2u * (i) + 1u < HEAD_DIM ? narrow(array[min(2u * (i) + 1u, HEAD_DIM - 1u)]) << 16 : 0u))
#else
#define packed(array, i) floatBitsToUint(array[i])
#endif
