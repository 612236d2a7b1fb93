package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// What the assembly of both widths shares.

// fine are the types that are multiplied with both bytes of the activations, as
// package kernel's table says.
func fine(name string) bool { return name == "Q2K" || name == "Q3K" }

// iq4Values are IQ4's sixteen values plus 128.
var iq4Values = []uint8{1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241}

// mxfp4Values are twice the sixteen values of E2M1, plus 12.
var mxfp4Values = []uint8{12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0}

// powersOfTwo emits, to y, of which x is the lower half, 2^(e−128) for the first byte e of each of eight MXFP4
// blocks. From 2 on e−1 is the exponent; below, the number is subnormal, and
// what the exponent would be is not positive.
func powersOfTwo(c interface{ of([]byte) Mem }, p reg.GPVirtual, y, x Op) {
	small := YMM()
	VXORPS(x, x, x)
	for b := range 8 {
		VPINSRB(Imm(uint64(b)), at(p, 17*b), x, x)
	}
	VPMOVZXBD(x, y)
	VPBROADCASTD(c.of(lanes32(0x00200000)), small)
	VPSLLVD(y, small, small)
	VANDPS(c.of(lanes32(0x00600000)), small, small)
	VPADDD(c.of(lanes32(0xffffffff)), y, y)
	VPSLLD(Imm(23), y, y)
	VPMAXSD(small, y, y)
}
