package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// micro512 is a micro-kernel for AVX-512: 32 rows, those of two panels, times the
// columns of a tile or the first of them. Two panels, so that a broadcast of four
// activations serves twice: a Zen 5 loads as many vectors in a cycle as it
// multiplies, and with one panel there would be more to load.
type micro512 struct {
	run, cols int
	fine      bool // both bytes of the activations
	centred   bool // the sums begin with what the weights' bytes are too large by
}

func micros512() (all []micro512) {
	for cols := 2; cols <= 8; cols += 2 {
		all = append(all, micro512{run: 16, cols: cols, centred: true}, micro512{run: 32, cols: cols}, micro512{run: 32, cols: cols, centred: true})
	}
	return append(all, micro512{run: 16, cols: 8, fine: true})
}

func (m micro512) name() string {
	name := "micro"
	if m.fine {
		name += "Fine"
	}
	if m.centred {
		name += "Centred"
	}
	name += fmt.Sprint(m.run)
	if m.cols < 8 {
		name += fmt.Sprint("by", m.cols)
	}
	return name + "x512"
}

// microAt is where a micro-kernel stands.
type microAt struct {
	u, scale, offset reg.GPVirtual // in the first panel
	next             reg.GPVirtual // bytes from there to the second
	high, low, d, s  reg.GPVirtual
	lacks            reg.GPVirtual    // instead of offset and s
	shift            reg.VecVirtual   // what it is multiplied by, as a power of two
	sums             []reg.VecVirtual // two for each column; those that are missing lie in memory:
	memory           reg.GPVirtual
	dots             []reg.VecVirtual // a run's, two for each column
	w                [2]reg.VecVirtual
	x                reg.VecVirtual
}

// keptSums is how many of sixteen sums stay in registers.
const keptSums = 8

func (m micro512) emit() {
	params := "offset *float32, next int, high, low *int8, d, s *float32"
	if m.centred {
		params = "next int, high *int8, d *float32, lacks *int32, shift int"
	}
	signature := "func(out *float32, ldo int, u *uint8, scale *float32, " + params + ", groups int, add bool, ahead *byte, step int, sums *float32)"
	function(m.name(), signature, fmt.Sprint(m.name(), " sets or adds the products of 32 rows of weights with ", m.cols, " of activations, groups times 32 of them."))
	a := &microAt{u: param("u"), scale: param("scale"), next: param("next"), high: param("high"), d: param("d")}
	if m.centred {
		a.lacks = param("lacks")
		count := param("shift")
		a.shift = ZMM()
		VPBROADCASTD(count.As32(), a.shift)
	} else {
		a.offset, a.s = param("offset"), param("s")
	}
	if m.fine {
		a.low = param("low")
	}
	a.sums = zeros(ZMM, min(2*m.cols, keptSums))
	if 2*m.cols > keptSums {
		a.memory = param("sums")
		none := zeros(ZMM, 1)[0]
		for i := keptSums; i < 2*m.cols; i++ {
			VMOVUPS(none, at(a.memory, 64*i))
		}
	}
	a.w, a.x = [2]reg.VecVirtual{ZMM(), ZMM()}, ZMM()
	for range 2 * m.cols {
		a.dots = append(a.dots, ZMM())
	}
	groups, fetch := param("groups"), ahead()
	loop("group", groups, func() {
		fetch()
		for part := range 32 / m.run {
			m.emitRun(a, part)
		}
		a.advance(m)
	})
	m.store(a)
	VZEROUPPER()
	RET()
}

// in is the memory off bytes behind p, in the first panel or in the second.
func (a *microAt) in(panel int, p reg.GPVirtual, off int) Mem {
	if panel == 0 {
		return at(p, off)
	}
	return Mem{Base: p, Index: a.next, Scale: 1, Disp: off}
}

// emitRun emits one run: a chain of dot products for each column and panel, then
// their scales.
func (m micro512) emitRun(a *microAt, part int) {
	dots := a.dots
	for i, dot := range dots {
		switch {
		case !m.centred:
			VPXORD(dot, dot, dot)
		case i%2 == 0:
			VPBROADCASTD(at(a.lacks, 32*part+4*(i/2)), dot)
			VPSLLVD(a.shift, dot, dot)
		default:
			VMOVDQA32(dots[i-1], dot)
		}
	}
	products := func(q reg.GPVirtual) {
		for k := part * m.run / 4; k < (part+1)*m.run/4; k++ {
			for panel, w := range a.w {
				VMOVDQU64(a.in(panel, a.u, 64*k), w)
			}
			for c := range m.cols {
				VPBROADCASTD(at(q, 32*k+4*c), a.x)
				VPDPBUSD(a.x, a.w[0], dots[2*c])
				VPDPBUSD(a.x, a.w[1], dots[2*c+1])
			}
		}
	}
	products(a.high)
	if m.fine {
		for _, dot := range dots {
			VPSLLD(Imm(8), dot, dot)
		}
		products(a.low)
	}
	for _, dot := range dots {
		VCVTDQ2PS(dot, dot)
	}
	for c := range m.cols {
		d, s := a.w[0], a.w[1]
		VBROADCASTSS(at(a.d, 4*c), d)
		if !m.centred {
			VBROADCASTSS(at(a.s, 32*part+4*c), s)
		}
		for panel := range 2 {
			i := 2*c + panel
			by, dot := a.x, dots[i]
			VMULPS(a.in(panel, a.scale, 64*part), d, by)
			if i < len(a.sums) {
				VFMADD231PS(by, dot, a.sums[i])
				if !m.centred {
					VFMADD231PS(a.in(panel, a.offset, 64*part), s, a.sums[i])
				}
				continue
			}
			VFMADD213PS(at(a.memory, 64*i), by, dot)
			if !m.centred {
				VFMADD231PS(a.in(panel, a.offset, 64*part), s, dot)
			}
			VMOVUPS(dot, at(a.memory, 64*i))
		}
	}
}

// advance moves on by 32 weights.
func (a *microAt) advance(m micro512) {
	ADDQ(I32(512), a.u)
	ADDQ(I32(int32(64*32/m.run)), a.scale)
	ADDQ(I32(256), a.high)
	ADDQ(Imm(32), a.d)
	if m.centred {
		ADDQ(I32(int32(32*32/m.run)), a.lacks)
	} else {
		ADDQ(I32(int32(64*32/m.run)), a.offset)
		ADDQ(I32(int32(32*32/m.run)), a.s)
	}
	if m.fine {
		ADDQ(I32(256), a.low)
	}
}

// store sets or adds the sums.
func (m micro512) store(a *microAt) {
	out, ldo, add := param("out"), param("ldo"), GP8()
	Load(Param("add"), add)
	SHLQ(Imm(2), ldo)
	sums := make([][]reg.VecVirtual, m.cols)
	for i := range 2 * m.cols {
		sum := ZMM()
		if i < len(a.sums) {
			sum = a.sums[i]
		} else {
			VMOVUPS(at(a.memory, 64*i), sum)
		}
		sums[i/2] = append(sums[i/2], sum)
	}
	storeColumns(width{lanes: 16}, "store", sums, out, ldo, add)
}

// spread512 emits the interleaving of eight rows: eight columns at a time.
func spread512() {
	function("spreadx512", "func(dst *uint32, rows *[8]*uint32, columns int)", "spreadx512 writes columns, a multiple of 8, of eight rows as rows of eight.")
	dst, list, n, i := param("dst"), param("rows"), param("columns"), GP64()
	rows := make([]reg.GPVirtual, 8)
	for r := range rows {
		rows[r] = GP64()
		MOVQ(at(list, 8*r), rows[r])
	}
	SHRQ(Imm(3), n)
	XORQ(i, i)
	loop("square", n, func() {
		y := make([]reg.VecVirtual, 8)
		for r := range y {
			y[r] = YMM()
			VMOVDQU(Mem{Base: rows[r], Index: i, Scale: 1}, y[r])
		}
		for c, t := range transposed256(y) {
			VMOVDQU(t, at(dst, 32*c))
		}
		ADDQ(Imm(32), i)
		ADDQ(I32(256), dst)
	})
	VZEROUPPER()
	RET()
}

// lacks512 emits the sums of a tile's bytes: 64 are eight of each column.
func lacks512() {
	function("lacksx512", "func(sums16, sums32 *int32, bytes *int8, groups int)", "lacksx512 sets minus the sums of each column's 16 and 32 bytes, of groups times 32.")
	sums16, sums32, bytes, groups := param("sums16"), param("sums32"), param("bytes"), param("groups")
	ones := ZMM()
	MOVL(U32(0x01010101), reg.EAX)
	VPBROADCASTD(reg.EAX, ones)
	loop("group", groups, func() {
		var halves [2]reg.VecVirtual
		for half := range halves {
			sum, upper, none := zeros(ZMM, 1)[0], YMM(), zeros(YMM, 1)[0]
			for line := range 2 {
				VPDPBUSD(at(bytes, 128*half+64*line), ones, sum)
			}
			VEXTRACTI64X4(Imm(1), sum, upper)
			VPADDD(upper, sum.AsY(), upper)
			VPSUBD(upper, none, upper)
			VMOVDQU(upper, at(sums16, 32*half))
			halves[half] = upper
		}
		VPADDD(halves[0], halves[1], halves[1])
		VMOVDQU(halves[1], at(sums32, 0))
		ADDQ(I32(256), bytes)
		ADDQ(Imm(64), sums16)
		ADDQ(Imm(32), sums32)
	})
	VZEROUPPER()
	RET()
}
