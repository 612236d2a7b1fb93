#include "textflag.h"
#include "neon_arm64.h"

// 16 numbers of each row of a panel times one of each of four columns. All kernels
// keep
//
//	R0  where results go, R1 bytes from column to column
//	R2  the panel, R3 bytes from row to row
//	R4  rows that are left
//	R5–R8 the columns
//	V16–V31 the sums: four vectors for each column

#define CLEAR \
	VEOR V16.B16, V16.B16, V16.B16; VEOR V17.B16, V17.B16, V17.B16 \
	VEOR V18.B16, V18.B16, V18.B16; VEOR V19.B16, V19.B16, V19.B16 \
	VEOR V20.B16, V20.B16, V20.B16; VEOR V21.B16, V21.B16, V21.B16 \
	VEOR V22.B16, V22.B16, V22.B16; VEOR V23.B16, V23.B16, V23.B16 \
	VEOR V24.B16, V24.B16, V24.B16; VEOR V25.B16, V25.B16, V25.B16 \
	VEOR V26.B16, V26.B16, V26.B16; VEOR V27.B16, V27.B16, V27.B16 \
	VEOR V28.B16, V28.B16, V28.B16; VEOR V29.B16, V29.B16, V29.B16 \
	VEOR V30.B16, V30.B16, V30.B16; VEOR V31.B16, V31.B16, V31.B16

#define COLUMN(x, i, a, b, c, d) \
	FMLAE4S(x, i, 0, a); FMLAE4S(x, i, 1, b); FMLAE4S(x, i, 2, c); FMLAE4S(x, i, 3, d)

#define ARGUMENTS \
	MOVD out+0(FP), R0 \
	MOVD ldo+8(FP), R1 \
	LSL $2, R1, R1 \
	MOVD panel+16(FP), R2 \
	MOVD stride+24(FP), R3 \
	MOVD x+32(FP), R5 \
	MOVD ldx+40(FP), R9 \
	ADD R9<<2, R5, R6 \
	ADD R9<<2, R6, R7 \
	ADD R9<<2, R7, R8 \
	MOVD deep+48(FP), R4 \
	CLEAR

#define COLUMNS \
	FMOVS.P 4(R5), F4 \
	FMOVS.P 4(R6), F5 \
	FMOVS.P 4(R7), F6 \
	FMOVS.P 4(R8), F7 \
	COLUMN(4, 0, 16, 17, 18, 19) \
	COLUMN(5, 0, 20, 21, 22, 23) \
	COLUMN(6, 0, 24, 25, 26, 27) \
	COLUMN(7, 0, 28, 29, 30, 31)

// func mixF32by4x128(out *float32, ldo int, panel *float32, stride int, x *float32, ldx, deep int, add bool)
TEXT ·mixF32by4x128(SB), NOSPLIT, $0-57
	ARGUMENTS
	LSL $2, R3, R3

row:
	VLD1.P (R2)(R3), [V0.S4, V1.S4, V2.S4, V3.S4]
	COLUMNS
	SUBS $1, R4, R4
	BNE row
	MOVBU add+56(FP), R11
	B store16x4<>(SB)

// func mixF16by4x128(out *float32, ldo int, panel *uint16, stride int, x *float32, ldx, deep int, add bool)
TEXT ·mixF16by4x128(SB), NOSPLIT, $0-57
	ARGUMENTS
	LSL $1, R3, R3

row:
	VLD1.P (R2)(R3), [V8.H8, V9.H8]
	FCVTL(8, 0)
	FCVTL2(8, 1)
	FCVTL(9, 2)
	FCVTL2(9, 3)
	COLUMNS
	SUBS $1, R4, R4
	BNE row
	MOVBU add+56(FP), R11
	B store16x4<>(SB)

// func microF32by4x128(out *float32, ldo int, panel, tile *float32, deep int, add bool)
TEXT ·microF32by4x128(SB), NOSPLIT, $0-41
	MOVD out+0(FP), R0
	MOVD ldo+8(FP), R1
	LSL $2, R1, R1
	MOVD panel+16(FP), R2
	MOVD tile+24(FP), R5
	MOVD $32, R3 // of the tile: 8 columns
	MOVD deep+32(FP), R4
	CLEAR

row:
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1.P (R5)(R3), [V4.S4]
	COLUMN(4, 0, 16, 17, 18, 19)
	COLUMN(4, 1, 20, 21, 22, 23)
	COLUMN(4, 2, 24, 25, 26, 27)
	COLUMN(4, 3, 28, 29, 30, 31)
	SUBS $1, R4, R4
	BNE row
	MOVBU add+40(FP), R11
	B store16x4<>(SB)

#define ADD_COLUMN(a, b, c, d) \
	VLD1 (R12), [V0.S4, V1.S4, V2.S4, V3.S4] \
	FADD4S(0, a, a); FADD4S(1, b, b); FADD4S(2, c, c); FADD4S(3, d, d) \
	ADD R1, R12, R12

// store16x4 writes the sums of four columns at R0, or adds them there if R11 is 1.
TEXT store16x4<>(SB), NOSPLIT|NOFRAME, $0
	CBZ R11, set
	MOVD R0, R12
	ADD_COLUMN(16, 17, 18, 19)
	ADD_COLUMN(20, 21, 22, 23)
	ADD_COLUMN(24, 25, 26, 27)
	ADD_COLUMN(28, 29, 30, 31)

set:
	VST1 [V16.S4, V17.S4, V18.S4, V19.S4], (R0)
	ADD R1, R0, R0
	VST1 [V20.S4, V21.S4, V22.S4, V23.S4], (R0)
	ADD R1, R0, R0
	VST1 [V24.S4, V25.S4, V26.S4, V27.S4], (R0)
	ADD R1, R0, R0
	VST1 [V28.S4, V29.S4, V30.S4, V31.S4], (R0)
	RET
