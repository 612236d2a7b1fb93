package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// integer512 writes the integer kernels for AVX-512 with VNNI.
func integer512() {
	h := &hoister{move: VMOVDQU64}
	four := map[string]bool{}
	for _, f := range formats4() {
		gemv4x512(h, f)
		four[f.name] = true
	}
	for _, f := range formats512() {
		if !four[f.name] {
			gemv512(h, f)
		}
		unpack512(h, f)
	}
	for _, t := range packs512() {
		packer512(h, t)
	}
	peak512()
	transpose512(h)
	spread512()
	lacks512()
	for _, m := range micros512() {
		m.emit()
	}
}

// format512 is a weight type. Its kernels see blocks of 256 weights; where the
// file's blocks are of 32, eight of them.
type format512 struct {
	name  string
	run   int // weights per scale
	bytes int // of 256 weights
	block func(h *hoister, p reg.GPVirtual) decoded512
}

// decoded512 is what a format makes of a block at p.
type decoded512 struct {
	quants  func(i int) reg.VecVirtual // emits weights 64i to 64i+63 as unsigned bytes, in order
	scales  reg.VecVirtual             // runs of 32: the eight scales, then the eight offsets; runs of 16: sixteen scales
	offsets func() reg.VecVirtual      // runs of 16: emits the sixteen offsets
}

// scaleOf says which scale belongs to each of the sixteen sums of four products
// that weights 64i to 64i+63 give.
func scaleOf(run, i int) []byte {
	lanes := make([]uint32, 16)
	for l := range lanes {
		lanes[l] = uint32((64*i + 4*l) / run)
	}
	return lanes32(lanes...)
}

// How far ahead of a matrix-vector product its weights are fetched, in bytes. They
// lie in pages of a file, scattered over memory, and processors do not look
// beyond a page by themselves. On an Intel server two levels are worth 80 % (31
// instead of 17 GB/s); on a Zen 4 once is best, past the second cache (of 25 GB/s
// for each of two cores 7 without, 16 with two levels, 19 with one).
const (
	near = 1 << 10 // into the first cache
	far  = 8 << 10 // into the second
	once = 4 << 10 // into the first alone
)

// prefetch emits the fetching of as many bytes, on two levels where parameter
// twice is set.
func prefetch(p reg.GPVirtual, bytes int) {
	twice, err := Param("twice").Resolve()
	if err != nil {
		panic(err)
	}
	CMPB(twice.Addr, Imm(0))
	JNE(LabelRef("twice"))
	for line := 0; line < bytes; line += 64 {
		PREFETCHNTA(at(p, once+line))
	}
	JMP(LabelRef("fetched"))
	Label("twice")
	for line := 0; line < bytes; line += 64 {
		PREFETCHT1(at(p, far+line))
		PREFETCHT0(at(p, near+line))
	}
	Label("fetched")
}

// activations says which bytes of them a matrix-vector product takes.
func activations(fine bool) string {
	if fine {
		return "256·high + low"
	}
	return "high"
}

// gemv512 emits the products of rows with one row of activations.
func gemv512(h *hoister, f format512) {
	name := "gemv" + f.name + "x512"
	function(name, "func(out *float32, rows int, w *byte, stride, blocks int, high, low *int8, d, s *float32, twice bool)", name+" sets out[r] to the product of row r of w, stride bytes apart, with "+activations(fine(f.name))+".")
	h.begin()
	out, rows, w, stride := param("out"), param("rows"), param("w"), param("stride")
	high, low, d, s := param("high"), param("low"), param("d"), param("s")
	p, blocks, i, i8 := GP64(), GP64(), GP64(), GP64()
	loop("row", rows, func() {
		sums := zeros(ZMM, 2) // so that an addition need not wait for the one before
		bias := zeros(ZMM, 1)[0]
		MOVQ(w, p)
		XORQ(i, i)
		XORQ(i8, i8)
		Load(Param("blocks"), blocks)
		loop("block", blocks, func() {
			prefetch(p, f.bytes)
			block := f.block(h, p)
			scales := weigh512(h, f.run, block, d, s, i, bias)
			for c := range 4 {
				dot, bytes, scale := zeros(ZMM, 1)[0], block.quants(c), ZMM()
				VPDPBUSD(Mem{Base: high, Index: i8, Scale: 1, Disp: 64 * c}, bytes, dot)
				if fine(f.name) {
					VPSLLD(Imm(8), dot, dot)
					VPDPBUSD(Mem{Base: low, Index: i8, Scale: 1, Disp: 64 * c}, bytes, dot)
				}
				VCVTDQ2PS(dot, dot)
				VPERMPS(scales, h.z(scaleOf(f.run, c)), scale)
				VFMADD231PS(scale, dot, sums[c%2])
			}
			ADDQ(I32(int32(f.bytes)), p)
			ADDQ(I8(32), i)
			ADDQ(I32(256), i8)
		})
		sum := sums[0]
		VADDPS(sums[1], sum, sum)
		if f.run == 32 {
			VADDPS(bias, sum, h.mask(0xff00), sum)
		} else {
			VADDPS(bias, sum, sum)
		}
		VMOVSS(width{lanes: 16}.sum(sum), at(out, 0))
		ADDQ(I8(4), out)
		ADDQ(stride, w)
	})
	h.end()
}

// weigh512 multiplies a block's scales with the activations' and adds the part
// of its offsets to bias (for runs of 32: to the upper half of it).
func weigh512(h *hoister, run int, b decoded512, d, s, i reg.GPVirtual, bias reg.VecVirtual) reg.VecVirtual {
	ds, scales := ZMM(), ZMM()
	if run == 32 {
		VMOVUPS(Mem{Base: d, Index: i, Scale: 1}, ds.AsY())
		VINSERTF32X8(Imm(1), Mem{Base: s, Index: i, Scale: 1}, ds, ds)
		VMULPS(ds, b.scales, scales)
		VADDPS(scales, bias, bias)
		return scales
	}
	VFMADD231PS(Mem{Base: s, Index: i, Scale: 2}, b.offsets(), bias)
	VMOVUPS(Mem{Base: d, Index: i, Scale: 1}, ds.AsY())
	VPERMPS(ds, h.z(lanes32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7)), ds)
	VMULPS(ds, b.scales, scales)
	return scales
}

// unpack512 emits the decoder of a row.
func unpack512(h *hoister, f format512) {
	name := "unpack" + f.name + "x512"
	function(name, "func(u *uint8, scale, offset *float32, w *byte, blocks int)", name+" decodes blocks of 256 weights to bytes, scales and offsets.")
	h.begin()
	u, scale, offset, p, blocks := param("u"), param("scale"), param("offset"), param("w"), param("blocks")
	loop("block", blocks, func() {
		block := f.block(h, p)
		if f.run == 32 {
			VMOVUPS(block.scales.AsY(), at(scale, 0))
			VEXTRACTF32X8(Imm(1), block.scales, at(offset, 0))
		} else {
			VMOVUPS(block.scales, at(scale, 0))
			VMOVUPS(block.offsets(), at(offset, 0))
		}
		for c := range 4 {
			VMOVDQU64(block.quants(c), at(u, 64*c))
		}
		ADDQ(I32(int32(f.bytes)), p)
		ADDQ(I32(256), u)
		ADDQ(I32(int32(256/f.run*4)), scale)
		ADDQ(I32(int32(256/f.run*4)), offset)
	})
	h.end()
}

// transpose512 emits the transposition of 16 rows of 32-bit numbers, 16 columns
// at a time: four steps exchange ever larger parts between pairs of rows.
func transpose512(h *hoister) {
	function("transposex512", "func(dst, src *uint32, stride, columns int)", "transposex512 writes columns/16 times 16 columns of 16 rows, stride bytes apart, as rows of 16.")
	h.begin()
	dst, src, stride, n := param("dst"), param("src"), param("stride"), param("columns")
	SHRQ(Imm(4), n)
	p := GP64()
	loop("square", n, func() {
		MOVQ(src, p)
		z := make([]reg.VecVirtual, 16)
		for r := range z {
			z[r] = ZMM()
			VMOVDQU32(at(p, 0), z[r])
			ADDQ(stride, p)
		}
		for r, t := range transposed512(z) {
			VMOVDQU32(t, at(dst, 64*r))
		}
		ADDQ(Imm(64), src)
		ADDQ(I32(1024), dst)
	})
	h.end()
}

func transposed512(z []reg.VecVirtual) []reg.VecVirtual {
	z = exchange(ZMM, z, 1, VPUNPCKLDQ, VPUNPCKHDQ)
	z = exchange(ZMM, z, 2, VPUNPCKLQDQ, VPUNPCKHQDQ)
	z = exchange(ZMM, z, 4, evenParts, oddParts)
	z = exchange(ZMM, z, 8, evenParts, oddParts)
	return middleSwapped(z)
}

// panelAt is where a micro-kernel stands in a panel and a tile.
type panelAt struct {
	u, scale, offset, high, low, d, s reg.GPVirtual
}

func panelParams() panelAt {
	return panelAt{param("u"), param("scale"), param("offset"), param("high"), param("low"), param("d"), param("s")}
}

// aheadLines is how many lines of 64 bytes are fetched while 32 weights of each row
// are multiplied: package kernel's constant of that name.
const aheadLines = 4

// ahead emits the fetching, into the second cache, of weights that come next: a
// bit at a time, because a processor that is asked for many lines at once waits.
func ahead() (fetch func()) {
	p := param("ahead")
	step, err := Param("step").Resolve()
	if err != nil {
		panic(err)
	}
	return func() {
		for line := range aheadLines {
			PREFETCHT1(at(p, 64*line))
		}
		ADDQ(step.Addr, p)
	}
}

// advance moves on by 32 weights.
func (p panelAt) advance(run int) {
	ADDQ(I32(512), p.u)
	ADDQ(I32(int32(64*32/run)), p.scale)
	ADDQ(I32(int32(64*32/run)), p.offset)
	ADDQ(I32(256), p.high)
	ADDQ(I32(256), p.low)
	ADDQ(Imm(32), p.d)
	ADDQ(I32(int32(32*32/run)), p.s)
}

const microSignature = "func(out *float32, ldo int, u *uint8, scale, offset *float32, high, low *int8, d, s *float32, groups int, add bool, ahead *byte, step int)"

func microFunction(name string, cols int) {
	function(name, microSignature, fmt.Sprint(name, " sets or adds the products of 16 rows of weights with ", cols, " of activations, groups times 32 of them."))
}

// microName says what a micro-kernel is for: fine ones use both bytes of the
// activations, others the high one.
func microName(fine, signed bool, run int, suffix string) string {
	name := "micro"
	if fine {
		name += "Fine"
	}
	if signed {
		name += "Signed"
	}
	return fmt.Sprint(name, run, suffix)
}

// columns are one vector each.
func columns(sums []reg.VecVirtual) [][]reg.VecVirtual {
	c := make([][]reg.VecVirtual, len(sums))
	for i := range sums {
		c[i] = sums[i : i+1]
	}
	return c
}
