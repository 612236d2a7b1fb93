package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// quantize writes the quantizer of activations, in AVX2 for every tier: it is
// bound by the chain from a group's values to their scale, not by width.
func quantize() {
	h := &hoister{move: vexMove}
	function("quantizex256", "func(q *int8, d, s, h, x *float32, groups int)",
		"quantizex256 rounds groups of 32 numbers to 8 bits and gives their scales and sums.")
	h.begin()
	q, d, s, halves := param("q"), param("d"), param("s"), param("h")
	x, groups := param("x"), param("groups")
	loop("group", groups, func() {
		var v [4]reg.VecVirtual
		for i := range v {
			v[i] = YMM()
			VMOVUPS(at(x, 32*i), v[i])
		}
		by, unit, bad := groupScale(h, largestMagnitude(h, v))
		for i := range v {
			VMULPS(by, v[i], v[i])
			VCVTPS2DQ(v[i], v[i])
			VPANDN(v[i], bad, v[i])
		}
		VMOVSS(unit.AsX(), at(d, 0))
		groupSums(v, unit, halves, s)
		storeBytes(h, v, q)
		ADDQ(Imm(32), q)
		ADDQ(Imm(4), d)
		ADDQ(Imm(4), s)
		ADDQ(Imm(8), halves)
		ADDQ(I32(128), x)
	})
	h.end()
}

// largestMagnitude is that of 32 numbers, in every lane, compared as integers:
// a NaN is then the largest.
func largestMagnitude(h *hoister, v [4]reg.VecVirtual) reg.VecVirtual {
	top := YMM()
	VPAND(h.y(lanes32(0x7fffffff)), v[0], top)
	t := YMM()
	for _, u := range v[1:] {
		VPAND(h.y(lanes32(0x7fffffff)), u, t)
		VPMAXUD(t, top, top)
	}
	VPERM2I128(Imm(1), top, top, t)
	VPMAXUD(t, top, top)
	VPSHUFD(U8(0x4e), top, t)
	VPMAXUD(t, top, top)
	VPSHUFD(U8(0xb1), top, t)
	VPMAXUD(t, top, top)
	return top
}

// groupScale is what to multiply with, the scale, and all ones if the group is
// not finite; a group that counts as zero has zeros for both.
func groupScale(h *hoister, top reg.VecVirtual) (by, unit, bad reg.VecVirtual) {
	const tiny = 1e-30
	by, unit, bad = YMM(), YMM(), YMM()
	none := YMM()
	VMOVDQU(h.y(lanesF32(tiny)), none)
	VPCMPGTD(top, none, none)
	VPCMPGTD(h.y(lanes32(0x7f7fffff)), top, bad)
	VDIVPS(top, h.y(lanesF32(127)), by)
	VANDNPS(by, none, by)
	VDIVPS(h.y(lanesF32(127)), top, unit)
	VANDNPS(unit, none, unit)
	VORPS(bad, unit, unit)
	return by, unit, bad
}

// groupSums stores the scale times the sums of both halves, and of the whole.
func groupSums(v [4]reg.VecVirtual, unit reg.VecVirtual, halves, whole reg.GPVirtual) {
	a, b, x := YMM(), YMM(), XMM()
	VPADDD(v[1], v[0], a)
	VPADDD(v[3], v[2], b)
	VPHADDD(b, a, a)
	VPHADDD(a, a, a)
	VEXTRACTI128(Imm(1), a, x)
	VPADDD(a.AsX(), x, x)
	VCVTDQ2PS(x, b.AsX())
	VMULPS(unit.AsX(), b.AsX(), b.AsX())
	VMOVLPS(b.AsX(), at(halves, 0))
	VPHADDD(x, x, x)
	VCVTDQ2PS(x, x)
	VMULPS(unit.AsX(), x, x)
	VMOVSS(x, at(whole, 0))
}

// storeBytes narrows 32 integers; the two packing steps work on halves of
// registers and leave groups of four out of order.
func storeBytes(h *hoister, v [4]reg.VecVirtual, q reg.GPVirtual) {
	VPACKSSDW(v[1], v[0], v[0])
	VPACKSSDW(v[3], v[2], v[2])
	VPACKSSWB(v[2], v[0], v[0])
	VPERMD(v[0], h.y(indexes(0, 4, 1, 5, 2, 6, 3, 7)), v[0])
	VMOVDQU(v[0], at(q, 0))
}
