// A layer's keys or values: for each head all positions in one run, each of
// WORDS words: one float32 or two halves.
#ifdef F16
const uint WORDS = (HEAD_DIM + 1) / 2;
#else
const uint WORDS = HEAD_DIM;
#endif
