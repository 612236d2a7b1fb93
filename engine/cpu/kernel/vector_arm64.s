#include "textflag.h"
#include "neon_arm64.h"

// The vector steps, 16 numbers at a time; those with an exponential take four.

#define CLEAR_SUMS \
	VEOR V16.B16, V16.B16, V16.B16; VEOR V17.B16, V17.B16, V17.B16 \
	VEOR V18.B16, V18.B16, V18.B16; VEOR V19.B16, V19.B16, V19.B16

// TOTAL leaves the sum of V16–V19 in F16.
#define TOTAL \
	FADD4S(17, 16, 16); FADD4S(19, 18, 18); FADD4S(18, 16, 16) \
	FADDP4S(16, 16, 16); FADDP4S(16, 16, 16)

// WIDEN makes numbers of 32 bits, V0–V3, of the 16 halves at R1.
#define WIDEN \
	VLD1.P 32(R1), [V20.H8, V21.H8] \
	FCVTL(20, 0); FCVTL2(20, 1); FCVTL(21, 2); FCVTL2(21, 3)

// PRODUCTS adds V0–V3 times the 16 numbers at R0 to the sums.
#define PRODUCTS \
	VLD1.P 64(R0), [V4.S4, V5.S4, V6.S4, V7.S4] \
	VFMLA V4.S4, V0.S4, V16.S4 \
	VFMLA V5.S4, V1.S4, V17.S4 \
	VFMLA V6.S4, V2.S4, V18.S4 \
	VFMLA V7.S4, V3.S4, V19.S4

// func dotF32x128(a, b *float32, n int) float32
TEXT ·dotF32x128(SB), NOSPLIT, $0-28
	MOVD a+0(FP), R0
	MOVD b+8(FP), R1
	MOVD n+16(FP), R2
	CLEAR_SUMS

loop:
	VLD1.P 64(R1), [V0.S4, V1.S4, V2.S4, V3.S4]
	PRODUCTS
	SUBS $16, R2, R2
	BGT loop
	TOTAL
	FMOVS F16, ret+24(FP)
	RET

// func dotF16x128(a *float32, b *uint16, n int) float32
TEXT ·dotF16x128(SB), NOSPLIT, $0-28
	MOVD a+0(FP), R0
	MOVD b+8(FP), R1
	MOVD n+16(FP), R2
	CLEAR_SUMS

loop:
	WIDEN
	PRODUCTS
	SUBS $16, R2, R2
	BGT loop
	TOTAL
	FMOVS F16, ret+24(FP)
	RET

// func dotBF16x128(a *float32, b *uint16, n int) float32
TEXT ·dotBF16x128(SB), NOSPLIT, $0-28
	MOVD a+0(FP), R0
	MOVD b+8(FP), R1
	MOVD n+16(FP), R2
	CLEAR_SUMS

loop:
	VLD1.P 32(R1), [V20.H8, V21.H8]
	SHLL4S(20, 0)
	SHLL24S(20, 1)
	SHLL4S(21, 2)
	SHLL24S(21, 3)
	PRODUCTS
	SUBS $16, R2, R2
	BGT loop
	TOTAL
	FMOVS F16, ret+24(FP)
	RET

// ADD_SCALED adds F31 times V0–V3 to the 16 numbers at R0.
#define ADD_SCALED \
	VLD1 (R0), [V4.S4, V5.S4, V6.S4, V7.S4] \
	FMLAE4S(31, 0, 0, 4); FMLAE4S(31, 0, 1, 5) \
	FMLAE4S(31, 0, 2, 6); FMLAE4S(31, 0, 3, 7) \
	VST1.P [V4.S4, V5.S4, V6.S4, V7.S4], 64(R0)

// func axpyF32x128(dst *float32, w float32, src *float32, n int)
TEXT ·axpyF32x128(SB), NOSPLIT, $0-32
	MOVD dst+0(FP), R0
	FMOVS w+8(FP), F31
	MOVD src+16(FP), R1
	MOVD n+24(FP), R2

loop:
	VLD1.P 64(R1), [V0.S4, V1.S4, V2.S4, V3.S4]
	ADD_SCALED
	SUBS $16, R2, R2
	BGT loop
	RET

// func axpyF16x128(dst *float32, w float32, src *uint16, n int)
TEXT ·axpyF16x128(SB), NOSPLIT, $0-32
	MOVD dst+0(FP), R0
	FMOVS w+8(FP), F31
	MOVD src+16(FP), R1
	MOVD n+24(FP), R2

loop:
	WIDEN
	ADD_SCALED
	SUBS $16, R2, R2
	BGT loop
	RET

// func toF16x128(dst *uint16, src *float32, n int)
TEXT ·toF16x128(SB), NOSPLIT, $0-24
	MOVD dst+0(FP), R0
	MOVD src+8(FP), R1
	MOVD n+16(FP), R2

loop:
	VLD1.P 64(R1), [V0.S4, V1.S4, V2.S4, V3.S4]
	FCVTN(0, 4)
	FCVTN2(1, 4)
	FCVTN(2, 5)
	FCVTN2(3, 5)
	VST1.P [V4.H8, V5.H8], 32(R0)
	SUBS $16, R2, R2
	BGT loop
	RET

// func fromF16x128(dst *float32, src *uint16, n int)
TEXT ·fromF16x128(SB), NOSPLIT, $0-24
	MOVD dst+0(FP), R0
	MOVD src+8(FP), R1
	MOVD n+16(FP), R2

loop:
	WIDEN
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0)
	SUBS $16, R2, R2
	BGT loop
	RET

// func maximumx128(x *float32, n int) float32
TEXT ·maximumx128(SB), NOSPLIT, $0-20
	MOVD x+0(FP), R0
	MOVD n+8(FP), R2
	VLD1 (R0), [V16.S4, V17.S4, V18.S4, V19.S4]

loop:
	VLD1.P 64(R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	FMAX4S(0, 16, 16)
	FMAX4S(1, 17, 17)
	FMAX4S(2, 18, 18)
	FMAX4S(3, 19, 19)
	SUBS $16, R2, R2
	BGT loop
	FMAX4S(17, 16, 16)
	FMAX4S(19, 18, 18)
	FMAX4S(18, 16, 16)
	FMAXV4S(16, 16)
	FMOVS F16, ret+16(FP)
	RET

// func squarex128(x *float32, n int) float32
TEXT ·squarex128(SB), NOSPLIT, $0-20
	MOVD x+0(FP), R0
	MOVD n+8(FP), R2
	CLEAR_SUMS

loop:
	VLD1.P 64(R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	VFMLA V0.S4, V0.S4, V16.S4
	VFMLA V1.S4, V1.S4, V17.S4
	VFMLA V2.S4, V2.S4, V18.S4
	VFMLA V3.S4, V3.S4, V19.S4
	SUBS $16, R2, R2
	BGT loop
	TOTAL
	FMOVS F16, ret+16(FP)
	RET

// TIMES multiplies V0–V3 with F31.
#define TIMES \
	FMULE4S(31, 0, 0, 0); FMULE4S(31, 0, 1, 1) \
	FMULE4S(31, 0, 2, 2); FMULE4S(31, 0, 3, 3)

// func scalex128(x *float32, by float32, n int)
TEXT ·scalex128(SB), NOSPLIT, $0-24
	MOVD x+0(FP), R0
	FMOVS by+8(FP), F31
	MOVD n+16(FP), R2

loop:
	VLD1 (R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	TIMES
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0)
	SUBS $16, R2, R2
	BGT loop
	RET

// func gainx128(dst, x, gain *float32, by float32, n int)
TEXT ·gainx128(SB), NOSPLIT, $0-40
	MOVD dst+0(FP), R0
	MOVD x+8(FP), R1
	MOVD gain+16(FP), R3
	FMOVS by+24(FP), F31
	MOVD n+32(FP), R2

loop:
	VLD1.P 64(R1), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1.P 64(R3), [V4.S4, V5.S4, V6.S4, V7.S4]
	TIMES
	FMUL4S(4, 0, 0)
	FMUL4S(5, 1, 1)
	FMUL4S(6, 2, 2)
	FMUL4S(7, 3, 3)
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0)
	SUBS $16, R2, R2
	BGT loop
	RET

// What EXP needs: the limits, log₂ e, ln 2 in two parts, the coefficients of expf in
// Moshier's Cephes library, and 1.
DATA exponent<>+0(SB)/4, $-87.0
DATA exponent<>+4(SB)/4, $88.0
DATA exponent<>+8(SB)/4, $1.44269504088896341
DATA exponent<>+12(SB)/4, $0.693359375
DATA exponent<>+16(SB)/4, $-2.12194440e-4
DATA exponent<>+20(SB)/4, $1.9875691500e-4
DATA exponent<>+24(SB)/4, $1.3981999507e-3
DATA exponent<>+28(SB)/4, $8.3334519073e-3
DATA exponent<>+32(SB)/4, $4.1665795894e-2
DATA exponent<>+36(SB)/4, $1.6666665459e-1
DATA exponent<>+40(SB)/4, $5.0000001201e-1
DATA exponent<>+44(SB)/4, $1.0
GLOBL exponent<>(SB), RODATA|NOPTR, $48

#define EXP_CONSTANTS \
	MOVD $exponent<>(SB), R8 \
	VLD1R.P 4(R8), [V20.S4]; VLD1R.P 4(R8), [V21.S4]; VLD1R.P 4(R8), [V22.S4] \
	VLD1R.P 4(R8), [V23.S4]; VLD1R.P 4(R8), [V24.S4]; VLD1R.P 4(R8), [V25.S4] \
	VLD1R.P 4(R8), [V26.S4]; VLD1R.P 4(R8), [V27.S4]; VLD1R.P 4(R8), [V28.S4] \
	VLD1R.P 4(R8), [V29.S4]; VLD1R.P 4(R8), [V30.S4]; VLD1R.P 4(R8), [V31.S4]

// EXP replaces V0 by its exponential: with x = n·ln 2 + r, |r| ≤ ½ ln 2, that is 2ⁿ
// times a polynomial of r. Below −87 it is 0; a NaN stays one.
#define EXP \
	FMAX4S(20, 0, 1); FMIN4S(21, 1, 1) \
	FMUL4S(22, 1, 2); FCVTNS4S(2, 2); SCVTF4S(2, 3) \
	VFMLS V23.S4, V3.S4, V1.S4 \
	VFMLS V24.S4, V3.S4, V1.S4 \
	VSHL $23, V2.S4, V2.S4 \
	VADD V31.S4, V2.S4, V2.S4 \
	VMOV V26.B16, V3.B16; VFMLA V25.S4, V1.S4, V3.S4 \
	VMOV V27.B16, V4.B16; VFMLA V3.S4, V1.S4, V4.S4 \
	VMOV V28.B16, V3.B16; VFMLA V4.S4, V1.S4, V3.S4 \
	VMOV V29.B16, V4.B16; VFMLA V3.S4, V1.S4, V4.S4 \
	VMOV V30.B16, V3.B16; VFMLA V4.S4, V1.S4, V3.S4 \
	VMOV V31.B16, V4.B16; VFMLA V3.S4, V1.S4, V4.S4 \
	VMOV V31.B16, V3.B16; VFMLA V4.S4, V1.S4, V3.S4 \
	FMUL4S(2, 3, 3) \
	FCMGT4S(0, 20, 4) \
	BIC16B(4, 3, 0)

// func expSumx128(x *float32, max float32, n int) float32
TEXT ·expSumx128(SB), NOSPLIT, $0-28
	MOVD x+0(FP), R0
	MOVD n+16(FP), R2
	EXP_CONSTANTS
	FMOVS max+8(FP), F19
	VDUP V19.S[0], V19.S4
	VEOR V16.B16, V16.B16, V16.B16

loop:
	VLD1 (R0), [V0.S4]
	FSUB4S(19, 0, 0)
	EXP
	FADD4S(0, 16, 16)
	VST1.P [V0.S4], 16(R0)
	SUBS $4, R2, R2
	BGT loop
	FADDP4S(16, 16, 16)
	FADDP4S(16, 16, 16)
	FMOVS F16, ret+24(FP)
	RET

// func siluMulx128(dst, gate, up *float32, n int)
TEXT ·siluMulx128(SB), NOSPLIT, $0-32
	MOVD dst+0(FP), R0
	MOVD gate+8(FP), R1
	MOVD up+16(FP), R3
	MOVD n+24(FP), R2
	EXP_CONSTANTS

loop:
	VLD1.P 16(R1), [V5.S4]
	VLD1.P 16(R3), [V6.S4]
	FNEG4S(5, 0)
	EXP
	FADD4S(31, 0, 0)
	FDIV4S(0, 5, 5)
	FMUL4S(6, 5, 5)
	VST1.P [V5.S4], 16(R0)
	SUBS $4, R2, R2
	BGT loop
	RET
