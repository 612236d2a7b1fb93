package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// places are those of the activations of blocks b and b+1: their first 16, their
// second.
func places(b int) (first, second int) {
	first = b/4*128 + b%4*16
	return first, first + 64
}

// nibbleRows emits a type whose blocks begin with a half-precision scale and end with 32
// nibbles: product emits 32-bit sums of four products each of blocks b and b+1, one in each half.
func (a *rows256) nibbleRows(size int, prepare func(pair int), product func(r, pair int, low, high reg.VecVirtual) reg.VecVirtual) {
	for r := 0; r < 4; r += 2 {
		scales := [2]reg.VecVirtual{a.scales32(r, size), a.scales32(r+1, size)}
		var sums [2]reg.VecVirtual
		for i := range sums {
			sums[i] = load256(a.sums.Offset(32 * (r + i)))
		}
		for pair := range 4 {
			prepare(pair)
			one, two := uint32(2*pair), uint32(2*pair+1)
			spread := load256(a.of(append(cycle32(one)[:16:16], append(cycle32(two)[:16:16], cycle(0)[:32]...)...)))
			for i := range 2 {
				if pair == 2*i {
					a.fetch(r + i)
				}
				low, high := a.twoBlocks(r+i, 2*size*pair+size-16, size)
				dot, by := product(r+i, pair, low, high), YMM()
				VPERMPS(scales[i], spread, by)
				VCVTDQ2PS(dot, dot)
				VFMADD231PS(by, dot, sums[i])
			}
		}
		for i, sum := range sums {
			VMOVUPS(sum, a.sums.Offset(32*(r+i)))
		}
	}
}

func q40rows256(a *rows256) {
	a.centredRows(18, 8, func(r, pair int, low, high reg.VecVirtual) {})
}

// centredRows emits a type whose codes are `by` too large, once finish has made them of
// nibbles.
func (a *rows256) centredRows(size int, by uint8, finish func(r, pair int, low, high reg.VecVirtual)) {
	less := AllocLocal(128)
	for pair := range 4 {
		first, second := places(2 * pair)
		y, t := YMM(), YMM()
		VMOVDQU(a.of(lanes8(by)), t)
		VPMADDUBSW(at(a.q, first), t, y)
		VPMADDUBSW(at(a.q, second), t, t)
		VPADDW(t, y, y)
		VMOVDQU(y, less.Offset(32*pair))
	}
	var acts [2]reg.VecVirtual
	prepare := func(pair int) {
		first, second := places(2 * pair)
		acts = [2]reg.VecVirtual{a.act(first), a.act(second)}
	}
	a.nibbleRows(size, prepare, func(r, pair int, low, high reg.VecVirtual) reg.VecVirtual {
		finish(r, pair, low, high)
		VPMADDUBSW(acts[0], low, low)
		VPMADDUBSW(acts[1], high, high)
		VPADDW(high, low, low)
		VPSUBW(less.Offset(32*pair), low, low)
		VPMADDWD(a.y(lanes16(1)), low, low)
		return low
	})
}

// q50rows256 has the fifth bits of a block in four bytes: each is brought to eight
// lanes, and each lane looks at its own bit.
func q50rows256(a *rows256) {
	a.centredRows(22, 16, func(r, pair int, low, high reg.VecVirtual) {
		bits, next := YMM(), YMM()
		VPBROADCASTD(a.at(r, 44*pair+2), bits)
		VPBROADCASTD(a.at(r, 44*pair+24), next)
		VPBLENDD(U8(0xf0), next, bits, bits)
		own := a.y(cycle(1, 2, 4, 8, 16, 32, 64, 128))
		for i, u := range []reg.VecVirtual{low, high} {
			t, first := YMM(), uint8(2*i)
			VPSHUFB(a.of(cycle(first, first, first, first, first, first, first, first, first+1, first+1, first+1, first+1, first+1, first+1, first+1, first+1)), bits, t)
			VPAND(own, t, t)
			VPCMPEQB(own, t, t)
			VPAND(a.of(lanes8(16)), t, t)
			VPOR(t, u, u)
		}
	})
}

// q80rows256 moves the weights' signs to the activations: weights may be −128.
func q80rows256(a *rows256) {
	worth := AllocLocal(64)
	for r := 0; r < 4; r += 2 {
		var sums [2]reg.VecVirtual
		for i := range sums {
			VMOVUPS(a.scales32(r+i, 34), worth.Offset(32*i))
			sums[i] = load256(a.sums.Offset(32 * (r + i)))
		}
		for b := range 8 {
			act := a.act(32 * b)
			for i := range 2 {
				if b == 4*i {
					a.fetch(r + i)
				}
				w, size, dot, by := a.at(r+i, 34*b+2), YMM(), YMM(), YMM()
				VPABSB(w, size)
				VPSIGNB(w, act, dot)
				VPMADDUBSW(dot, size, dot)
				VPMADDWD(a.y(lanes16(1)), dot, dot)
				VBROADCASTSS(worth.Offset(32*i+4*b), by)
				VCVTDQ2PS(dot, dot)
				VFMADD231PS(by, dot, sums[i])
			}
		}
		for i, sum := range sums {
			VMOVUPS(sum, a.sums.Offset(32*(r+i)))
		}
	}
}

// signed is activations with which weights that have signs are multiplied: those take
// the activations' signs, which works because none is −128.
type signed struct{ acts, magnitudes [2]reg.VecVirtual }

// prepare loads those of blocks b and b+1.
func (s *signed) prepare(a *rows256, b int) {
	first, second := places(b)
	for i, place := range []int{first, second} {
		s.acts[i], s.magnitudes[i] = a.act(place), YMM()
		VPABSB(s.acts[i], s.magnitudes[i])
	}
}

// products emits sums of two products each of IQ4's codes, which are used up.
func (s *signed) products(a *rows256, i int, codes reg.VecVirtual) reg.VecVirtual {
	values := make([]uint8, 16)
	for i, v := range iq4Values {
		values[i] = v - 128
	}
	y := YMM()
	VPSHUFB(codes, a.y(cycle(values...)), codes)
	VPSIGNB(s.acts[i], codes, codes)
	VPMADDUBSW(codes, s.magnitudes[i], y)
	return y
}

func iq4nlRows256(a *rows256) {
	var s signed
	a.nibbleRows(18, func(pair int) { s.prepare(a, 2*pair) }, func(_, _ int, low, high reg.VecVirtual) reg.VecVirtual {
		low, high = s.products(a, 0, low), s.products(a, 1, high)
		VPMADDWD(a.of(lanes16(1)), low, low)
		VPMADDWD(a.of(lanes16(1)), high, high)
		VPADDD(high, low, low)
		return low
	})
}

// iq4xsRows256 has a sum of integers for each 128 weights, as q6kRows256 has.
func iq4xsRows256(a *rows256) {
	worth := AllocLocal(8)
	var s signed
	for r := 0; r < 4; r += 2 {
		scales := [2]reg.VecVirtual{a.sixBits(r), a.sixBits(r + 1)}
		a.one(r, 0, worth)
		a.one(r+1, 0, worth.Offset(4))
		for half := range 2 {
			dots := zeros(YMM, 2)
			for pair := 2 * half; pair < 2*half+2; pair++ {
				s.prepare(a, 2*pair)
				shuffle := a.words(2*pair, 2*pair+1)
				for i := range 2 {
					if pair == 2*i {
						a.fetch(r + i)
					}
					low, high := a.split(load256(a.at(r+i, 8+32*pair)))
					scale := YMM()
					VPSHUFB(shuffle, scales[i], scale)
					for k, u := range []reg.VecVirtual{low, high} {
						u = s.products(a, k, u)
						VPMADDWD(scale, u, u)
						VPADDD(u, dots[i], dots[i])
					}
				}
			}
			a.addHalf(r, dots, worth)
		}
	}
}

// sixBits emits the scales of IQ4_XS times the activations' multiples, all in both
// halves: see sixBits.
func (a *rows256) sixBits(r int) reg.VecVirtual {
	low, high := YMM(), YMM()
	VPBROADCASTD(a.at(r, 4), low)
	VPSRLVD(a.of(indexes(0, 4, 8, 12, 16, 20, 24, 28)), low, low)
	VPAND(a.of(lanes32(15)), low, low)
	VPBROADCASTW(a.at(r, 2), high)
	VPSRLVD(a.of(indexes(0, 2, 4, 6, 8, 10, 12, 14)), high, high)
	VPAND(a.of(lanes32(3)), high, high)
	VPSLLD(Imm(4), high, high)
	VPOR(high, low, low)
	VPSUBD(a.of(lanes32(32)), low, low)
	VPACKSSDW(low, low, low)
	VPERMQ(U8(0x88), low, low)
	VBROADCASTI128(at(a.x, stepMult), high)
	VPMULLW(high, low, low)
	return low
}
