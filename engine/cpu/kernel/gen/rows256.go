package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// format4x256 is format4 for AVX2.
type format4x256 struct {
	name  string
	bytes int  // of 256 weights
	bias  bool // block adds to rows256.biases
	block func(a *rows256)
}

func formats4x256() []format4x256 {
	return []format4x256{
		{"Q40", 8 * 18, false, q40rows256}, {"Q80", 8 * 34, false, q80rows256}, {"IQ4NL", 8 * 18, false, iq4nlRows256},
		{"Q50", 8 * 22, false, q50rows256},
		{"Q4K", 144, true, q4kRows256}, {"Q5K", 176, true, q5kRows256}, {"Q6K", 210, false, q6kRows256},
		{"IQ4XS", 136, false, iq4xsRows256},
	}
}

// rows256 stands where rows512 does. Two rows are multiplied side by side, so that each
// activation is loaded half as often: with sixteen registers, loads are what there are
// too many of. Sums wait in memory.
type rows256 struct {
	*rows512
	sums   Mem // a vector for each row; the sum of its lanes is the result
	biases Mem // one for each two rows, four lanes each
}

// gemv4x256 emits what gemv4x512 does.
func gemv4x256(c *constants, f format4x256) {
	name := "gemv" + f.name + "x256"
	function(name, "func(out *float32, rows int, w *byte, stride, blocks int, q *int8, x *float32, ahead int, twice bool)", name+" sets out[r] to the product of row r of w, stride bytes apart, with q.")
	h := &hoister{constants: *c, move: vexMove}
	h.begin()
	a := &rows256{rows512: &rows512{hoister: h, p: GP64(), fetched: GP64(), q: GP64(), x: GP64(), bytes: f.bytes}}
	a.sums, a.biases = AllocLocal(128), AllocLocal(64)
	out, rows, w, blocks := param("out"), param("rows"), param("w"), GP64()
	a.next[1], a.next[2], a.next[3] = param("stride"), GP64(), GP64()
	MOVQ(a.next[1], a.next[2])
	ADDQ(a.next[1], a.next[2])
	MOVQ(a.next[2], a.next[3])
	ADDQ(a.next[1], a.next[3])
	Label("rows")
	a.onlyWhatIsThere(rows)
	MOVQ(w, a.p)
	Load(Param("ahead"), a.fetched)
	ADDQ(a.p, a.fetched)
	Load(Param("q"), a.q)
	Load(Param("x"), a.x)
	Load(Param("blocks"), blocks)
	zero := zeros(YMM, 1)[0]
	for r := range 4 {
		VMOVUPS(zero, a.sums.Offset(32*r))
	}
	for pair := range 2 {
		VMOVUPS(zero, a.biases.Offset(32*pair))
	}
	loop("block", blocks, func() {
		f.block(a)
		ADDQ(I32(int32(f.bytes)), a.p)
		ADDQ(I32(int32(4*f.bytes)), a.fetched)
		ADDQ(I32(256), a.q)
		ADDQ(I32(stepBytes), a.x)
	})
	a.store(a.total(f.bias), out, rows)
	ADDQ(Imm(16), out)
	LEAQ(Mem{Base: w, Index: a.next[1], Scale: 4}, w)
	SUBQ(Imm(4), rows)
	JG(LabelRef("rows"))
	h.end()
}

// total adds the lanes up: one sum for each of the four rows.
func (a *rows256) total(bias bool) reg.VecVirtual {
	x, y, z := XMM(), load256(a.sums), load256(a.sums.Offset(64))
	VHADDPS(a.sums.Offset(32), y, y)
	VHADDPS(a.sums.Offset(96), z, z)
	VHADDPS(z, y, y)
	VEXTRACTF128(Imm(1), y, x)
	VADDPS(y.AsX(), x, x)
	if bias {
		b, t := load256(a.biases), XMM() // rows 0 and 1, in one half each; then 0 2 0 2, 1 3 1 3
		VHADDPS(a.biases.Offset(32), b, b)
		VHADDPS(b, b, b)
		VEXTRACTF128(Imm(1), b, t)
		VUNPCKLPS(t, b.AsX(), t)
		VADDPS(t, x, x)
	}
	return x
}

// store stores the results of the rows that are there, of four.
func (a *rows256) store(x reg.VecVirtual, out, rows reg.GPVirtual) {
	masks, i, none, mask := GP64(), GP64(), GP64(), XMM()
	LEAQ(a.of(lanes32(0xffffffff, 0, 0, 0)), masks) // four lanes, then none
	MOVQ(I32(4), i)
	SUBQ(rows, i)
	MOVQ(I32(0), none)
	CMOVQLT(none, i)
	VMOVDQU(Mem{Base: masks, Index: i, Scale: 4}, mask)
	VMASKMOVPS(x, mask, at(out, 0))
}

// words is a shuffle that fills each half of a register with one 16-bit number.
func (a *rows256) words(first, second int) reg.VecVirtual {
	f, s := uint8(2*first), uint8(2*second)
	return load256(a.of(append(cycle(f, f+1)[:16:16], append(cycle(s, s+1)[:16:16], cycle(0)[:32]...)...)))
}

// bothHalves emits one half of y twice.
func bothHalves(y reg.VecVirtual, half int) reg.VecVirtual {
	t := YMM()
	VPERMQ(U8([]uint8{0x44, 0xee}[half]), y, t)
	return t
}

// split emits the low and the high nibbles of y, which is used up.
func (a *rows256) split(y reg.VecVirtual) (low, high reg.VecVirtual) {
	high = YMM()
	VPSRLW(Imm(4), y, high)
	VPAND(a.y(lanes8(0x0f)), y, y)
	VPAND(a.y(lanes8(0x0f)), high, high)
	return y, high
}

// act loads 32 activations.
func (a *rows256) act(place int) reg.VecVirtual { return load256(at(a.q, place)) }

// addTo adds dot, which is used up, times by to a sum.
func addTo(sum Mem, dot, by reg.VecVirtual) {
	VCVTDQ2PS(dot, dot)
	VFMADD213PS(sum, by, dot)
	VMOVUPS(dot, sum)
}

// weighed16 adds integers, weighed with the 16-bit numbers that shuffle picks of
// scales, to dot.
func weighed16(u, scales, shuffle, dot reg.VecVirtual) {
	t := YMM()
	VPSHUFB(shuffle, scales, t)
	VPMADDWD(t, u, u)
	VPADDD(u, dot, dot)
}

// kScales emits what rows512.kScales does for rows r and r+1: the scales in one half
// each; worth gets what a unit of each row's is worth, in the first lane.
func (a *rows256) kScales(r int, worth Mem) (scales reg.VecVirtual) {
	x, low, high := YMM(), YMM(), YMM()
	VBROADCASTI128(a.at(r, 0), x)
	VINSERTI128(Imm(1), a.at(r+1, 0), x, x)
	VPSHUFD(U8(0xed), x, low)
	VPSRLVD(a.of(cycle32(0, 0, 0, 4)), low, low)
	VPAND(a.of(cycle32(0x3f3f3f3f, 0x0f0f0f0f, 0x3f3f3f3f, 0x0f0f0f0f)), low, low)
	VPSHUFD(U8(0x84), x, high)
	VPSRLD(Imm(2), high, high)
	VPAND(a.of(cycle32(0, 0x30303030, 0, 0x30303030)), high, high)
	VPOR(high, low, low)
	multiples, minima, by := YMM(), YMM(), YMM()
	scales = YMM()
	VPUNPCKLBW(a.of(lanes8(0)), low, scales)
	VPUNPCKHBW(a.of(lanes8(0)), low, minima)
	VBROADCASTI128(at(a.x, stepMult), multiples)
	VPMULLW(multiples, scales, scales)
	VPMULLW(multiples, minima, minima)
	VBROADCASTI128(at(a.x, stepSum), multiples)
	VPMADDWD(multiples, minima, minima)
	VCVTDQ2PS(minima, minima)
	unit := YMM()
	VBROADCASTSS(at(a.x, stepUnit), unit)
	own := [2]reg.VecVirtual{YMM(), YMM()} // only two lanes count
	for i, y := range own {
		VCVTPH2PS(a.at(r+i, 0), y)
		VMULPS(unit, y, y)
	}
	VINSERTF128(Imm(1), own[1].AsX(), own[0], by)
	VMOVUPS(by, worth)
	VPERMILPS(U8(0x55), by, by)
	VFNMADD213PS(a.biases.Offset(16*r), by, minima)
	VMOVUPS(minima, a.biases.Offset(16*r))
	return scales
}

// kRows emits Q4_K or Q5_K: finish is given the nibbles of 32 weights.
func (a *rows256) kRows(codes int, finish func(r, run int, nibbles reg.VecVirtual)) {
	worth := AllocLocal(32)
	for r := 0; r < 4; r += 2 {
		scales, dots := a.kScales(r, worth), zeros(YMM, 2)
		own := [2]reg.VecVirtual{bothHalves(scales, 0), bothHalves(scales, 1)}
		for c := range 4 {
			acts := [2]reg.VecVirtual{a.act(64 * c), a.act(64*c + 32)}
			shuffles := [2]reg.VecVirtual{a.words(2*c, 2*c), a.words(2*c+1, 2*c+1)}
			for i := range 2 {
				if c == 2*i {
					a.fetch(r + i)
				}
				low, high := a.split(load256(a.at(r+i, codes+32*c)))
				for k, u := range []reg.VecVirtual{low, high} {
					finish(r+i, 2*c+k, u)
					VPMADDUBSW(acts[k], u, u)
					weighed16(u, own[i], shuffles[k], dots[i])
				}
			}
		}
		for i, dot := range dots {
			by := YMM()
			VBROADCASTSS(worth.Offset(16*i), by)
			addTo(a.sums.Offset(32*(r+i)), dot, by)
		}
	}
}

func q4kRows256(a *rows256) { a.kRows(16, func(r, run int, nibbles reg.VecVirtual) {}) }

func q5kRows256(a *rows256) {
	a.kRows(48, func(r, run int, nibbles reg.VecVirtual) {
		merge256(nibbles, low256(&a.constants, load256(a.at(r, 16)), run-4, 0x10))
	})
}

// q6kRows256 has a sum of integers for each 128 weights: one of 256 could be too
// large for 32 bits in eight lanes.
func q6kRows256(a *rows256) {
	less, multiples, worth := AllocLocal(256), AllocLocal(32), AllocLocal(8)
	for c := range 8 {
		y := YMM()
		VMOVDQU(a.of(lanes8(32)), y)
		VPMADDUBSW(at(a.q, 32*c), y, y)
		VMOVDQU(y, less.Offset(32*c))
	}
	x, y := XMM(), XMM()
	VMOVDQU(at(a.x, stepMult), x)
	VPUNPCKHWD(x, x, y)
	VPUNPCKLWD(x, x, x)
	VMOVDQU(x, multiples)
	VMOVDQU(y, multiples.Offset(16))
	for r := 0; r < 4; r += 2 {
		var scales [2]reg.VecVirtual
		for i := range scales {
			scales[i] = YMM()
			VPMOVSXBW(a.at(r+i, 192), scales[i])
			VPMULLW(multiples, scales[i], scales[i])
			a.one(r+i, 208, worth.Offset(4*i))
		}
		for half := range 2 {
			dots := zeros(YMM, 2)
			own := [2]reg.VecVirtual{bothHalves(scales[0], half), bothHalves(scales[1], half)}
			bits := [2]reg.VecVirtual{load256(a.at(r, 128+32*half)), load256(a.at(r+1, 128+32*half))}
			for part := range 2 {
				shuffles := [2]reg.VecVirtual{a.words(2*part, 2*part+1), a.words(2*part+4, 2*part+5)}
				acts := [2]reg.VecVirtual{a.act(128*half + 32*part), a.act(128*half + 64 + 32*part)}
				for i := range 2 {
					if half == i && part == 0 {
						a.fetch(r + i)
					}
					low, high := a.split(load256(a.at(r+i, 64*half+32*part)))
					for k, u := range []reg.VecVirtual{low, high} {
						c := part + 2*k
						merge256(u, low256(&a.constants, bits[i], 2*c-4, 0x30))
						VPMADDUBSW(acts[k], u, u)
						VPSUBW(less.Offset(32*(4*half+c)), u, u)
						weighed16(u, own[i], shuffles[k], dots[i])
					}
				}
			}
			a.addHalf(r, dots, worth)
		}
	}
}

// one stores what a unit of 256 weights is worth, of which the half-precision number
// at off is the weights' part.
func (a *rows256) one(r, off int, worth Mem) {
	x := XMM()
	VPBROADCASTW(a.at(r, off), x)
	VCVTPH2PS(x, x)
	VMULSS(at(a.x, stepUnit), x, x)
	VMOVSS(x, worth)
}

// addHalf adds the integers of rows r and r+1 to their sums.
func (a *rows256) addHalf(r int, dots []reg.VecVirtual, worth Mem) {
	for i, dot := range dots {
		by := YMM()
		VBROADCASTSS(worth.Offset(4*i), by)
		addTo(a.sums.Offset(32*(r+i)), dot, by)
	}
}

// scales32 emits what a unit of a row's eight blocks times one of the activations'
// is worth.
func (a *rows256) scales32(r, size int) reg.VecVirtual {
	y := YMM()
	VMOVD(a.at(r, 0), y.AsX())
	for b := 1; b < 8; b++ {
		VPINSRW(Imm(uint64(b)), a.at(r, b*size), y.AsX(), y.AsX())
	}
	VCVTPH2PS(y.AsX(), y)
	VMULPS(at(a.x, stepD), y, y)
	return y
}

// twoBlocks emits the nibbles of two blocks of so many bytes, one in each half.
func (a *rows256) twoBlocks(r, off, size int) (low, high reg.VecVirtual) {
	y := YMM()
	VBROADCASTI128(a.at(r, off), y)
	VINSERTI128(Imm(1), a.at(r, off+size), y, y)
	return a.split(y)
}
