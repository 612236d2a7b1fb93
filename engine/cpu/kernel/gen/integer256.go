package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// integer256 writes the integer kernels for AVX2. Its sixteen registers leave
// none for constants: they are memory operands.
func integer256() {
	c := &constants{mems: map[string]Mem{}}
	four := map[string]bool{}
	for _, f := range formats4x256() {
		gemv4x256(c, f)
		four[f.name] = true
	}
	for _, f := range formats256() {
		if !four[f.name] {
			gemv256(c, f)
		}
		unpack256(c, f)
	}
	peak256()
	transpose256()
	for _, fine := range []bool{false, true} {
		micro256(c, micro{run: 16, fine: fine})
		micro256(c, micro{run: 32, fine: fine})
		micro256(c, micro{run: 32, fine: fine, signed: true})
	}
}

// format256 is a weight type; its kernels see blocks of 256 weights.
type format256 struct {
	name   string
	run    int // weights per scale
	bytes  int // of 256 weights
	signed bool
	block  func(c *constants, p reg.GPVirtual) decoded256
}

// decoded256 is what a format makes of a block at p.
type decoded256 struct {
	quants  func(i int) reg.VecVirtual                     // emits weights 32i to 32i+31 as unsigned bytes, in order
	scales  func() []reg.VecVirtual                        // emits the scales, eight to a vector
	offsets func(scales []reg.VecVirtual) []reg.VecVirtual // emits the offsets likewise; may use up scales
}

// dot256 emits the eight sums of four products each of unsigned bytes with
// signed numbers, given as their bytes, the high one first.
// VPMADDUBSW adds pairs in 16 bits, which holds 2·128·127 but not 2·255·127:
// bytes that go up to 255 are those of a signed type, plus 128, and are
// multiplied by magnitude, their sign moved to the other factor.
func dot256(c *constants, signed bool, u reg.VecVirtual, xs ...Mem) reg.VecVirtual {
	size := u
	if signed {
		size = YMM()
		VPXOR(c.of(lanes8(0x80)), u, u)
		VPABSB(u, size)
	}
	var t [2]reg.VecVirtual
	for i, x := range xs {
		t[i] = YMM()
		if signed {
			VMOVDQU(x, t[i])
			VPSIGNB(u, t[i], t[i])
			VPMADDUBSW(t[i], size, t[i])
		} else {
			VPMADDUBSW(x, size, t[i])
		}
		VPMADDWD(c.of(lanes16(1)), t[i], t[i])
	}
	if len(xs) == 2 {
		VPSLLD(Imm(8), t[0], t[0])
		VPADDD(t[1], t[0], t[0])
	}
	return t[0]
}

// gemv256 emits the products of rows with one row of activations.
func gemv256(c *constants, f format256) {
	name := "gemv" + f.name + "x256"
	function(name, "func(out *float32, rows int, w *byte, stride, blocks int, high, low *int8, d, s *float32, twice bool)", name+" sets out[r] to the product of row r of w, stride bytes apart, with "+activations(fine(f.name))+".")
	out, rows, w, stride := param("out"), param("rows"), param("w"), param("stride")
	high, low, d, s := param("high"), param("low"), param("d"), param("s")
	p, blocks, i, i8 := GP64(), GP64(), GP64(), GP64()
	weighed := AllocLocal(64)
	loop("row", rows, func() {
		sums := zeros(YMM, 3) // so that an addition need not wait for the one before
		MOVQ(w, p)
		XORQ(i, i)
		XORQ(i8, i8)
		Load(Param("blocks"), blocks)
		loop("block", blocks, func() {
			prefetch(p, f.bytes)
			block := f.block(c, p)
			weigh256(c, f, block, d, s, i, sums[2], weighed)
			for n := range 8 {
				xs := []Mem{{Base: high, Index: i8, Scale: 1, Disp: 32 * n}, {Base: low, Index: i8, Scale: 1, Disp: 32 * n}}
				if !fine(f.name) {
					xs = xs[:1]
				}
				t := dot256(c, f.signed, block.quants(n), xs...)
				VCVTDQ2PS(t, t)
				VFMADD231PS(scale256(c, f.run, weighed, n), t, sums[n%3])
			}
			ADDQ(I32(int32(f.bytes)), p)
			ADDQ(Imm(32), i)
			ADDQ(I32(256), i8)
		})
		VADDPS(sums[1], sums[0], sums[0])
		VADDPS(sums[2], sums[0], sums[0])
		VMOVSS(width{lanes: 8}.sum(sums[0]), at(out, 0))
		ADDQ(Imm(4), out)
		ADDQ(stride, w)
	})
	VZEROUPPER()
	RET()
}

// weigh256 stores a block's scales times the activations' and adds the part of
// its offsets to sums; a signed type's bytes have no offset.
func weigh256(c *constants, f format256, b decoded256, d, s, i reg.GPVirtual, sums reg.VecVirtual, weighed Mem) {
	scales := b.scales()
	for n, v := range scales {
		t := YMM()
		if f.run == 16 {
			VMOVDQU(c.of(cycle32(uint32(4*n), uint32(4*n), uint32(4*n+1), uint32(4*n+1), uint32(4*n+2), uint32(4*n+2), uint32(4*n+3), uint32(4*n+3))), t)
			VPERMPS(Mem{Base: d, Index: i, Scale: 1}, t, t)
			VMULPS(v, t, t)
		} else {
			VMULPS(Mem{Base: d, Index: i, Scale: 1}, v, t)
		}
		VMOVUPS(t, weighed.Offset(32*n))
	}
	if f.signed {
		return
	}
	for n, v := range b.offsets(scales) {
		VFMADD231PS(Mem{Base: s, Index: i, Scale: uint8(32 / f.run), Disp: 32 * n}, v, sums)
	}
}

// scale256 is the stored scales of weights 32n to 32n+31, one for each four.
func scale256(c *constants, run int, weighed Mem, n int) Op {
	v := YMM()
	if run == 32 {
		VBROADCASTSS(weighed.Offset(4*n), v)
		return v
	}
	VBROADCASTSD(weighed.Offset(8*n), v)
	VPERMILPS(c.of(cycle32(0, 0, 0, 0, 1, 1, 1, 1)), v, v)
	return v
}

// unpack256 emits the decoder of a row.
func unpack256(c *constants, f format256) {
	name := "unpack" + f.name + "x256"
	function(name, "func(u *uint8, scale, offset *float32, w *byte, blocks int)", name+" decodes blocks of 256 weights to bytes, scales and offsets.")
	u, scale, offset, p, blocks := param("u"), param("scale"), param("offset"), param("w"), param("blocks")
	loop("block", blocks, func() {
		block := f.block(c, p)
		scales := block.scales()
		for n, v := range scales {
			VMOVUPS(v, at(scale, 32*n))
		}
		for n, v := range block.offsets(scales) {
			VMOVUPS(v, at(offset, 32*n))
		}
		for n := range 8 {
			VMOVDQU(block.quants(n), at(u, 32*n))
		}
		ADDQ(I32(int32(f.bytes)), p)
		ADDQ(I32(256), u)
		ADDQ(I32(int32(256/f.run*4)), scale)
		ADDQ(I32(int32(256/f.run*4)), offset)
	})
	VZEROUPPER()
	RET()
}

// transpose256 emits the transposition of 16 rows of 32-bit numbers, 8 columns
// at a time, the upper rows after the lower.
func transpose256() {
	function("transposex256", "func(dst, src *uint32, stride, columns int)", "transposex256 writes columns/8 times 8 columns of 16 rows, stride bytes apart, as rows of 16.")
	dst, src, stride, n := param("dst"), param("src"), param("stride"), param("columns")
	SHRQ(Imm(3), n)
	p := GP64()
	loop("squares", n, func() {
		MOVQ(src, p)
		for half := range 2 {
			y := make([]reg.VecVirtual, 8)
			for r := range y {
				y[r] = YMM()
				VMOVDQU(at(p, 0), y[r])
				ADDQ(stride, p)
			}
			for r, t := range transposed256(y) {
				VMOVDQU(t, at(dst, 64*r+32*half))
			}
		}
		ADDQ(Imm(32), src)
		ADDQ(I32(512), dst)
	})
	VZEROUPPER()
	RET()
}

func transposed256(y []reg.VecVirtual) []reg.VecVirtual {
	y = exchange(YMM, y, 1, VPUNPCKLDQ, VPUNPCKHDQ)
	y = exchange(YMM, y, 2, VPUNPCKLQDQ, VPUNPCKHQDQ)
	low := func(ops ...Op) { VPERM2I128(U8(0x20), ops[0], ops[1], ops[2]) }
	high := func(ops ...Op) { VPERM2I128(U8(0x31), ops[0], ops[1], ops[2]) }
	y = exchange(YMM, y, 4, low, high)
	return middleSwapped(y)
}

// micro is a micro-kernel for AVX2.
type micro struct {
	run          int
	fine, signed bool
}

// micro256 emits the micro-kernel: 16 rows of a panel times the 8 of a tile, a
// quarter at a time: 8 rows, 4 columns.
func micro256(c *constants, m micro) {
	microFunction(microName(m.fine, m.signed, m.run, "x256"), 8)
	for quarter := range 4 {
		m.quarter(c, quarter%2, quarter/2*4)
	}
	VZEROUPPER()
	RET()
}

// quarter emits the lower or upper half of the rows times the columns from `from`.
func (m micro) quarter(c *constants, half, from int) {
	p := panelParams()
	for _, q := range []reg.GPVirtual{p.u, p.scale, p.offset} {
		ADDQ(Imm(uint64(32*half)), q)
	}
	for _, q := range []reg.GPVirtual{p.high, p.low, p.d, p.s} {
		ADDQ(Imm(uint64(4*from)), q)
	}
	sums, groups, label := zeros(YMM, 4), param("groups"), fmt.Sprintf("%dx%d", half, from)
	fetch := func() {}
	if half+from == 0 {
		fetch = ahead()
	}
	loop("group"+label, groups, func() {
		fetch()
		for part := range 32 / m.run {
			m.emitRun(c, part, sums, p)
		}
		p.advance(m.run)
	})
	storeQuarter(label, sums, half, from)
}

func storeQuarter(label string, sums []reg.VecVirtual, half, from int) {
	out, ldo, add, skip := param("out"), param("ldo"), GP8(), GP64()
	Load(Param("add"), add)
	SHLQ(Imm(2), ldo)
	IMUL3Q(U8(uint8(from)), ldo, skip)
	ADDQ(skip, out)
	ADDQ(Imm(uint64(32*half)), out)
	storeColumns(width{lanes: 8}, "store"+label, columns(sums), out, ldo, add)
}

// emitRun emits one run: four chains of dot products, then their scales.
func (m micro) emitRun(c *constants, part int, sums []reg.VecVirtual, p panelAt) {
	dots := zeros(YMM, len(sums))
	m.products(c, part, dots, p.u, p.high)
	if m.fine {
		for _, dot := range dots {
			VPSLLD(Imm(8), dot, dot)
		}
		m.products(c, part, dots, p.u, p.low)
	}
	scale, by := YMM(), YMM()
	VMOVUPS(at(p.scale, 64*part), scale)
	for i, dot := range dots {
		VCVTDQ2PS(dot, dot)
		VBROADCASTSS(at(p.d, 4*i), by)
		VMULPS(scale, by, by)
		VFMADD231PS(by, dot, sums[i])
		if !m.signed {
			VBROADCASTSS(at(p.s, 32*part+4*i), by)
			VFMADD231PS(at(p.offset, 64*part), by, sums[i])
		}
	}
}

// products adds a run's products with one of the activations' bytes to dots.
func (m micro) products(c *constants, part int, dots []reg.VecVirtual, u, q reg.GPVirtual) {
	for k := part * m.run / 4; k < (part+1)*m.run/4; k += 2 {
		if m.signed {
			signedPair256(c, k, dots, u, q)
		} else {
			pair256(c, k, dots, u, q)
		}
	}
}

// pair256 adds two steps of four products. Bytes up to 63, as all unsigned types
// have, leave room for both in 16 bits: 4·63·127 < 2¹⁵.
func pair256(c *constants, k int, dots []reg.VecVirtual, u, q reg.GPVirtual) {
	a, b := YMM(), YMM()
	VMOVDQU(at(u, 64*k), a)
	VMOVDQU(at(u, 64*(k+1)), b)
	for i, dot := range dots {
		s, t := YMM(), YMM()
		VPBROADCASTD(at(q, 32*k+4*i), s)
		VPBROADCASTD(at(q, 32*(k+1)+4*i), t)
		VPMADDUBSW(s, a, s)
		VPMADDUBSW(t, b, t)
		VPADDW(t, s, s)
		VPMADDWD(c.of(lanes16(1)), s, s)
		VPADDD(s, dot, dot)
	}
}

// signedPair256 does so for signed types, see dot256.
func signedPair256(c *constants, from int, dots []reg.VecVirtual, u, q reg.GPVirtual) {
	for k := from; k < from+2; k++ {
		w, size := YMM(), YMM()
		VMOVDQU(at(u, 64*k), w)
		VPXOR(c.of(lanes8(0x80)), w, w)
		VPABSB(w, size)
		for i, dot := range dots {
			x := YMM()
			VPBROADCASTD(at(q, 32*k+4*i), x)
			VPSIGNB(w, x, x)
			VPMADDUBSW(x, size, x)
			VPMADDWD(c.of(lanes16(1)), x, x)
			VPADDD(x, dot, dot)
		}
	}
}
