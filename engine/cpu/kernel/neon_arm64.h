// Instructions that Go's assembler has no name for. Arguments are the numbers of
// vector registers, sources first and the destination last, as everywhere in Go's
// assembly; where their order matters the comment is in terms of it.

#define OP3(op, m, n, d) WORD $((op) | (m)<<16 | (n)<<5 | (d))
#define OP2(op, n, d) WORD $((op) | (n)<<5 | (d))

// Sixteen products of bytes with a sign, added by fours to the four lanes of d.
#define SDOT(m, n, d) OP3(0x4e809400, m, n, d)

// SDOTE multiplies n with the i-th four bytes of m.
#define SDOTE(m, i, n, d) OP3(0x4f80e000 | ((i)&1)<<21 | ((i)>>1)<<11, m, n, d)

// Integers: products, sums of products, with a sign made twice as wide.
#define MUL8H(m, n, d) OP3(0x4e609c00, m, n, d)
#define MUL4S(m, n, d) OP3(0x4ea09c00, m, n, d)
#define MLA4S(m, n, d) OP3(0x4ea09400, m, n, d)
#define SMULL(m, n, d) OP3(0x0e60c000, m, n, d)
#define SMLAL2(m, n, d) OP3(0x4e608000, m, n, d)
#define SMAX16B(m, n, d) OP3(0x4e206400, m, n, d)
#define UMAXV4S(n, d) OP2(0x6eb0a800, n, d)
#define SXTL8H(n, d) OP2(0x0f08a400, n, d)
#define SXTL28H(n, d) OP2(0x4f08a400, n, d)
#define SXTL4S(n, d) OP2(0x0f10a400, n, d)
#define SXTL24S(n, d) OP2(0x4f10a400, n, d)

// Numbers of 32 bits: E is with the i-th lane of m.
#define SCVTF4S(n, d) OP2(0x4e21d800, n, d)
#define FCVTNS4S(n, d) OP2(0x4e21a800, n, d)
#define FMUL4S(m, n, d) OP3(0x6e20dc00, m, n, d)
#define FADDP4S(m, n, d) OP3(0x6e20d400, m, n, d)
#define FMULE4S(m, i, n, d) OP3(0x4f809000 | ((i)&1)<<21 | ((i)>>1)<<11, m, n, d)
#define FMLAE4S(m, i, n, d) OP3(0x4f801000 | ((i)&1)<<21 | ((i)>>1)<<11, m, n, d)
#define FMLSE4S(m, i, n, d) OP3(0x4f805000 | ((i)&1)<<21 | ((i)>>1)<<11, m, n, d)

// Numbers of 16 bits to and from 32; 2 is the upper half of n or d.
#define FCVTL(n, d) OP2(0x0e217800, n, d)
#define FCVTL2(n, d) OP2(0x4e217800, n, d)
#define FCVTN(n, d) OP2(0x0e216800, n, d)
#define FCVTN2(n, d) OP2(0x4e216800, n, d)

// Brain floats of 16 bits to numbers of 32.
#define SHLL4S(n, d) OP2(0x2e613800, n, d)
#define SHLL24S(n, d) OP2(0x6e613800, n, d)

#define FADD4S(m, n, d) OP3(0x4e20d400, m, n, d)
#define FSUB4S(m, n, d) OP3(0x4ea0d400, m, n, d) // n − m
#define FDIV4S(m, n, d) OP3(0x6e20fc00, m, n, d) // n / m
#define FMAX4S(m, n, d) OP3(0x4e20f400, m, n, d)
#define FMIN4S(m, n, d) OP3(0x4ea0f400, m, n, d)
#define FMAXV4S(n, d) OP2(0x6e30f800, n, d)
#define FNEG4S(n, d) OP2(0x6ea0f800, n, d)
#define FCMGT4S(m, n, d) OP3(0x6ea0e400, m, n, d) // all bits where n > m
#define BIC16B(m, n, d) OP3(0x4e601c00, m, n, d)  // n without the bits of m
