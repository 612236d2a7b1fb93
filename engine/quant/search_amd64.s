//go:build amd64

#include "textflag.h"

DATA one<>+0(SB)/4, $1.0
GLOBL one<>(SB), RODATA|NOPTR, $4
DATA magnitude<>+0(SB)/4, $0x7fffffff
GLOBL magnitude<>(SB), RODATA|NOPTR, $4
DATA infinite<>+0(SB)/4, $0x7f800000
GLOBL infinite<>(SB), RODATA|NOPTR, $4

// Each lane is one candidate and adds up weight after weight, with a rounding
// after each multiplication and addition, as the portable loops do. VROUNDPS $0
// rounds to the nearest, ties to even.

// func symmetricSums8(x, w *float32, count int, n float32, inv, lx, l2 *lanes)
TEXT ·symmetricSums8(SB), NOSPLIT, $0-56
	MOVQ         x+0(FP), SI
	MOVQ         w+8(FP), DI
	MOVQ         count+16(FP), CX
	MOVQ         inv+32(FP), AX
	VMOVUPS      (AX), Y0
	VBROADCASTSS n+24(FP), Y2
	VXORPS       Y1, Y1, Y1
	VXORPS       Y4, Y4, Y4      // Σ w·x·l
	VXORPS       Y5, Y5, Y5      // Σ w·l²
	VSUBPS       Y2, Y1, Y1      // −n
	VBROADCASTSS one<>(SB), Y3
	VSUBPS       Y3, Y2, Y2      // n−1
	XORQ         BX, BX

weight:
	VBROADCASTSS (SI)(BX*4), Y6
	VBROADCASTSS (DI)(BX*4), Y7
	VMULPS       Y6, Y0, Y8
	VROUNDPS     $0, Y8, Y8
	VMAXPS       Y1, Y8, Y8
	VMINPS       Y2, Y8, Y8      // l
	VMULPS       Y6, Y7, Y9
	VMULPS       Y8, Y9, Y9
	VADDPS       Y9, Y4, Y4
	VMULPS       Y8, Y7, Y10
	VMULPS       Y8, Y10, Y10
	VADDPS       Y10, Y5, Y5
	INCQ         BX
	CMPQ         BX, CX
	JLT          weight

	MOVQ    lx+40(FP), AX
	VMOVUPS Y4, (AX)
	MOVQ    l2+48(FP), AX
	VMOVUPS Y5, (AX)
	VZEROUPPER
	RET

// The fields of affineTrial: inverse 0, scale 32, min 64, err 96, lo 128, n 132,
// sumW 136, sumX 140, absolute 144.

// func affineTry8(t *affineTrial, x, w *float32, count int)
TEXT ·affineTry8(SB), 0, $1024-32
	MOVQ         t+0(FP), AX
	MOVQ         x+8(FP), SI
	MOVQ         w+16(FP), DI
	MOVQ         count+24(FP), CX
	LEAQ         levels-1024(SP), DX
	VMOVUPS      0(AX), Y0
	VBROADCASTSS 128(AX), Y1     // lo
	VBROADCASTSS 132(AX), Y2     // n
	VXORPS       Y3, Y3, Y3
	VXORPS       Y4, Y4, Y4      // Σ w·l
	VXORPS       Y5, Y5, Y5      // Σ w·l²
	VXORPS       Y6, Y6, Y6      // Σ w·x·l
	MOVQ         DX, R8
	XORQ         BX, BX

weight:
	VBROADCASTSS (SI)(BX*4), Y7
	VBROADCASTSS (DI)(BX*4), Y8
	VSUBPS       Y1, Y7, Y9
	VMULPS       Y0, Y9, Y9
	VROUNDPS     $0, Y9, Y9
	VMAXPS       Y3, Y9, Y9
	VMINPS       Y2, Y9, Y9      // l
	VMOVUPS      Y9, (R8)
	VMULPS       Y9, Y8, Y10
	VADDPS       Y10, Y4, Y4
	VMULPS       Y9, Y10, Y11
	VADDPS       Y11, Y5, Y5
	VMULPS       Y7, Y10, Y11
	VADDPS       Y11, Y6, Y6
	ADDQ         $32, R8
	INCQ         BX
	CMPQ         BX, CX
	JLT          weight

	VBROADCASTSS 136(AX), Y8     // Σ w
	VBROADCASTSS 140(AX), Y9     // Σ w·x
	VMULPS       Y5, Y8, Y10
	VMULPS       Y4, Y4, Y11
	VSUBPS       Y11, Y10, Y10   // determinant
	VMULPS       Y6, Y8, Y11
	VMULPS       Y4, Y9, Y12
	VSUBPS       Y12, Y11, Y11
	VDIVPS       Y10, Y11, Y11   // scale
	VMULPS       Y5, Y9, Y12
	VMULPS       Y6, Y4, Y13
	VSUBPS       Y13, Y12, Y12
	VDIVPS       Y10, Y12, Y12   // min
	VCMPPS       $0x1e, Y3, Y12, Y13
	VDIVPS       Y5, Y6, Y14     // the scale if min is to be zero
	VBLENDVPS    Y13, Y14, Y11, Y11
	VANDNPS      Y12, Y13, Y12
	VCMPPS       $0x1e, Y3, Y10, Y15 // there is a solution
	VMOVUPS      Y11, 32(AX)
	VMOVUPS      Y12, 64(AX)

	VXORPS  Y4, Y4, Y4           // error
	MOVQ    DX, R8
	XORQ    BX, BX
	CMPL    144(AX), $0
	JNE     absolute

squared:
	VMULPS       (R8), Y11, Y7
	VBROADCASTSS (SI)(BX*4), Y8
	VADDPS       Y12, Y7, Y7
	VSUBPS       Y8, Y7, Y7
	VBROADCASTSS (DI)(BX*4), Y8
	VMULPS       Y7, Y7, Y7
	VMULPS       Y7, Y8, Y7
	VADDPS       Y7, Y4, Y4
	ADDQ         $32, R8
	INCQ         BX
	CMPQ         BX, CX
	JLT          squared
	JMP          done

absolute:
	VBROADCASTSS magnitude<>(SB), Y14

distance:
	VMULPS       (R8), Y11, Y7
	VBROADCASTSS (SI)(BX*4), Y8
	VADDPS       Y12, Y7, Y7
	VSUBPS       Y8, Y7, Y7
	VBROADCASTSS (DI)(BX*4), Y8
	VANDPS       Y14, Y7, Y7
	VMULPS       Y7, Y8, Y7
	VADDPS       Y7, Y4, Y4
	ADDQ         $32, R8
	INCQ         BX
	CMPQ         BX, CX
	JLT          distance

done:
	VBROADCASTSS infinite<>(SB), Y7
	VBLENDVPS    Y15, Y4, Y7, Y4
	VMOVUPS      Y4, 96(AX)
	VZEROUPPER
	RET

DATA belowHalf<>+0(SB)/4, $0x3effffff
GLOBL belowHalf<>(SB), RODATA|NOPTR, $4
DATA signs<>+0(SB)/4, $0x80000000
GLOBL signs<>(SB), RODATA|NOPTR, $4

// Packing words and bytes works within halves of a register; this is the order
// in which eight groups of four bytes come out of it.
DATA unmix<>+0(SB)/4, $0
DATA unmix<>+4(SB)/4, $4
DATA unmix<>+8(SB)/4, $1
DATA unmix<>+12(SB)/4, $5
DATA unmix<>+16(SB)/4, $2
DATA unmix<>+20(SB)/4, $6
DATA unmix<>+24(SB)/4, $3
DATA unmix<>+28(SB)/4, $7
GLOBL unmix<>(SB), RODATA|NOPTR, $32

// func bounds32(x *float32) (lo, hi float32)
TEXT ·bounds32(SB), NOSPLIT, $0-16
	MOVQ         x+0(FP), SI
	VMOVUPS      0(SI), Y0
	VMOVUPS      32(SI), Y1
	VMOVUPS      64(SI), Y2
	VMOVUPS      96(SI), Y3
	VMINPS       Y0, Y1, Y4
	VMINPS       Y2, Y3, Y5
	VMINPS       Y4, Y5, Y4
	VMAXPS       Y0, Y1, Y6
	VMAXPS       Y2, Y3, Y7
	VMAXPS       Y6, Y7, Y6
	VEXTRACTF128 $1, Y4, X5
	VEXTRACTF128 $1, Y6, X7
	VMINPS       X4, X5, X4
	VMAXPS       X6, X7, X6
	VPERMILPS    $0x4e, X4, X5
	VPERMILPS    $0x4e, X6, X7
	VMINPS       X4, X5, X4
	VMAXPS       X6, X7, X6
	VPERMILPS    $0xb1, X4, X5
	VPERMILPS    $0xb1, X6, X7
	VMINPS       X4, X5, X4
	VMAXPS       X6, X7, X6
	VMOVSS       X4, lo+8(FP)
	VMOVSS       X6, hi+12(FP)
	VZEROUPPER
	RET

// func steps32(level *uint8, x *float32, lo, id, add float32, top int32)
TEXT ·steps32(SB), NOSPLIT, $0-32
	MOVQ         level+0(FP), DI
	MOVQ         x+8(FP), SI
	VBROADCASTSS lo+16(FP), Y4
	VBROADCASTSS id+20(FP), Y5
	VBROADCASTSS add+24(FP), Y6
	MOVL         top+28(FP), AX
	VMOVD        AX, X7
	VPBROADCASTD X7, Y7
	VMOVUPS      0(SI), Y0
	VMOVUPS      32(SI), Y1
	VMOVUPS      64(SI), Y2
	VMOVUPS      96(SI), Y3
	VSUBPS       Y4, Y0, Y0
	VSUBPS       Y4, Y1, Y1
	VSUBPS       Y4, Y2, Y2
	VSUBPS       Y4, Y3, Y3
	VMULPS       Y5, Y0, Y0
	VMULPS       Y5, Y1, Y1
	VMULPS       Y5, Y2, Y2
	VMULPS       Y5, Y3, Y3
	VADDPS       Y6, Y0, Y0
	VADDPS       Y6, Y1, Y1
	VADDPS       Y6, Y2, Y2
	VADDPS       Y6, Y3, Y3
	VCVTTPS2DQ   Y0, Y0
	VCVTTPS2DQ   Y1, Y1
	VCVTTPS2DQ   Y2, Y2
	VCVTTPS2DQ   Y3, Y3
	VPMINSD      Y7, Y0, Y0
	VPMINSD      Y7, Y1, Y1
	VPMINSD      Y7, Y2, Y2
	VPMINSD      Y7, Y3, Y3
	VPACKSSDW    Y1, Y0, Y0
	VPACKSSDW    Y3, Y2, Y2
	VPACKSSWB    Y2, Y0, Y0
	VMOVDQU      unmix<>(SB), Y1
	VPERMD       Y0, Y1, Y0
	VMOVDQU      Y0, (DI)
	VZEROUPPER
	RET

// func rounds32(level *byte, x *float32, id float32)
TEXT ·rounds32(SB), NOSPLIT, $0-20
	MOVQ         level+0(FP), DI
	MOVQ         x+8(FP), SI
	VBROADCASTSS id+16(FP), Y5
	VBROADCASTSS belowHalf<>(SB), Y6
	VBROADCASTSS signs<>(SB), Y7
	VMULPS       0(SI), Y5, Y0
	VMULPS       32(SI), Y5, Y1
	VMULPS       64(SI), Y5, Y2
	VMULPS       96(SI), Y5, Y3
	VANDPS       Y7, Y0, Y8
	VANDPS       Y7, Y1, Y9
	VANDPS       Y7, Y2, Y10
	VANDPS       Y7, Y3, Y11
	VORPS        Y6, Y8, Y8
	VORPS        Y6, Y9, Y9
	VORPS        Y6, Y10, Y10
	VORPS        Y6, Y11, Y11
	VADDPS       Y8, Y0, Y0
	VADDPS       Y9, Y1, Y1
	VADDPS       Y10, Y2, Y2
	VADDPS       Y11, Y3, Y3
	VCVTTPS2DQ   Y0, Y0
	VCVTTPS2DQ   Y1, Y1
	VCVTTPS2DQ   Y2, Y2
	VCVTTPS2DQ   Y3, Y3
	VPACKSSDW    Y1, Y0, Y0
	VPACKSSDW    Y3, Y2, Y2
	VPACKSSWB    Y2, Y0, Y0
	VMOVDQU      unmix<>(SB), Y1
	VPERMD       Y0, Y1, Y0
	VMOVDQU      Y0, (DI)
	VZEROUPPER
	RET

// Each lane is one row of a codebook: Σ w·(scale·q − x)², weight after weight.
// After each eight rows the lanes keep the least sum so far and its group; of
// lanes that tie in the end, that with the first row wins.

DATA lane<>+0(SB)/4, $0
DATA lane<>+4(SB)/4, $1
DATA lane<>+8(SB)/4, $2
DATA lane<>+12(SB)/4, $3
DATA lane<>+16(SB)/4, $4
DATA lane<>+20(SB)/4, $5
DATA lane<>+24(SB)/4, $6
DATA lane<>+28(SB)/4, $7
GLOBL lane<>(SB), RODATA|NOPTR, $32

// func nearestRow8(x, w *float32, list *byte, groups, elems int, scale float32) int
TEXT ·nearestRow8(SB), NOSPLIT, $0-56
	MOVQ         x+0(FP), R8
	MOVQ         w+8(FP), R9
	MOVQ         list+16(FP), R10
	MOVQ         groups+24(FP), CX
	MOVQ         elems+32(FP), DX
	VBROADCASTSS scale+40(FP), Y0
	VBROADCASTSS infinite<>(SB), Y1 // least sums
	VPXOR        Y2, Y2, Y2         // their groups
	VPXOR        Y3, Y3, Y3         // this group
	VPCMPEQD     Y4, Y4, Y4         // −1

group:
	VXORPS Y5, Y5, Y5
	XORQ   BX, BX

value:
	VPMOVZXBD    (R10), Y6
	VCVTDQ2PS    Y6, Y6
	VMULPS       Y0, Y6, Y6
	VBROADCASTSS (R8)(BX*4), Y7
	VSUBPS       Y7, Y6, Y6
	VBROADCASTSS (R9)(BX*4), Y8
	VMULPS       Y6, Y8, Y8
	VMULPS       Y6, Y8, Y8
	VADDPS       Y8, Y5, Y5
	ADDQ         $8, R10
	INCQ         BX
	CMPQ         BX, DX
	JLT          value

	VCMPPS    $0x11, Y1, Y5, Y9 // less, never for NaN
	VBLENDVPS Y9, Y5, Y1, Y1
	VBLENDVPS Y9, Y3, Y2, Y2
	VPSUBD    Y4, Y3, Y3
	DECQ      CX
	JNZ       group

	VPSLLD       $3, Y2, Y2
	VPADDD       lane<>(SB), Y2, Y2 // rows
	VEXTRACTF128 $1, Y1, X5
	VMINPS       X5, X1, X5
	VPERMILPS    $0x4e, X5, X6
	VMINPS       X6, X5, X5
	VPERMILPS    $0xb1, X5, X6
	VMINPS       X6, X5, X5
	VBROADCASTSS X5, Y5
	VCMPPS       $0, Y5, Y1, Y9     // lanes with the least sum
	VPSRLD       $1, Y4, Y4
	VBLENDVPS    Y9, Y2, Y4, Y2
	VEXTRACTI128 $1, Y2, X3
	VPMINSD      X3, X2, X2
	VPSHUFD      $0x4e, X2, X3
	VPMINSD      X3, X2, X2
	VPSHUFD      $0xb1, X2, X3
	VPMINSD      X3, X2, X2
	VMOVD        X2, AX
	MOVQ         AX, ret+48(FP)
	VZEROUPPER
	RET
