package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// amx writes the kernels for AMX's products of bfloat16. Go's assembler does not
// know these instructions, so they are written as bytes, and registers are chosen
// by hand.
func amx() {
	for _, m := range []amxBlock{{2, 2}, {2, 1}, {1, 4}, {1, 1}} {
		m.emit()
	}
	amxPeak()
	for _, run := range []int{16, 32} {
		widen(run)
	}
	roundRow()
	allowed()
}

// raw emits an instruction's bytes.
func raw(bytes ...byte) {
	for _, b := range bytes {
		Instruction(&ir.Instruction{Opcode: "BYTE", Operands: []Op{Imm(uint64(b))}})
	}
}

// vex emits an instruction of the table 0F 38 in VEX's three-byte form: r is the
// number of the register in the middle of the ModRM byte, v that of the prefix,
// pp the prefix that is meant (0: none, 2: F3, 3: F2).
func vex(pp, op byte, r, x, b, v int, rest ...byte) {
	bit := func(n int) byte { return byte(^n >> 3 & 1) }
	raw(append([]byte{0xc4, bit(r)<<7 | bit(x)<<6 | bit(b)<<5 | 2, byte(^v&15)<<3 | pp, op}, rest...)...)
}

// number is a general register's in machine code.
func number(r reg.Physical) int {
	for i, p := range []reg.Physical{reg.RAX, reg.RCX, reg.RDX, reg.RBX, reg.RSP, reg.RBP, reg.RSI, reg.RDI, reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13, reg.R14, reg.R15} {
		if p == r {
			return i
		}
	}
	panic("gen: not a general register")
}

// tileMove emits a load (pp 3) or a store (pp 2) of tile t: its rows begin at base,
// stride bytes apart.
func tileMove(pp byte, t int, base, stride reg.Physical) {
	b, x := number(base), number(stride)
	mod, sib := byte(0x04|t<<3), byte(x&7<<3|b&7)
	if b&7 == 5 { // without a displacement this would mean: no base
		vex(pp, 0x4b, t, x, b, 0, mod|0x40, sib, 0)
		return
	}
	vex(pp, 0x4b, t, x, b, 0, mod, sib)
}

func tileLoad(t int, base, stride reg.Physical)  { tileMove(3, t, base, stride) }
func tileStore(t int, base, stride reg.Physical) { tileMove(2, t, base, stride) }
func tileZero(t int)                             { vex(3, 0x49, t, 0, 0, 0, byte(0xc0|t<<3)) }
func tileRelease()                               { vex(0, 0x49, 0, 0, 0, 0, 0xc0) }

// tileConfig emits the loading of the tiles' sizes from where p points, which is
// none of RSP, RBP, R12, R13.
func tileConfig(p reg.Physical) { vex(0, 0x49, 0, 0, number(p), 0, byte(number(p)&7)) }

// tileProduct adds to sum's 16 × 16 float32 the products of x's rows with w's pairs.
func tileProduct(sum, x, w int) { vex(2, 0x5c, sum, 0, x, w, byte(0xc0|sum<<3|x)) }

// amxBlock multiplies blocks of so many tiles of activations by so many of weights.
type amxBlock struct{ rows, panels int }

// Where a call's fields stand: see package kernel's amxCall.
const (
	callConfig = 8 * iota
	callX
	callXTile
	callW
	callPanel
	callFrom
	callFromTile
	callFromPanel
	callTo
	callToTile
	callToPanel
	callToRow
	callTiles
	callPanels
	callSteps
	callAdd
	callAhead
	callLines
	callLeft
)

func (m amxBlock) emit() {
	name := fmt.Sprintf("amx%dx%d", m.rows, m.panels)
	function(name, "func(c *byte)", fmt.Sprint(name, " multiplies ", m.rows, " times 16 rows of activations with ", m.panels, " panels at a time."))
	call, stride := reg.RDI, reg.R8
	field := func(off int) Mem { return Mem{Base: call, Disp: off} }
	Load(Param("c"), call)
	MOVQ(field(callConfig), reg.RAX)
	tileConfig(reg.RAX)
	MOVQ(I32(64), stride)

	from, to, x, w, rows := reg.RSI, reg.RDX, reg.R9, reg.R10, reg.R15
	MOVQ(field(callX), x)
	MOVQ(field(callTiles), rows)
	Label("rows")
	MOVQ(field(callFrom), from)
	MOVQ(field(callTo), to)
	MOVQ(field(callW), w)
	MOVQ(field(callPanels), reg.RAX)
	MOVQ(reg.RAX, field(callLeft))
	// The next rows of activations are fetched while these are multiplied: a
	// kilobyte of each tile with each block.
	next := reg.R13
	MOVQ(field(callXTile), reg.RAX)
	if m.rows == 2 {
		SHLQ(Imm(1), reg.RAX)
	}
	LEAQ(Mem{Base: x, Index: reg.RAX, Scale: 1}, next)

	Label("panels")
	m.fetchAhead(field)
	m.begin(field, from, stride)
	xs, ws, steps := []reg.Physical{reg.RAX, reg.R11}[:m.rows], []reg.Physical{reg.RBX, reg.R12}, reg.RCX
	MOVQ(x, xs[0])
	if m.rows == 2 {
		MOVQ(field(callXTile), xs[1])
		ADDQ(x, xs[1])
	}
	MOVQ(w, ws[0])
	if m.panels > 1 {
		MOVQ(field(callPanel), ws[1])
	}
	MOVQ(field(callSteps), steps)
	Label("steps")
	m.step(field, xs, ws, stride, next)
	DECQ(steps)
	JNZ(LabelRef("steps"))
	m.finish(field, to)
	for _, f := range []struct {
		by int
		p  reg.Physical
	}{{callPanel, w}, {callFromPanel, from}, {callToPanel, to}} {
		MOVQ(field(f.by), reg.RAX)
		if m.panels > 1 {
			SHLQ(Imm(uint64(m.panels/2)), reg.RAX)
		}
		ADDQ(reg.RAX, f.p)
	}
	DECQ(field(callLeft))
	JNZ(LabelRef("panels"))

	for _, f := range []struct{ by, p int }{{callFromTile, callFrom}, {callToTile, callTo}} {
		MOVQ(field(f.by), reg.RAX)
		if m.rows == 2 {
			SHLQ(Imm(1), reg.RAX)
		}
		ADDQ(reg.RAX, field(f.p))
	}
	MOVQ(field(callXTile), reg.RAX)
	if m.rows == 2 {
		SHLQ(Imm(1), reg.RAX)
	}
	ADDQ(reg.RAX, x)
	DECQ(rows)
	JNZ(LabelRef("rows"))
	tileRelease()
	RET()
}

// fetchAhead fetches lines of the weights that come next into the second cache.
func (m amxBlock) fetchAhead(field func(int) Mem) {
	MOVQ(field(callLines), reg.RCX)
	TESTQ(reg.RCX, reg.RCX)
	JZ(LabelRef("fetched"))
	MOVQ(field(callAhead), reg.RAX)
	Label("fetch")
	PREFETCHT1(Mem{Base: reg.RAX})
	ADDQ(Imm(64), reg.RAX)
	DECQ(reg.RCX)
	JNZ(LabelRef("fetch"))
	MOVQ(reg.RAX, field(callAhead))
	Label("fetched")
}

// begin sets the sums to zero or to what the call before left.
func (m amxBlock) begin(field func(int) Mem, from, stride reg.Physical) {
	MOVQ(field(callAdd), reg.RAX)
	TESTQ(reg.RAX, reg.RAX)
	JNZ(LabelRef("add"))
	for r := range m.rows {
		for p := range m.panels {
			tileZero(2*r + p)
		}
	}
	JMP(LabelRef("begun"))
	Label("add")
	m.sums(from, field(callFromTile), field(callFromPanel), func(t int, p reg.Physical) { tileLoad(t, p, stride) })
	Label("begun")
}

// finish stores them.
func (m amxBlock) finish(field func(int) Mem, to reg.Physical) {
	MOVQ(field(callToRow), reg.RCX)
	m.sums(to, field(callToTile), field(callToPanel), func(t int, p reg.Physical) { tileStore(t, p, reg.RCX) })
}

// sums visits each tile of sums with its address.
func (m amxBlock) sums(base reg.Physical, tile, panel Mem, visit func(t int, p reg.Physical)) {
	MOVQ(base, reg.RAX)
	for r := range m.rows {
		if r > 0 {
			MOVQ(base, reg.RAX)
			ADDQ(tile, reg.RAX)
		}
		for p := range m.panels {
			if p > 0 {
				ADDQ(panel, reg.RAX)
			}
			visit(2*r+p, reg.RAX)
		}
	}
}

// step multiplies 32 values of each row.
func (m amxBlock) step(field func(int) Mem, xs, ws []reg.Physical, stride, next reg.Physical) {
	const xTile, wTile = 4, 6 // the first of each
	switch {
	case m.rows == 2 && m.panels == 2:
		tileLoad(xTile, xs[0], stride)
		tileLoad(wTile, ws[0], stride)
		tileProduct(0, xTile, wTile)
		tileLoad(xTile+1, xs[1], stride)
		tileProduct(2, xTile+1, wTile)
		LEAQ(Mem{Base: ws[0], Index: ws[1], Scale: 1}, reg.R14)
		tileLoad(wTile+1, reg.R14, stride)
		tileProduct(1, xTile, wTile+1)
		tileProduct(3, xTile+1, wTile+1)
	case m.rows == 2:
		tileLoad(xTile, xs[0], stride)
		tileLoad(wTile, ws[0], stride)
		tileProduct(0, xTile, wTile)
		tileLoad(xTile+1, xs[1], stride)
		tileProduct(2, xTile+1, wTile)
	default:
		tileLoad(xTile, xs[0], stride)
		MOVQ(ws[0], reg.R14)
		for p := range m.panels {
			if p > 0 {
				ADDQ(ws[1], reg.R14)
			}
			tileLoad(xTile+1+p%3, reg.R14, stride)
			tileProduct(p, xTile, xTile+1+p%3)
		}
	}
	for _, p := range append(xs, ws[0]) {
		ADDQ(I32(1024), p)
	}
	if m.rows == 2 {
		MOVQ(field(callXTile), reg.R14)
		for line := range 2 {
			PREFETCHT1(Mem{Base: next, Disp: 64 * line})
			PREFETCHT1(Mem{Base: next, Index: reg.R14, Scale: 1, Disp: 64 * line})
		}
		ADDQ(I32(128), next)
	}
}

// amxPeak multiplies tiles of zeros, to measure what the processor could do at most.
func amxPeak() {
	function("amxPeak", "func(config *byte, n int)", "amxPeak multiplies n times four tiles.")
	Load(Param("config"), reg.RAX)
	tileConfig(reg.RAX)
	for t := range 8 {
		tileZero(t)
	}
	n := reg.RCX
	Load(Param("n"), n)
	Label("round")
	for t := range 4 {
		tileProduct(t, 4+t/2, 6+t%2)
	}
	DECQ(n)
	JNZ(LabelRef("round"))
	tileRelease()
	RET()
}

// widen emits the decoding of a panel's bytes, of runs weights' scales, to
// bfloat16 in the order that AMX wants: pairs of weights of sixteen rows. A byte u
// becomes the float32 256 + u by its bits alone. Halves are rounded away from zero.
func widen(run int) {
	name := fmt.Sprint("widen", run)
	function(name, "func(dst *uint16, u *uint8, scale, offset *float32, runs int)", name+" decodes runs of a panel to pairs of bfloat16.")
	dst, u, scale, offset := param("dst"), param("u"), param("scale"), param("offset")
	half, exponent, mantissa, upper, base, quiet := ZMM(), ZMM(), ZMM(), ZMM(), ZMM(), ZMM()
	for _, c := range []struct {
		z    reg.VecVirtual
		bits uint32
	}{{half, 0x8000}, {exponent, 0x43800000}, {mantissa, 0x007f8000}, {upper, 0xffff0000}, {base, 0x43800000}, {quiet, 0x00000033}} {
		r := GP32()
		MOVL(U32(c.bits), r)
		VPBROADCASTD(r, c.z)
	}
	loop("run", param("runs"), func() {
		s, o := ZMM(), ZMM()
		VMOVUPS(at(scale, 0), s)
		VMOVUPS(at(offset, 0), o)
		// A NaN becomes the usual one, whose bits rounding does not carry away.
		VFIXUPIMMPS(Imm(0), quiet, s, s)
		VFIXUPIMMPS(Imm(0), quiet, o, o)
		VFNMADD231PS(base, s, o)
		for quad := range run / 4 {
			z := ZMM()
			VMOVDQU64(at(u, 64*quad), z)
			var w [4]reg.VecVirtual
			for i := range w {
				w[i] = ZMM()
				switch shift := 15 - 8*i; {
				case shift > 0:
					VPSLLD(Imm(uint64(shift)), z, w[i])
				default:
					VPSRLD(Imm(uint64(-shift)), z, w[i])
				}
				const aAndBOrC = 0xea // the truth table of a&b | c
				VPTERNLOGD(U8(aAndBOrC), exponent, mantissa, w[i])
				VFMADD213PS(o, s, w[i])
				VPADDD(half, w[i], w[i])
			}
			for pair := range 2 {
				first, second := w[2*pair], w[2*pair+1]
				VPSRLD(Imm(16), first, first)
				VPTERNLOGD(U8(0xea), first, upper, second)
				VMOVDQU64(second, at(dst, 128*quad+64*pair))
			}
		}
		ADDQ(Imm(64), scale)
		ADDQ(Imm(64), offset)
		ADDQ(I32(int32(16*run)), u)
		ADDQ(I32(int32(32*run)), dst)
	})
	VZEROUPPER()
	RET()
}

// roundRow emits the rounding of a row to bfloat16, 32 values at a time: sixteen
// rows lie beside each other in a tile.
func roundRow() {
	function("roundRow", "func(dst *uint16, src *float32, groups int)", "roundRow rounds groups of 32 values to the nearest bfloat16, the even one of two; they lie 1,024 bytes apart.")
	dst, src := param("dst"), param("src")
	most, one, quiet := ZMM(), ZMM(), ZMM()
	for _, c := range []struct {
		z    reg.VecVirtual
		bits uint32
	}{{most, 0x7fff}, {one, 1}, {quiet, 0x00000033}} {
		r := GP32()
		MOVL(U32(c.bits), r)
		VPBROADCASTD(r, c.z)
	}
	loop("group", param("groups"), func() {
		for i := range 2 {
			z, even := ZMM(), ZMM()
			VMOVUPS(at(src, 64*i), z)
			VFIXUPIMMPS(Imm(0), quiet, z, z)
			VPSRLD(Imm(16), z, even)
			VPANDD(one, even, even)
			VPADDD(most, z, z)
			VPADDD(even, z, z)
			VPSRLD(Imm(16), z, z)
			VPMOVDW(z, at(dst, 32*i))
		}
		ADDQ(I32(128), src)
		ADDQ(I32(1024), dst)
	})
	VZEROUPPER()
	RET()
}

// allowed emits what tells which registers the system keeps.
func allowed() {
	function("xgetbv", "func() uint32", "xgetbv returns which parts of the processor's state the system keeps.")
	XORL(reg.ECX, reg.ECX)
	XGETBV()
	Store(reg.EAX, ReturnIndex(0))
	RET()
}
