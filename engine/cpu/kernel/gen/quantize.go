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
	function("quantizex256", "func(high, low, even, split *int8, d, s, h, d2, s2, h2, step, x *float32, runs int)",
		"quantizex256 rounds runs of 256 numbers to two bytes and gives scales and sums of the high one and of both.")
	h.begin()
	high, low, even, split := param("high"), param("low"), param("even"), param("split")
	step, x, runs := param("step"), param("x"), param("runs")
	coarse := scales{param("d"), param("s"), param("h")}
	fine := scales{param("d2"), param("s2"), param("h2")}
	factors, units := AllocLocal(32), AllocLocal(32)
	loop("run", runs, func() {
		tops := YMM()
		for g := range 8 {
			top := largestMagnitude(h, group(x, g))
			if g == 0 {
				VMOVDQA(top, tops)
			} else {
				VPBLENDD(Imm(1<<g), top, tops, tops)
			}
		}
		by, unit, bad := runScales(h, tops, step)
		VMOVUPS(by, factors)
		VMOVUPS(unit, units)
		VMOVUPS(unit, at(step, stepD))
		VMOVUPS(unit, at(coarse.d, 0))
		VMULPS(h.of(lanesF32(1.0/256)), unit, unit)
		VMOVUPS(unit, at(fine.d, 0))
		for g := range 8 {
			v := group(x, g)
			factor, unit := YMM(), YMM()
			VBROADCASTSS(of(factors, g), factor)
			VBROADCASTSS(of(units, g), unit)
			for i := range v {
				VMULPS(factor, v[i], v[i])
				VCVTPS2DQ(v[i], v[i])
				VPANDN(v[i], bad, v[i])
			}
			upper := separated(h, v)
			sum := coarse.store(g, halfSum(upper[:2], nil), halfSum(upper[2:], nil), unit)
			VPEXTRW(Imm(0), sum, at(step, stepSum+2*g))
			VMULPS(h.of(lanesF32(1.0/256)), unit, unit)
			fine.store(g, halfSum(v[:2], upper[:2]), halfSum(v[2:], upper[2:]), unit)
			bytes := narrowed(h, upper)
			VMOVDQU(bytes, at(high, 32*g))
			VMOVDQU(bytes, at(even, g/4*128+g%2*64+g/2%2*32))
			VMOVDQU(bytes.AsX(), at(split, g/4*128+g%4*16))
			VEXTRACTI128(Imm(1), bytes, at(split, g/4*128+64+g%4*16))
			VMOVDQU(narrowed(h, v), at(low, 32*g))
		}
		ADDQ(I32(256), high)
		ADDQ(I32(256), low)
		ADDQ(I32(256), even)
		ADDQ(I32(256), split)
		ADDQ(I32(1024), x)
		ADDQ(I32(stepBytes), step)
		coarse.advance()
		fine.advance()
	})
	h.end()
}

// of is the i-th number of a local array.
func of(m Mem, i int) Mem {
	m.Disp += 4 * i
	return m
}

// group loads 32 numbers.
func group(x reg.GPVirtual, g int) (v [4]reg.VecVirtual) {
	for i := range v {
		v[i] = YMM()
		VMOVUPS(at(x, 128*g+32*i), v[i])
	}
	return v
}

// separated leaves the low bytes of v, from −127 to 127, and returns the high ones.
func separated(h *hoister, v [4]reg.VecVirtual) (upper [4]reg.VecVirtual) {
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
	return largest(top)
}

// largest is that of eight integers, in every lane; top is used up.
func largest(top reg.VecVirtual) reg.VecVirtual {
	t := YMM()
	VPERM2I128(Imm(1), top, top, t)
	VPMAXUD(t, top, top)
	VPSHUFD(U8(0x4e), top, t)
	VPMAXUD(t, top, top)
	VPSHUFD(U8(0xb1), top, t)
	VPMAXUD(t, top, top)
	return top
}

// runScales is, for eight groups whose largest magnitudes are tops, what to
// multiply with, the scale, and all ones if one is not finite. All of a run's
// scales are small multiples of one unit: both go to step. A run that counts as
// zero has zeros for everything.
func runScales(h *hoister, tops reg.VecVirtual, step reg.GPVirtual) (by, scale, bad reg.VecVirtual) {
	const tiny, most = 1e-30, 255 // as in package kernel
	by, scale, bad = YMM(), YMM(), YMM()
	top, none, nothing, unit, multiple := YMM(), YMM(), YMM(), YMM(), YMM()
	VMOVDQA(tops, top)
	top = largest(top)
	VMOVDQU(h.of(lanesF32(tiny)), none)
	VPCMPGTD(top, none, none)
	VPCMPGTD(h.of(lanes32(0x7f7fffff)), top, bad)
	VORPS(none, bad, nothing)
	VDIVPS(top, h.y(lanesF32(most)), multiple)
	VMULPS(tops, multiple, multiple)
	VROUNDPS(Imm(2), multiple, multiple) // up
	VMAXPS(h.of(lanesF32(1)), multiple, multiple)
	VMINPS(h.of(lanesF32(most)), multiple, multiple)
	VANDNPS(multiple, nothing, multiple)
	VDIVPS(h.of(lanesF32(127*most)), top, unit)
	VANDNPS(unit, none, unit)
	VORPS(bad, unit, unit)
	VMOVSS(unit.AsX(), at(step, stepUnit))
	VMULPS(unit, multiple, scale)
	VDIVPS(scale, h.y(lanesF32(256)), by)
	VANDNPS(by, none, by)
	VCVTPS2DQ(multiple, multiple)
	VPACKSSDW(multiple, multiple, multiple)
	VPERMQ(Imm(0x08), multiple, multiple)
	VMOVDQU(multiple.AsX(), at(step, stepMult))
	return by, scale, bad
}

// scales is where the scales and sums of a precision go.
type scales struct{ d, s, h reg.GPVirtual }

// store stores the scale times the sums of both halves of group g and of the
// whole, and returns the sum.
func (to scales) store(g int, a, b, unit reg.VecVirtual) reg.VecVirtual {
	x, f := XMM(), XMM()
	VPHADDD(b, a, a)
	VPHADDD(a, a, a)
	VEXTRACTI128(Imm(1), a, x)
	VPADDD(a.AsX(), x, x)
	VCVTDQ2PS(x, f)
	VMULPS(unit.AsX(), f, f)
	VMOVLPS(f, at(to.h, 8*g))
	VPHADDD(x, x, x)
	VCVTDQ2PS(x, f)
	VMULPS(unit.AsX(), f, f)
	VMOVSS(f, at(to.s, 4*g))
	return x
}

// advance goes to the next run.
func (to scales) advance() {
	ADDQ(Imm(32), to.d)
	ADDQ(Imm(32), to.s)
	ADDQ(Imm(64), to.h)
}

// narrowed makes bytes of 32 integers; the two packing steps work on halves of
// registers and leave groups of four out of order.
func narrowed(h *hoister, v [4]reg.VecVirtual) reg.VecVirtual {
	VPACKSSDW(v[1], v[0], v[0])
	VPACKSSDW(v[3], v[2], v[2])
	VPACKSSWB(v[2], v[0], v[0])
	VPERMD(v[0], h.y(indexes(0, 4, 1, 5, 2, 6, 3, 7)), v[0])
	return v[0]
}
