package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pack512 is where a packer stands: in the same block of 256 weights of sixteen
// rows. It transposes the file's bytes and decodes what it gets, sixteen rows with
// each instruction: a 4-bit code takes half as many exchanges as the byte it
// becomes, and a scale is decoded once for all rows.
type pack512 struct {
	*hoister
	u, scale, offset reg.GPVirtual
	base             [4]reg.GPVirtual // rows 0, 4, 8 and 12
	stride, stride3  reg.GPVirtual
}

// packed512 is a type that is packed so; its blocks are of 256 weights, or eight of 32.
type packed512 struct {
	name  string
	run   int // weights per scale
	bytes int // of 256 weights
	block func(p *pack512)
}

func packs512() []packed512 {
	return []packed512{
		{"Q40", 32, 8 * 18, q40pack}, {"Q80", 32, 8 * 34, q80pack}, {"IQ4NL", 32, 8 * 18, iq4nlPack},
		{"Q4K", 32, 144, q4kPack}, {"Q5K", 32, 176, q5kPack}, {"Q6K", 16, 210, q6kPack},
		{"Q41", 32, 8 * 20, q41pack}, {"Q50", 32, 8 * 22, q50pack}, {"Q51", 32, 8 * 24, q51pack},
		{"Q2K", 16, 84, q2kPack}, {"Q3K", 16, 110, q3kPack}, {"IQ4XS", 32, 136, iq4xsPack},
		{"TQ20", 32, 66, tq2Pack}, {"MXFP4", 32, 8 * 17, mxfp4Pack},
	}
}

// packer512 emits a type's packer.
func packer512(h *hoister, t packed512) {
	name := "pack" + t.name + "x512"
	function(name, "func(u *uint8, scale, offset *float32, w *byte, stride, blocks int)", name+" decodes blocks of 256 weights of 16 rows, stride bytes apart, to interleaved bytes, scales and offsets.")
	h.begin()
	p := &pack512{hoister: h, u: param("u"), scale: param("scale"), offset: param("offset"), stride: param("stride"), stride3: GP64()}
	p.base[0] = param("w")
	LEAQ(Mem{Base: p.stride, Index: p.stride, Scale: 2}, p.stride3)
	for i := 1; i < 4; i++ {
		p.base[i] = GP64()
		LEAQ(Mem{Base: p.base[i-1], Index: p.stride, Scale: 4}, p.base[i])
	}
	loop("block", param("blocks"), func() {
		t.block(p)
		for _, b := range p.base {
			ADDQ(I32(int32(t.bytes)), b)
		}
		ADDQ(I32(16*256), p.u)
		ADDQ(I32(int32(16*256/t.run*4)), p.scale)
		ADDQ(I32(int32(16*256/t.run*4)), p.offset)
	})
	h.end()
}

// at is the memory off bytes behind the start of row r's block.
func (p *pack512) at(r, off int) Mem {
	m := Mem{Base: p.base[r/4], Disp: off}
	switch r % 4 {
	case 1:
		m.Index, m.Scale = p.stride, 1
	case 2:
		m.Index, m.Scale = p.stride, 2
	case 3:
		m.Index, m.Scale = p.stride3, 1
	}
	return m
}

// Steps of a transposition by parts of 128 bits.
func evenParts(ops ...Op) { VSHUFI32X4(append([]Op{U8(0x88)}, ops...)...) }
func oddParts(ops ...Op)  { VSHUFI32X4(append([]Op{U8(0xdd)}, ops...)...) }

// sixteen emits the 32-bit columns of 64 bytes of each row.
func (p *pack512) sixteen(off int) []reg.VecVirtual {
	z := make([]reg.VecVirtual, 16)
	for r := range z {
		z[r] = ZMM()
		VMOVDQU32(p.at(r, off), z[r])
	}
	return transposed512(z)
}

// eight emits those of 32 bytes. Rows share registers so that they end in order.
func (p *pack512) eight(off int) []reg.VecVirtual {
	z := make([]reg.VecVirtual, 8)
	for i := range z {
		z[i] = ZMM()
		r := i%4 + i/4*8
		VBROADCASTI64X4(p.at(r, off), z[i])
		VINSERTI64X4(Imm(1), p.at(r+4, off), z[i], z[i])
	}
	return transposed8(z)
}

// transposed8 puts columns in order whose rows lie as `eight` loads them.
func transposed8(z []reg.VecVirtual) []reg.VecVirtual {
	z = exchange(ZMM, z, 1, VPUNPCKLDQ, VPUNPCKHDQ)
	z = exchange(ZMM, z, 2, VPUNPCKLQDQ, VPUNPCKHQDQ)
	return middleSwapped(exchange(ZMM, z, 4, evenParts, oddParts))
}

// four emits those of 16 bytes.
func (p *pack512) four(off int) []reg.VecVirtual {
	z := make([]reg.VecVirtual, 4)
	for i := range z {
		z[i] = ZMM()
		VBROADCASTI32X4(p.at(i, off), z[i])
		for part := 1; part < 4; part++ {
			VBROADCASTI32X4(p.at(4*part+i, off), p.mask(0xf<<(4*part)), z[i])
		}
	}
	z = exchange(ZMM, z, 1, VPUNPCKLDQ, VPUNPCKHDQ)
	return middleSwapped(exchange(ZMM, z, 2, VPUNPCKLQDQ, VPUNPCKHQDQ))
}

// put stores weights 4i to 4i+3 of every row.
func (p *pack512) put(i int, bytes reg.VecVirtual) { VMOVDQU64(bytes, at(p.u, 64*i)) }

// weigh stores scale j of every row.
func (p *pack512) weigh(j int, scale reg.VecVirtual) { VMOVUPS(scale, at(p.scale, 64*j)) }

// shift stores offset j of every row.
func (p *pack512) shift(j int, offset reg.VecVirtual) { VMOVUPS(offset, at(p.offset, 64*j)) }

// nibbles emits the low and the high nibbles of z, which is used up.
func (p *pack512) nibbles(z reg.VecVirtual) (low, high reg.VecVirtual) {
	high = ZMM()
	VPSRLW(Imm(4), z, high)
	VPANDD(p.z(lanes8(0x0f)), z, z)
	VPANDD(p.z(lanes8(0x0f)), high, high)
	return z, high
}

// half emits, as float32, the lower of two half-precision numbers in each lane.
func half512(z reg.VecVirtual) reg.VecVirtual {
	f := ZMM()
	VPMOVDW(z, f.AsY())
	VCVTPH2PS(f.AsY(), f)
	return f
}

// upper moves the upper 16 bits of each lane down.
func upper512(z reg.VecVirtual) reg.VecVirtual {
	u := ZMM()
	VPSRLD(Imm(16), z, u)
	return u
}

// sixBits stores what Q4_K and Q5_K have for scales: the file's numbers of six
// bits times the block's own two.
func (p *pack512) sixBits() {
	head := p.four(0)
	d, dmin := half512(head[0]), half512(upper512(head[0]))
	VXORPS(p.of(lanes32(1<<31)), dmin, dmin)
	low, high := lanes8(0x0f), lanes8(0x30)
	firstScales, firstMinima, lastScales, lastMinima := ZMM(), ZMM(), ZMM(), ZMM()
	VPANDD(p.of(low), head[3], lastScales)
	VPSRLD(Imm(4), head[3], lastMinima)
	VPANDD(p.of(low), lastMinima, lastMinima)
	for i, last := range []reg.VecVirtual{lastScales, lastMinima} {
		t := ZMM()
		VPSRLD(Imm(2), head[1+i], t)
		VPANDD(p.of(high), t, t)
		VPORD(t, last, last)
	}
	VPANDD(p.of(lanes8(0x3f)), head[1], firstScales)
	VPANDD(p.of(lanes8(0x3f)), head[2], firstMinima)
	for j := range 8 {
		s, m := []reg.VecVirtual{firstScales, lastScales}[j/4], []reg.VecVirtual{firstMinima, lastMinima}[j/4]
		p.weigh(j, p.times(s, j%4, d))
		p.shift(j, p.times(m, j%4, dmin))
	}
}

// times emits byte i of each lane times d.
func (p *pack512) times(bytes reg.VecVirtual, i int, d reg.VecVirtual) reg.VecVirtual {
	z, none := ZMM(), uint8(0x80)
	var pick []uint8
	for lane := range uint8(4) {
		pick = append(pick, 4*lane+uint8(i), none, none, none)
	}
	VPSHUFB(p.of(cycle(pick...)), bytes, z)
	VCVTDQ2PS(z, z)
	VMULPS(d, z, z)
	return z
}

func q4kPack(p *pack512) {
	p.sixBits()
	for half := range 2 {
		for c, z := range p.sixteen(16 + 64*half) {
			to := 16*(2*half+c/8) + c%8
			low, high := p.nibbles(z)
			p.put(to, low)
			p.put(to+8, high)
		}
	}
}

// turned emits z with the bits that mask keeps brought from `from` to `to`.
func turned512(z reg.VecVirtual, from, to int) reg.VecVirtual {
	t := ZMM()
	switch {
	case from > to:
		VPSRLD(Imm(uint64(from-to)), z, t)
	case from < to:
		VPSLLD(Imm(uint64(to-from)), z, t)
	default:
		return z
	}
	return t
}

// q5kPack keeps the fifth bits where the last weights will stand.
func q5kPack(p *pack512) {
	p.sixBits()
	const kept = 56
	for d, bits := range p.eight(16) {
		p.put(kept+d, bits)
	}
	for half := range 2 {
		for c, z := range p.sixteen(48 + 64*half) {
			chunk, d, bits := 2*half+c/8, c%8, ZMM()
			low, high := p.nibbles(z)
			VMOVDQU64(at(p.u, 64*(kept+d)), bits)
			merge(p.hoister, low, turned512(bits, 2*chunk, 4), 0x10)
			merge(p.hoister, high, turned512(bits, 2*chunk+1, 4), 0x10)
			p.put(16*chunk+d, low)
			p.put(16*chunk+8+d, high)
		}
	}
}

// q6kPack keeps the upper bits of each half where its first weights will stand.
func q6kPack(p *pack512) {
	p.signedScales()
	for c, bits := range p.sixteen(128) {
		p.put(32*(c/8)+c%8, bits)
	}
	for half := range 2 {
		codes := p.sixteen(64 * half)
		for d := range 8 {
			bits := ZMM()
			VMOVDQU64(at(p.u, 64*(32*half+d)), bits)
			for k, z := range []reg.VecVirtual{codes[d], codes[8+d]} {
				low, high := p.nibbles(z)
				merge(p.hoister, low, turned512(bits, 2*k, 4), 0x30)
				merge(p.hoister, high, turned512(bits, 4+2*k, 4), 0x30)
				p.put(32*half+8*k+d, low)
				p.put(32*half+16+8*k+d, high)
			}
		}
	}
}

// signedScales stores Q6_K's: sixteen bytes, times the block's own at their end.
func (p *pack512) signedScales() {
	d := half512(upper512(p.four(194)[3]))
	for k, bytes := range p.four(192) {
		for i := range 4 {
			z, o := ZMM(), ZMM()
			VPSLLD(Imm(uint64(24-8*i)), bytes, z)
			VPSRAD(Imm(24), z, z)
			VCVTDQ2PS(z, z)
			VMULPS(d, z, z)
			VMULPS(p.of(lanesF32(-32)), z, o)
			p.weigh(4*k+i, z)
			p.shift(4*k+i, o)
		}
	}
}

// halves stores the scales that begin each of eight blocks of so many bytes, whose
// values are centred on −by.
func (p *pack512) halves(size int, by float32) {
	z := make([]reg.VecVirtual, 8)
	for i := range z {
		row, r := GP64(), i%4+i/4*8
		LEAQ(p.at(r, 0), row)
		z[i] = halves8x512(p.hoister, row, size)
		LEAQ(p.at(r+4, 0), row)
		VINSERTI64X4(Imm(1), halves8x512(p.hoister, row, size).AsY(), z[i], z[i])
	}
	for j, scale := range transposed8(z) {
		p.weigh(j, scale)
		o := ZMM()
		VMULPS(p.of(lanesF32(by)), scale, o)
		p.shift(j, o)
	}
}

func q40pack(p *pack512) {
	p.halves(18, -8)
	p.blocksOfNibbles(func(codes reg.VecVirtual) {})
}

func iq4nlPack(p *pack512) {
	p.halves(18, -128)
	p.blocksOfNibbles(func(codes reg.VecVirtual) { VPSHUFB(codes, p.z(cycle(iq4Values...)), codes) })
}

// blocksOfNibbles stores eight blocks of 16 bytes behind two of a scale.
func (p *pack512) blocksOfNibbles(value func(codes reg.VecVirtual)) {
	for b := range 8 {
		for d, z := range p.four(18*b + 2) {
			low, high := p.nibbles(z)
			value(low)
			value(high)
			p.put(8*b+d, low)
			p.put(8*b+4+d, high)
		}
	}
}

func q80pack(p *pack512) {
	p.halves(34, -128)
	for b := range 8 {
		for d, z := range p.eight(34*b + 2) {
			VPXORD(p.z(lanes8(0x80)), z, z)
			p.put(8*b+d, z)
		}
	}
}
