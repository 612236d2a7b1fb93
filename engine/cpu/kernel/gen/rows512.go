package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// What these kernels read of 256 activations besides the bytes: package kernel's
// type step.
const (
	stepBytes = 128
	stepD     = 0  // eight float32: what a unit of each 32 is worth
	stepSum   = 32 // eight int16: the sums of the integers
	stepMult  = 48 // eight int16: d as multiples of …
	stepUnit  = 64 // … this float32
)

// format4 is a weight type whose matrix-vector product takes four rows at a time,
// so that what belongs to the activations is done once for all of them.
type format4 struct {
	name  string
	bytes int  // of 256 weights
	bias  bool // block adds to rows512.bias
	block func(a *rows512)
}

func formats4() []format4 {
	return []format4{
		{"Q40", 8 * 18, false, q40rows}, {"IQ4NL", 8 * 18, false, iq4nlRows},
		{"Q4K", 144, true, q4kRows}, {"Q5K", 176, true, q5kRows}, {"Q6K", 210, false, q6kRows},
		{"IQ4XS", 136, false, iq4xsRows},
	}
}

// rows512 is where a kernel stands: the block p of the first of four rows.
type rows512 struct {
	*hoister
	p, fetched, q, x reg.GPVirtual
	next             [4]reg.GPVirtual // bytes from the first row to each
	bytes            int
	sums             []reg.VecVirtual // one for each row; the sum of its lanes is the result
	bias             reg.VecVirtual   // four lanes for each row
}

// gemv4x512 emits the products of rows with one row of activations.
func gemv4x512(h *hoister, t format4) {
	name := "gemv" + t.name + "x512"
	function(name, "func(out *float32, rows int, w *byte, stride, blocks int, q *int8, x *float32, ahead int, twice bool)", name+" sets out[r] to the product of row r of w, stride bytes apart, with q.")
	h.begin()
	a := &rows512{hoister: h, p: GP64(), fetched: GP64(), q: GP64(), x: GP64(), bytes: t.bytes}
	out, rows, w, blocks := param("out"), param("rows"), param("w"), GP64()
	a.next[1], a.next[2], a.next[3] = param("stride"), GP64(), GP64()
	MOVQ(a.next[1], a.next[2])
	ADDQ(a.next[1], a.next[2])
	MOVQ(a.next[2], a.next[3])
	ADDQ(a.next[1], a.next[3])
	Label("rows")
	a.onlyWhatIsThere(rows)
	a.start(w, blocks)
	loop("block", blocks, func() {
		t.block(a)
		ADDQ(I32(int32(t.bytes)), a.p)
		ADDQ(I32(int32(4*t.bytes)), a.fetched)
		ADDQ(I32(256), a.q)
		ADDQ(I32(stepBytes), a.x)
	})
	VMOVUPS(a.total(t.bias), h.store(rows), at(out, 0))
	ADDQ(Imm(16), out)
	LEAQ(Mem{Base: w, Index: a.next[1], Scale: 4}, w)
	SUBQ(Imm(4), rows)
	JG(LabelRef("rows"))
	h.end()
}

// onlyWhatIsThere has the last one to three rows stand in for those that are missing.
func (a *rows512) onlyWhatIsThere(rows reg.GPVirtual) {
	none := GP64()
	XORQ(none, none)
	for r := 3; r > 0; r-- {
		CMPQ(rows, Imm(uint64(r)))
		CMOVQLE(none, a.next[r])
	}
}

// store is the mask of the rows that are there, of four.
func (h *hoister) store(rows reg.GPVirtual) reg.OpmaskVirtual {
	mask, all, k := GP64(), GP64(), K()
	XORQ(mask, mask)
	BTSQ(rows, mask)
	DECQ(mask)
	MOVQ(I32(15), all)
	CMPQ(rows, Imm(4))
	CMOVQGE(all, mask)
	KMOVW(mask.As32(), k)
	return k
}

// start goes to the first block of four rows.
func (a *rows512) start(w, blocks reg.GPVirtual) {
	MOVQ(w, a.p)
	Load(Param("ahead"), a.fetched)
	ADDQ(a.p, a.fetched)
	Load(Param("q"), a.q)
	Load(Param("x"), a.x)
	Load(Param("blocks"), blocks)
	a.sums, a.bias = zeros(ZMM, 4), zeros(ZMM, 1)[0]
}

// at is the memory off bytes behind the start of row r's block.
func (a *rows512) at(r, off int) Mem {
	m := Mem{Base: a.p, Disp: off}
	if r > 0 {
		m.Index, m.Scale = a.next[r], 1
	}
	return m
}

// fetch emits a quarter of a step's prefetching. The rows lie one behind the
// other, so that what four of them take is one stretch of memory, and the next
// four's is the one behind it: it is fetched in order, a bit between each two rows'
// arithmetic (all at once is 5 % slower). Into the first cache is right on AMD;
// Intel's want it in the second first.
func (a *rows512) fetch(r int) {
	twice, err := Param("twice").Resolve()
	if err != nil {
		panic(err)
	}
	lines := (4*a.bytes + 63) / 64
	from, to := lines*r/4, lines*(r+1)/4
	label := "twice" + string(rune('0'+r))
	CMPB(twice.Addr, Imm(0))
	JNE(LabelRef(label))
	for l := from; l < to; l++ {
		PREFETCHNTA(at(a.fetched, 64*l))
	}
	JMP(LabelRef(label + "done"))
	Label(label)
	for l := from; l < to; l++ {
		PREFETCHT1(at(a.fetched, 64*l))
	}
	for l := 0; l < (a.bytes+63)/64; l++ {
		PREFETCHT0(a.at(r, 512+64*l))
	}
	Label(label + "done")
}

// total adds the lanes up: one sum for each of the four rows.
func (a *rows512) total(bias bool) reg.Register {
	halved := func(x, y reg.VecVirtual, low, high uint8) reg.VecVirtual {
		u, v := ZMM(), ZMM()
		VSHUFF32X4(U8(low), y, x, u)
		VSHUFF32X4(U8(high), y, x, v)
		VADDPS(v, u, u)
		return u
	}
	s := a.sums
	all := halved(halved(s[0], s[1], 0x44, 0xee), halved(s[2], s[3], 0x44, 0xee), 0x88, 0xdd)
	if bias {
		VADDPS(a.bias, all, all)
	}
	u := ZMM()
	VPERMILPS(U8(0x4e), all, u)
	VADDPS(u, all, all)
	VPERMILPS(U8(0xb1), all, u)
	VADDPS(u, all, all)
	VPERMPS(all, a.z(cycle32(0, 4, 8, 12)), all)
	return all.AsX()
}

// activations loads the 256.
func (a *rows512) activations() (v [4]reg.VecVirtual) {
	for i := range v {
		v[i] = ZMM()
		VMOVDQU32(at(a.q, 64*i), v[i])
	}
	return v
}

// less emits, for each 128 activations, minus `by` times their sum, spread over
// the lanes that their products go to: what a type has to begin with whose codes
// are `by` too large.
func (a *rows512) less(act [4]reg.VecVirtual, by uint8) (v [2]reg.VecVirtual) {
	for i := range v {
		t := zeros(ZMM, 1)[0]
		v[i] = zeros(ZMM, 1)[0]
		VPDPBUSD(act[2*i], a.z(lanes8(by)), t)
		VPDPBUSD(act[2*i+1], a.z(lanes8(by)), t)
		VPSUBD(t, v[i], v[i])
	}
	return v
}

// split emits the low and the high nibbles of z, which is used up.
func (a *rows512) split(z reg.VecVirtual) (low, high reg.VecVirtual) {
	high = ZMM()
	VPSRLW(Imm(4), z, high)
	VPANDD(a.z(lanes8(0x0f)), z, z)
	VPANDD(a.z(lanes8(0x0f)), high, high)
	return z, high
}

// words picks 16-bit numbers of 128 bytes: of 64 at row r's off, and of 64 behind it.
func (a *rows512) words(r, off, behind int, pick []uint16) reg.VecVirtual {
	z := ZMM()
	VMOVDQU64(a.at(r, off), z)
	VPERMT2W(a.at(r, off+behind), a.z(lanes16(pick...)), z)
	return z
}

// fourBlocks picks 16 bytes of each of four blocks of so many bytes; the first
// begin at row r's off.
func (a *rows512) fourBlocks(r, off, size int) reg.VecVirtual {
	behind := min(64, 3*size+16-64)
	var pick []uint16
	for b := range 4 {
		for i := range 8 {
			from := b*size + 2*i
			if from >= 64 {
				from += 64 - behind
			}
			pick = append(pick, uint16(from/2))
		}
	}
	return a.words(r, off, behind, pick)
}

// scales32 emits what a unit of a row's eight blocks times one of the
// activations' is worth: the blocks begin with a half-precision number.
func (a *rows512) scales32(r, size int) reg.VecVirtual {
	const from = 64 // of the numbers, the second four are read this much before the end of 128 bytes
	pick := func(first, n int) []uint16 {
		words := make([]uint16, 32)
		for i := range n {
			words[i] = uint16((first + i*size) / 2)
		}
		return words
	}
	var z reg.VecVirtual
	if 7*size+2 <= 128 {
		z = a.words(r, 0, 64, pick(0, 8))
	} else {
		z = a.words(r, 0, 64, pick(0, 4))
		at := min(4*size, 8*size-2*from)
		VPUNPCKLQDQ(a.words(r, at, 64, pick(4*size-at, 4)).AsX(), z.AsX(), z.AsX())
	}
	VCVTPH2PS(z.AsX(), z.AsY())
	VMULPS(at(a.x, stepD), z.AsY(), z.AsY())
	return z
}

// add adds the integers of 128 weights, times their four scales, to a row's sum.
func (a *rows512) add(r, half int, dot, scales reg.VecVirtual) {
	by := ZMM()
	four := uint32(4 * half)
	VPERMPS(scales, a.z(lanes32(four, four+1, four+2, four+3)), by)
	VCVTDQ2PS(dot, dot)
	VFMADD231PS(by, dot, a.sums[r])
}

// nibbleRows emits a type of nibbles with a scale for each 32; `less` is what the
// values are too large by.
func (a *rows512) nibbleRows(size int, less uint8, value func(codes reg.VecVirtual)) {
	act := a.activations()
	begin := a.less(act, less)
	for r := range 4 {
		a.fetch(r)
		scales := a.scales32(r, size)
		for half := range 2 {
			low, high := a.split(a.fourBlocks(r, 4*size*half+2, size))
			value(low)
			value(high)
			dot := ZMM()
			VMOVDQA32(begin[half], dot)
			VPDPBUSD(act[2*half], low, dot)
			VPDPBUSD(act[2*half+1], high, dot)
			a.add(r, half, dot, scales)
		}
	}
}

func q40rows(a *rows512) { a.nibbleRows(18, 8, func(reg.VecVirtual) {}) }

// lookUp replaces 4-bit codes by IQ4's values.
func (a *rows512) lookUp(codes reg.VecVirtual) {
	VPSHUFB(codes, a.z(cycle(iq4Values...)), codes)
}

func iq4nlRows(a *rows512) { a.nibbleRows(18, 128, a.lookUp) }

// kScales emits, for the four rows' blocks of Q4_K or Q5_K, the scales (words,
// eight in each 16 bytes, times the activations' multiples) and what a unit of
// each is worth (pairs of scale and minimum), and subtracts the minima's part.
func (a *rows512) kScales() (scales, worth reg.VecVirtual) {
	x, low, high := ZMM(), ZMM(), ZMM()
	VMOVDQU32(a.at(0, 0), x.AsX())
	for r := 1; r < 4; r++ {
		VBROADCASTI32X4(a.at(r, 0), a.mask(0xf<<(4*r)), x)
	}
	// Sixteen 6-bit numbers in twelve bytes, as in scalesKx512.
	VPSHUFD(U8(0xed), x, low)
	VPSRLVD(a.of(cycle32(0, 0, 0, 4)), low, low)
	VPANDD(a.of(cycle32(0x3f3f3f3f, 0x0f0f0f0f, 0x3f3f3f3f, 0x0f0f0f0f)), low, low)
	VPSHUFD(U8(0x84), x, high)
	VPSRLD(Imm(2), high, high)
	VPANDD(a.of(cycle32(0, 0x30303030, 0, 0x30303030)), high, high)
	VPORD(high, low, low)
	multiples, sums, minima := ZMM(), ZMM(), ZMM()
	scales = ZMM()
	VPUNPCKLBW(a.of(lanes8(0)), low, scales)
	VPUNPCKHBW(a.of(lanes8(0)), low, minima)
	VBROADCASTI32X4(at(a.x, stepMult), multiples)
	VBROADCASTI32X4(at(a.x, stepSum), sums)
	VPMULLW(multiples, scales, scales)
	VPMULLW(multiples, minima, minima)
	VPMADDWD(sums, minima, minima)
	VCVTDQ2PS(minima, minima)
	worth = ZMM()
	VPERMD(x, a.z(cycle32(0, 4, 8, 12)), worth)
	VCVTPH2PS(worth.AsX(), worth.AsY())
	VMULPS_BCST(at(a.x, stepUnit), worth.AsY(), worth.AsY())
	by := ZMM()
	VPERMPS(worth, a.z(lanes32(1, 3, 5, 7)), by)
	VFNMADD231PS(by, minima, a.bias)
	return scales, worth
}

// kRows emits Q4_K or Q5_K: codes64 emits the codes of 64 weights whose nibbles
// were just taken.
func (a *rows512) kRows(codes int, finish func(r, half, k int, nibbles reg.VecVirtual)) {
	act := a.activations()
	scales, worth := a.kScales()
	pairs := AllocLocal(32)
	VMOVUPS(worth.AsY(), pairs)
	for r := range 4 {
		a.fetch(r)
		own := ZMM()
		VSHUFI32X4(U8(uint8(0x55*r)), scales, scales, own)
		dot := zeros(ZMM, 1)[0]
		for half := range 2 {
			z := ZMM()
			VMOVDQU32(a.at(r, codes+64*half), z)
			low, high := a.split(z)
			for k, u := range []reg.VecVirtual{low, high} {
				finish(r, half, k, u)
				VPMADDUBSW(act[2*half+k], u, u)
				scale, run := ZMM(), uint8(4*half+k)
				VPSHUFB(a.z(append(cycle(2*run, 2*run+1)[:32:32], cycle(2*run+4, 2*run+5)[:32]...)), own, scale)
				VPDPWSSD(scale, u, dot)
			}
		}
		VCVTDQ2PS(dot, dot)
		worthOf := pairs
		worthOf.Disp += 8 * r
		VFMADD231PS_BCST(worthOf, dot, a.sums[r])
	}
}

func q4kRows(a *rows512) { a.kRows(16, func(r, half, k int, nibbles reg.VecVirtual) {}) }

func q5kRows(a *rows512) {
	var bits reg.VecVirtual
	a.kRows(48, func(r, half, k int, nibbles reg.VecVirtual) {
		if half == 0 && k == 0 {
			bits = twice(a.at(r, 16))
		}
		fifth, run := ZMM(), 4*half+k
		VPROLVD(a.of(lanes32(uint32(4-run)&31, uint32(2-run)&31)), bits, fifth)
		merge(a.hoister, nibbles, fifth, 0x10)
	})
}

func q6kRows(a *rows512) {
	var less [4]reg.VecVirtual
	act := a.activations()
	for c := range act {
		less[c] = ZMM()
		VPMADDUBSW(act[c], a.z(lanes8(32)), less[c])
	}
	multiples := ZMM()
	VMOVDQU32(at(a.x, stepMult), multiples.AsX())
	VPERMW(multiples, a.of16(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7), multiples)
	for r := range 4 {
		a.fetch(r)
		scales := ZMM()
		VPMOVSXBW(a.at(r, 192), scales.AsY())
		VPMULLW(multiples.AsY(), scales.AsY(), scales.AsY())
		dot := zeros(ZMM, 1)[0]
		for half := range 2 {
			z := ZMM()
			VMOVDQU32(a.at(r, 64*half), z)
			low, high := a.split(z)
			bits := twice(a.at(r, 128+32*half))
			for k, u := range []reg.VecVirtual{low, high} {
				c, upper := 2*half+k, ZMM()
				VPROLVD(a.of(lanes32(uint32(4-4*k)&31, uint32(2-4*k)&31)), bits, upper)
				merge(a.hoister, u, upper, 0x30)
				VPMADDUBSW(act[c], u, u)
				VPSUBW(less[c], u, u)
				scale, four := ZMM(), uint16(4*c)
				VPERMW(scales, a.z(lanes16(four, four+1, four+2, four+3)), scale)
				VPDPWSSD(scale, u, dot)
			}
		}
		a.addOne(r, 208, dot)
	}
}

// of16 is a constant of sixteen words, twice.
func (a *rows512) of16(words ...uint16) reg.VecVirtual {
	return a.z(lanes16(append(words, words...)...))
}

// addOne adds integers of 256 weights, times the half-precision scale at off, to
// a row's sum.
func (a *rows512) addOne(r, off int, dot reg.VecVirtual) {
	by := halfx512(a.at(r, off))
	VMULPS_BCST(at(a.x, stepUnit), by, by)
	VCVTDQ2PS(dot, dot)
	VFMADD231PS(by, dot, a.sums[r])
}

func iq4xsRows(a *rows512) {
	act := a.activations()
	begin := a.less(act, 128)
	multiples := ZMM()
	VPMOVSXWD(at(a.x, stepMult), multiples.AsY())
	for r := range 4 {
		a.fetch(r)
		scales := sixBits(a.hoister, a.at(r, 4), a.at(r, 2))
		VPMULLD(multiples.AsY(), scales.AsY(), scales.AsY())
		dot := zeros(ZMM, 1)[0]
		for half := range 2 {
			z, sum, scale := ZMM(), ZMM(), ZMM()
			VMOVDQU32(a.at(r, 8+64*half), z)
			low, high := a.split(z)
			a.lookUp(low)
			a.lookUp(high)
			VMOVDQA32(begin[half], sum)
			VPDPBUSD(act[2*half], low, sum)
			VPDPBUSD(act[2*half+1], high, sum)
			four := uint32(4 * half)
			VPERMD(scales, a.z(lanes32(four, four+1, four+2, four+3)), scale)
			VPMULLD(scale, sum, sum)
			VPADDD(sum, dot, dot)
		}
		a.addOne(r, 0, dot)
	}
}
