package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// quantize writes the quantizer of activations, in AVX2 for every tier: it is
// bound by the chain from a group's values to their scale, not by width.
func quantize() {
	vendor()
	fetch()
	h := &hoister{move: vexMove}
	function("quantizex256", "func(high, low *int8, d, s, h, d2, s2, h2, x *float32, groups int)",
		"quantizex256 rounds groups of 32 numbers to two bytes and gives scales and sums of the high one and of both.")
	h.begin()
	high, low, x, groups := param("high"), param("low"), param("x"), param("groups")
	coarse := scales{param("d"), param("s"), param("h")}
	fine := scales{param("d2"), param("s2"), param("h2")}
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
		upper := split(h, v)
		coarse.store(halfSum(upper[:2], nil), halfSum(upper[2:], nil), unit)
		VMULPS(h.of(lanesF32(1.0/256)), unit, unit)
		fine.store(halfSum(v[:2], upper[:2]), halfSum(v[2:], upper[2:]), unit)
		storeBytes(h, upper, high)
		storeBytes(h, v, low)
		ADDQ(Imm(32), high)
		ADDQ(Imm(32), low)
		ADDQ(I32(128), x)
	})
	h.end()
}

// split leaves the low bytes of v, from −127 to 127, and returns the high ones.
func split(h *hoister, v [4]reg.VecVirtual) (upper [4]reg.VecVirtual) {
	for i := range v {
		t := YMM()
		upper[i] = YMM()
		VPADDD(h.of(lanes32(128)), v[i], upper[i])
		VPSRAD(Imm(8), upper[i], upper[i])
		VPSLLD(Imm(8), upper[i], t)
		VPSUBD(t, v[i], v[i])
		VPMAXSD(h.of(lanes32(0xffffff81)), v[i], v[i])
	}
	return upper
}

// halfSum adds two vectors of low bytes and 256 times two of high ones, if any.
func halfSum(v, upper []reg.VecVirtual) reg.VecVirtual {
	sum := YMM()
	VPADDD(v[1], v[0], sum)
	if upper != nil {
		t := YMM()
		VPADDD(upper[1], upper[0], t)
		VPSLLD(Imm(8), t, t)
		VPADDD(t, sum, sum)
	}
	return sum
}

// largestMagnitude is that of 32 numbers, in every lane, compared as integers:
// a NaN is then the largest.
func largestMagnitude(h *hoister, v [4]reg.VecVirtual) reg.VecVirtual {
	top := YMM()
	VPAND(h.of(lanes32(0x7fffffff)), v[0], top)
	t := YMM()
	for _, u := range v[1:] {
		VPAND(h.of(lanes32(0x7fffffff)), u, t)
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
	VMOVDQU(h.of(lanesF32(tiny)), none)
	VPCMPGTD(top, none, none)
	VPCMPGTD(h.of(lanes32(0x7f7fffff)), top, bad)
	VDIVPS(top, h.y(lanesF32(127*256)), by)
	VANDNPS(by, none, by)
	VDIVPS(h.of(lanesF32(127)), top, unit)
	VANDNPS(unit, none, unit)
	VORPS(bad, unit, unit)
	return by, unit, bad
}

// scales is where the scales and sums of a precision go.
type scales struct{ d, s, h reg.GPVirtual }

// store stores a group's scale, and the scale times the sums of both halves and
// of the whole, and moves on.
func (to scales) store(a, b, unit reg.VecVirtual) {
	x, f := XMM(), XMM()
	VMOVSS(unit.AsX(), at(to.d, 0))
	VPHADDD(b, a, a)
	VPHADDD(a, a, a)
	VEXTRACTI128(Imm(1), a, x)
	VPADDD(a.AsX(), x, x)
	VCVTDQ2PS(x, f)
	VMULPS(unit.AsX(), f, f)
	VMOVLPS(f, at(to.h, 0))
	VPHADDD(x, x, x)
	VCVTDQ2PS(x, x)
	VMULPS(unit.AsX(), x, x)
	VMOVSS(x, at(to.s, 0))
	ADDQ(Imm(4), to.d)
	ADDQ(Imm(4), to.s)
	ADDQ(Imm(8), to.h)
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
