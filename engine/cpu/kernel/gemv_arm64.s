#include "textflag.h"
#include "neon_arm64.h"

// Products of rows of weights with one row of activations, one row of weights at a
// time. All kernels keep
//
//	R0  where results go          R5  the activations' bytes
//	R1  rows that are left        R6  what else they have: steps, of 128 bytes:
//	R2  the row of weights            float32 d[8], int16 sum[8], int16 mult[8],
//	R3  the bytes of a row            float32 unit
//	R4  runs of 256 in a row      R7–R10  R2, R4, R5, R6 as they go on in the row
//	V30 four sums, which together are the result
//
// and make the integer sums of eight runs of 16 or 32 weights in V16–V23.

#define ARGUMENTS \
	MOVD out+0(FP), R0 \
	MOVD rows+8(FP), R1 \
	MOVD w+16(FP), R2 \
	MOVD stride+24(FP), R3 \
	MOVD blocks+32(FP), R4 \
	MOVD q+40(FP), R5 \
	MOVD x+48(FP), R6

#define BEGIN_ROW \
	MOVD R2, R7; MOVD R4, R8; MOVD R5, R9; MOVD R6, R10 \
	VEOR V30.B16, V30.B16, V30.B16

// END_ROW stores the result, which is F31 times the four sums.
#define END_ROW \
	FADDP4S(30, 30, 30); FADDP4S(30, 30, 30) \
	FMULS F31, F30, F30 \
	FMOVS.P F30, 4(R0) \
	ADD R3, R2, R2 \
	SUBS $1, R1, R1

#define CLEAR \
	VEOR V16.B16, V16.B16, V16.B16; VEOR V17.B16, V17.B16, V17.B16 \
	VEOR V18.B16, V18.B16, V18.B16; VEOR V19.B16, V19.B16, V19.B16 \
	VEOR V20.B16, V20.B16, V20.B16; VEOR V21.B16, V21.B16, V21.B16 \
	VEOR V22.B16, V22.B16, V22.B16; VEOR V23.B16, V23.B16, V23.B16

// SUMS adds the lanes of V16–V23 up: to V16 and V17, one sum in each lane.
#define SUMS \
	VADDP V17.S4, V16.S4, V16.S4 \
	VADDP V19.S4, V18.S4, V18.S4 \
	VADDP V21.S4, V20.S4, V20.S4 \
	VADDP V23.S4, V22.S4, V22.S4 \
	VADDP V18.S4, V16.S4, V16.S4 \
	VADDP V22.S4, V20.S4, V17.S4

// HALVES reads the scales of eight blocks, R12 bytes apart, and makes V28 and V29
// what a unit of each times one of the activations' is worth.
#define HALVES \
	MOVD R7, R11 \
	VLD1.P (R11)(R12), V0.H[0] \
	VLD1.P (R11)(R12), V0.H[1] \
	VLD1.P (R11)(R12), V0.H[2] \
	VLD1.P (R11)(R12), V0.H[3] \
	VLD1.P (R11)(R12), V0.H[4] \
	VLD1.P (R11)(R12), V0.H[5] \
	VLD1.P (R11)(R12), V0.H[6] \
	VLD1.P (R11)(R12), V0.H[7] \
	FCVTL(0, 28); FCVTL2(0, 29) \
	VLD1 (R10), [V2.S4, V3.S4] \
	FMUL4S(28, 2, 28); FMUL4S(29, 3, 29)

// SCALED adds V16 and V17, times V28 and V29, to the result.
#define SCALED \
	SCVTF4S(16, 16); SCVTF4S(17, 17) \
	VFMLA V28.S4, V16.S4, V30.S4 \
	VFMLA V29.S4, V17.S4, V30.S4

// Q8_0: blocks of a scale and 32 bytes.
#define BLOCK80(sum) \
	VLD1.P (R11)(R12), [V0.B16, V1.B16] \
	VLD1.P 32(R9), [V2.B16, V3.B16] \
	SDOT(2, 0, sum); SDOT(3, 1, sum)

// func gemvQ80x128(out *float32, rows int, w *byte, stride, blocks int, q *int8, x *step)
TEXT ·gemvQ80x128(SB), NOSPLIT, $0-56
	ARGUMENTS
	MOVD $34, R12
	FMOVS $1.0, F31

row:
	BEGIN_ROW

block:
	HALVES
	ADD $2, R7, R11
	CLEAR
	BLOCK80(16)
	BLOCK80(17)
	BLOCK80(18)
	BLOCK80(19)
	BLOCK80(20)
	BLOCK80(21)
	BLOCK80(22)
	BLOCK80(23)
	SUMS
	SCALED
	ADD $272, R7, R7
	ADD $128, R10, R10
	SUBS $1, R8, R8
	BNE block
	END_ROW
	BNE row
	RET

// Q4_0: blocks of a scale and 16 bytes, whose low halves are codes 0–15 and whose
// high ones 16–31. A code is 8 more than its value: with its upper bit turned over
// and in the upper half of a byte it is 16 times the value.
#define BLOCK40(sum) \
	VLD1.P (R11)(R12), [V0.B16] \
	VLD1.P 32(R9), [V2.B16, V3.B16] \
	VEOR V24.B16, V0.B16, V0.B16 \
	VSHL $4, V0.B16, V1.B16 \
	VAND V25.B16, V0.B16, V0.B16 \
	SDOT(2, 1, sum); SDOT(3, 0, sum)

// func gemvQ40x128(out *float32, rows int, w *byte, stride, blocks int, q *int8, x *step)
TEXT ·gemvQ40x128(SB), NOSPLIT, $0-56
	ARGUMENTS
	MOVD $18, R12
	FMOVS $0.0625, F31
	VMOVI $0x88, V24.B16
	VMOVI $0xf0, V25.B16

row:
	BEGIN_ROW

block:
	HALVES
	ADD $2, R7, R11
	CLEAR
	BLOCK40(16)
	BLOCK40(17)
	BLOCK40(18)
	BLOCK40(19)
	BLOCK40(20)
	BLOCK40(21)
	BLOCK40(22)
	BLOCK40(23)
	SUMS
	SCALED
	ADD $144, R7, R7
	ADD $128, R10, R10
	SUBS $1, R8, R8
	BNE block
	END_ROW
	BNE row
	RET

// Q4_K: two half-precision numbers d and m, 12 bytes of scales and minima (below),
// 128 bytes of codes: of each 32, the low halves come first, then the high ones.
#define CODES4K(low, high) \
	VLD1.P 32(R11), [V0.B16, V1.B16] \
	VLD1.P 64(R9), [V8.B16, V9.B16, V10.B16, V11.B16] \
	VUSHR $4, V0.B16, V2.B16 \
	VUSHR $4, V1.B16, V3.B16 \
	VAND V24.B16, V0.B16, V0.B16 \
	VAND V24.B16, V1.B16, V1.B16 \
	SDOT(8, 0, low); SDOT(9, 1, low) \
	SDOT(10, 2, high); SDOT(11, 3, high)

// SCALES4K makes V26 and V27 of the eight scales, times the activations' multiples,
// and V5 four parts of what the minima take away: the sum of minimum × multiple ×
// sum of the activations. Of the 12 bytes at 4, the first four have 6 bits of scales
// 0–3, the second four of minima 0–3; the upper two bits of each belong to scales
// and minima 4–7, whose other four are the last four bytes' halves.
#define SCALES4K \
	MOVWU 4(R7), R13 \
	MOVWU 8(R7), R14 \
	MOVWU 12(R7), R15 \
	ANDW $0x0f0f0f0f, R15, R16 \
	LSRW $4, R15, R15 \
	ANDW $0x0f0f0f0f, R15, R15 \
	ANDW $0xc0c0c0c0, R13, R17 \
	ORR R17>>2, R16, R16 \
	ANDW $0xc0c0c0c0, R14, R17 \
	ORR R17>>2, R15, R15 \
	ANDW $0x3f3f3f3f, R13, R13 \
	ANDW $0x3f3f3f3f, R14, R14 \
	ORR R16<<32, R13, R13 \
	ORR R15<<32, R14, R14 \
	VMOV R13, V0.D[0] \
	VMOV R14, V1.D[0] \
	VUXTL V0.B8, V0.H8 \
	VUXTL V1.B8, V1.H8 \
	FMOVQ 32(R10), F3 \
	FMOVQ 48(R10), F4 \
	MUL8H(4, 0, 0); MUL8H(4, 1, 1) \
	SMULL(3, 1, 5); SMLAL2(3, 1, 5) \
	VUXTL V0.H4, V26.S4 \
	VUXTL2 V0.H8, V27.S4

// func gemvQ4Kx128(out *float32, rows int, w *byte, stride, blocks int, q *int8, x *step)
TEXT ·gemvQ4Kx128(SB), NOSPLIT, $0-56
	ARGUMENTS
	FMOVS $1.0, F31
	VMOVI $0x0f, V24.B16

row:
	BEGIN_ROW

block:
	SCALES4K
	FMOVS (R7), F6
	FMOVS 64(R10), F7
	FCVTL(6, 6)
	FMULE4S(7, 0, 6, 6) // d and m times the activations' unit
	SCVTF4S(5, 5)
	FMLSE4S(6, 1, 5, 30)
	ADD $16, R7, R11
	CLEAR
	CODES4K(16, 17)
	CODES4K(18, 19)
	CODES4K(20, 21)
	CODES4K(22, 23)
	SUMS
	MUL4S(26, 16, 16)
	MLA4S(27, 17, 16) // at most 2·32·15·127·63·255 < 2³¹
	SCVTF4S(16, 16)
	FMLAE4S(6, 0, 16, 30)
	ADD $144, R7, R7
	ADD $128, R10, R10
	SUBS $1, R8, R8
	BNE block
	END_ROW
	BNE row
	RET

// Q6_K: 128 bytes of low halves, 64 of upper bits, 16 scales with a sign, and a
// half-precision number d. Codes are 32 more than their values; of each 128, the
// low halves of the first 64 bytes go with the low half of those, and bits 0–1 and
// 2–3 of 32 bytes with bits 4–5 of theirs. A code at the upper end of a byte, with
// its upper bit turned over, is four times the value.
//
// HALF6K multiplies 128 weights and adds what comes of it to V29.
#define HALF6K(scales, first) \
	VLD1.P 64(R11), [V0.B16, V1.B16, V2.B16, V3.B16] \
	VLD1.P 32(R12), [V4.B16, V5.B16] \
	VLD1.P 64(R9), [V10.B16, V11.B16, V12.B16, V13.B16] \
	VEOR V24.B16, V4.B16, V4.B16 \
	VEOR V24.B16, V5.B16, V5.B16 \
	CLEAR \
	VSHL $6, V4.B16, V6.B16 \
	VSHL $6, V5.B16, V7.B16 \
	VSHL $4, V4.B16, V8.B16 \
	VSHL $4, V5.B16, V9.B16 \
	VSHL $4, V0.B16, V26.B16 \
	VSHL $4, V1.B16, V27.B16 \
	VSHL $4, V2.B16, V28.B16 \
	VSRI $2, V26.B16, V6.B16 \
	VSRI $2, V27.B16, V7.B16 \
	VSRI $2, V28.B16, V8.B16 \
	VSHL $4, V3.B16, V28.B16 \
	VSRI $2, V28.B16, V9.B16 \
	SDOT(10, 6, 16); SDOT(11, 7, 17); SDOT(12, 8, 18); SDOT(13, 9, 19) \
	VLD1.P 64(R9), [V10.B16, V11.B16, V12.B16, V13.B16] \
	VSHL $2, V4.B16, V6.B16 \
	VSHL $2, V5.B16, V7.B16 \
	VAND V25.B16, V0.B16, V0.B16 \
	VAND V25.B16, V1.B16, V1.B16 \
	VAND V25.B16, V2.B16, V2.B16 \
	VAND V25.B16, V3.B16, V3.B16 \
	VSRI $2, V0.B16, V6.B16 \
	VSRI $2, V1.B16, V7.B16 \
	VSRI $2, V2.B16, V4.B16 \
	VSRI $2, V3.B16, V5.B16 \
	SDOT(10, 6, 20); SDOT(11, 7, 21); SDOT(12, 4, 22); SDOT(13, 5, 23) \
	SUMS \
	SXTL4S(scales, 0); SXTL24S(scales, 1) \
	MUL4S(0, 16, 16); MUL4S(1, 17, 17) \
	VADDP V17.S4, V16.S4, V16.S4 \
	SCVTF4S(16, 16) \
	FMOVQ 4*first(R10), F0 \
	VFMLA V0.S4, V16.S4, V29.S4

// func gemvQ6Kx128(out *float32, rows int, w *byte, stride, blocks int, q *int8, x *step)
TEXT ·gemvQ6Kx128(SB), NOSPLIT, $0-56
	ARGUMENTS
	FMOVS $0.25, F31
	VMOVI $0xaa, V24.B16
	VMOVI $0xf0, V25.B16

row:
	BEGIN_ROW

block:
	MOVD R7, R11
	ADD $128, R7, R12
	ADD $192, R7, R13
	VLD1 (R13), [V15.B16]
	SXTL8H(15, 14); SXTL28H(15, 15)
	VEOR V29.B16, V29.B16, V29.B16
	HALF6K(14, 0)
	HALF6K(15, 4)
	ADD $16, R13, R13
	VLD1 (R13), V0.H[0]
	FCVTL(0, 0)
	FMLAE4S(0, 0, 29, 30)
	ADD $210, R7, R7
	ADD $128, R10, R10
	SUBS $1, R8, R8
	BNE block
	END_ROW
	BNE row
	RET
