#include "textflag.h"
#include "neon_arm64.h"

// Products of 8 rows of a panel with 4 of a tile: a quarter of what a panel and a
// tile have. All kernels keep
//
//	R0  where results go, R1 bytes from column to column
//	R2  the panel's bytes: of each 64, four of each of 16 rows
//	R3  its scales, R4 its offsets: 16 for each run
//	R5  the tile's bytes: of each 32, four of each of 8 columns
//	R6  what a unit of them is worth: 8 for each 32
//	R7  the sums that go with offsets: 8 for each run
//	R8  groups of 32 that are left
//	R9  32, R10 64: from one to the next
//
// V16–V23 hold a run's integers, V24–V31 the sums: of column 0 rows 0–3 and 4–7, of
// column 1, ….

#define ARGUMENTS \
	MOVD out+0(FP), R0 \
	MOVD ldo+8(FP), R1 \
	MOVD u+16(FP), R2 \
	MOVD scale+24(FP), R3 \
	MOVD offset+32(FP), R4 \
	MOVD q+40(FP), R5 \
	MOVD d+48(FP), R6 \
	MOVD s+56(FP), R7 \
	MOVD groups+64(FP), R8 \
	LSL $2, R1, R1 \
	MOVD $32, R9 \
	MOVD $64, R10 \
	VEOR V24.B16, V24.B16, V24.B16; VEOR V25.B16, V25.B16, V25.B16 \
	VEOR V26.B16, V26.B16, V26.B16; VEOR V27.B16, V27.B16, V27.B16 \
	VEOR V28.B16, V28.B16, V28.B16; VEOR V29.B16, V29.B16, V29.B16 \
	VEOR V30.B16, V30.B16, V30.B16; VEOR V31.B16, V31.B16, V31.B16

#define CLEAR \
	VEOR V16.B16, V16.B16, V16.B16; VEOR V17.B16, V17.B16, V17.B16 \
	VEOR V18.B16, V18.B16, V18.B16; VEOR V19.B16, V19.B16, V19.B16 \
	VEOR V20.B16, V20.B16, V20.B16; VEOR V21.B16, V21.B16, V21.B16 \
	VEOR V22.B16, V22.B16, V22.B16; VEOR V23.B16, V23.B16, V23.B16

#define DOTS \
	SDOTE(2, 0, 0, 16); SDOTE(2, 0, 1, 17); SDOTE(2, 1, 0, 18); SDOTE(2, 1, 1, 19) \
	SDOTE(2, 2, 0, 20); SDOTE(2, 2, 1, 21); SDOTE(2, 3, 0, 22); SDOTE(2, 3, 1, 23)

// FOUR multiplies four weights of each row.
#define FOUR \
	VLD1.P (R2)(R10), [V0.B16, V1.B16] \
	VLD1.P (R5)(R9), [V2.B16] \
	DOTS

// FOUR_SIGNED does so with bytes that are 128 more than their values and go up to 255.
#define FOUR_SIGNED \
	VLD1.P (R2)(R10), [V0.B16, V1.B16] \
	VLD1.P (R5)(R9), [V2.B16] \
	VEOR V3.B16, V0.B16, V0.B16 \
	VEOR V3.B16, V1.B16, V1.B16 \
	DOTS

#define NUMBERS \
	SCVTF4S(16, 16); SCVTF4S(17, 17); SCVTF4S(18, 18); SCVTF4S(19, 19) \
	SCVTF4S(20, 20); SCVTF4S(21, 21); SCVTF4S(22, 22); SCVTF4S(23, 23)

// SCALED adds a run's integers, times the columns' units in V8 and the rows' scales,
// to the sums.
#define SCALED \
	NUMBERS \
	VLD1.P (R3)(R10), [V4.S4, V5.S4] \
	FMULE4S(8, 0, 16, 16); FMULE4S(8, 0, 17, 17); FMULE4S(8, 1, 18, 18); FMULE4S(8, 1, 19, 19) \
	FMULE4S(8, 2, 20, 20); FMULE4S(8, 2, 21, 21); FMULE4S(8, 3, 22, 22); FMULE4S(8, 3, 23, 23) \
	VFMLA V4.S4, V16.S4, V24.S4; VFMLA V5.S4, V17.S4, V25.S4 \
	VFMLA V4.S4, V18.S4, V26.S4; VFMLA V5.S4, V19.S4, V27.S4 \
	VFMLA V4.S4, V20.S4, V28.S4; VFMLA V5.S4, V21.S4, V29.S4 \
	VFMLA V4.S4, V22.S4, V30.S4; VFMLA V5.S4, V23.S4, V31.S4

// OFFSETS adds the rows' offsets times what goes with them.
#define OFFSETS \
	VLD1.P (R4)(R10), [V6.S4, V7.S4] \
	VLD1.P (R7)(R9), [V9.S4] \
	FMLAE4S(9, 0, 6, 24); FMLAE4S(9, 0, 7, 25); FMLAE4S(9, 1, 6, 26); FMLAE4S(9, 1, 7, 27) \
	FMLAE4S(9, 2, 6, 28); FMLAE4S(9, 2, 7, 29); FMLAE4S(9, 3, 6, 30); FMLAE4S(9, 3, 7, 31)

// ADD_COLUMN adds what stands at R12 to the sums of a column.
#define ADD_COLUMN(a, b) \
	VLD1 (R12), [V0.S4, V1.S4] \
	FADD4S(0, a, a); FADD4S(1, b, b) \
	ADD R1, R12, R12

// func micro32x128(out *float32, ldo int, u *uint8, scale, offset *float32, q *int8, d, s *float32, groups int, add bool)
TEXT ·micro32x128(SB), NOSPLIT, $0-73
	ARGUMENTS

group:
	CLEAR
	FOUR; FOUR; FOUR; FOUR
	FOUR; FOUR; FOUR; FOUR
	VLD1.P (R6)(R9), [V8.S4]
	SCALED
	OFFSETS
	SUBS $1, R8, R8
	BNE group
	MOVBU add+72(FP), R11
	B store8x4<>(SB)

// func microSigned32x128(out *float32, ldo int, u *uint8, scale, offset *float32, q *int8, d, s *float32, groups int, add bool)
TEXT ·microSigned32x128(SB), NOSPLIT, $0-73
	ARGUMENTS
	VMOVI $0x80, V3.B16

group:
	CLEAR
	FOUR_SIGNED; FOUR_SIGNED; FOUR_SIGNED; FOUR_SIGNED
	FOUR_SIGNED; FOUR_SIGNED; FOUR_SIGNED; FOUR_SIGNED
	VLD1.P (R6)(R9), [V8.S4]
	SCALED
	SUBS $1, R8, R8
	BNE group
	MOVBU add+72(FP), R11
	B store8x4<>(SB)

// func micro16x128(out *float32, ldo int, u *uint8, scale, offset *float32, q *int8, d, s *float32, groups int, add bool)
TEXT ·micro16x128(SB), NOSPLIT, $0-73
	ARGUMENTS

group:
	CLEAR
	FOUR; FOUR; FOUR; FOUR
	VLD1.P (R6)(R9), [V8.S4]
	SCALED
	OFFSETS
	CLEAR
	FOUR; FOUR; FOUR; FOUR
	SCALED
	OFFSETS
	SUBS $1, R8, R8
	BNE group
	MOVBU add+72(FP), R11
	B store8x4<>(SB)

// FINE multiplies 16 weights of each row with the high bytes at R5, times 256, and
// with the low ones at R13.
#define FINE \
	CLEAR \
	FOUR; FOUR; FOUR; FOUR \
	VSHL $8, V16.S4, V16.S4; VSHL $8, V17.S4, V17.S4; VSHL $8, V18.S4, V18.S4; VSHL $8, V19.S4, V19.S4 \
	VSHL $8, V20.S4, V20.S4; VSHL $8, V21.S4, V21.S4; VSHL $8, V22.S4, V22.S4; VSHL $8, V23.S4, V23.S4 \
	SUB $256, R2, R2 \
	MOVD R5, R14 \
	MOVD R13, R5 \
	FOUR; FOUR; FOUR; FOUR \
	MOVD R5, R13 \
	MOVD R14, R5 \
	SCALED \
	OFFSETS

// func microFine16x128(out *float32, ldo int, u *uint8, scale, offset *float32, q *int8, d, s *float32, groups int, add bool, low *int8)
TEXT ·microFine16x128(SB), NOSPLIT, $0-88
	ARGUMENTS
	MOVD low+80(FP), R13

group:
	VLD1.P (R6)(R9), [V8.S4]
	FINE
	FINE
	SUBS $1, R8, R8
	BNE group
	MOVBU add+72(FP), R11
	B store8x4<>(SB)

// store8x4 writes the sums of four columns at R0, or adds them there if R11 is 1.
TEXT store8x4<>(SB), NOSPLIT|NOFRAME, $0
	CBZ R11, set
	MOVD R0, R12
	ADD_COLUMN(24, 25)
	ADD_COLUMN(26, 27)
	ADD_COLUMN(28, 29)
	ADD_COLUMN(30, 31)

set:
	VST1 [V24.S4, V25.S4], (R0)
	ADD R1, R0, R0
	VST1 [V26.S4, V27.S4], (R0)
	ADD R1, R0, R0
	VST1 [V28.S4, V29.S4], (R0)
	ADD R1, R0, R0
	VST1 [V30.S4, V31.S4], (R0)
	RET
