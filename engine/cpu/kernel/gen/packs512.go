package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The packers of the types that are met less often.

// two emits the 32-bit columns of 8 bytes of each row. Rows share registers so that
// they end in order.
func (p *pack512) two(off int) (first, second reg.VecVirtual) {
	var z [2]reg.VecVirtual
	for i := range z {
		var half [2]reg.VecVirtual
		for h := range half {
			half[h] = ZMM()
			for lane := range 4 {
				m := p.at(8*h+lane/2*4+2*i+lane%2, off)
				if lane == 0 {
					VPBROADCASTQ(m, half[h].AsY())
				} else {
					VPBROADCASTQ(m, p.mask(1<<lane), half[h].AsY())
				}
			}
		}
		VINSERTI64X4(Imm(1), half[1].AsY(), half[0], half[0])
		z[i] = half[0]
	}
	first, second = ZMM(), ZMM()
	VSHUFPS(U8(0x88), z[1], z[0], first)
	VSHUFPS(U8(0xdd), z[1], z[0], second)
	return first, second
}

// weighCentred stores scale j, which belongs to values that are centred on −by.
func (p *pack512) weighCentred(j int, scale reg.VecVirtual, by float32) {
	o := ZMM()
	VMULPS(p.of(lanesF32(by)), scale, o)
	p.weigh(j, scale)
	p.shift(j, o)
}

// spread adds to four codes in each lane 16 for each of four bits, from bit `from`
// of the lane on: the bits choose among sixteen numbers.
func (p *pack512) spread(codes, bits reg.VecVirtual, from int) {
	numbers := make([]uint32, 16)
	for i := range uint32(16) {
		numbers[i] = i&1<<4 | i&2<<11 | i&4<<18 | i&8<<25
	}
	t := ZMM()
	VPSRLD(Imm(uint64(from)), bits, t)
	VPERMD(p.z(lanes32(numbers...)), t, t) // which looks at four bits only
	VPORD(t, codes, codes)
}

// columns has `take` see one 32-bit column after another, n of them: a multiple of 8.
func (p *pack512) columns(n int, take func(c int, z reg.VecVirtual)) {
	for c := 0; c < n; {
		next := p.eight
		if n-c >= 16 {
			next = p.sixteen
		}
		for _, z := range next(4 * c) {
			take(c, z)
			c++
		}
	}
}

func q41pack(p *pack512) {
	p.columns(8*5, func(c int, z reg.VecVirtual) {
		b, d := c/5, c%5-1
		if d < 0 {
			p.weigh(b, half512(z))
			p.shift(b, half512(upper512(z)))
			return
		}
		low, high := p.nibbles(z)
		p.put(8*b+d, low)
		p.put(8*b+4+d, high)
	})
}

func q51pack(p *pack512) {
	var bits reg.VecVirtual
	p.columns(8*6, func(c int, z reg.VecVirtual) {
		b, d := c/6, c%6-2
		switch d {
		case -2:
			p.weigh(b, half512(z))
			p.shift(b, half512(upper512(z)))
		case -1:
			bits = z
		default:
			p.fifth(b, d, z, bits)
		}
	})
}

// fifth stores codes 4d to 4d+3 of block b and the sixteen behind, with their fifth bits.
func (p *pack512) fifth(b, d int, codes, bits reg.VecVirtual) {
	low, high := p.nibbles(codes)
	p.spread(low, bits, 4*d)
	p.spread(high, bits, 16+4*d)
	p.put(8*b+d, low)
	p.put(8*b+4+d, high)
}

// q50pack takes the scale and the fifth bits, which lie across two columns, apart.
func q50pack(p *pack512) {
	for b := range 8 {
		first, second := p.two(22 * b)
		p.weighCentred(b, half512(first), -16)
		VPSLLD(Imm(16), second, second)
		bits := upper512(first)
		VPORD(second, bits, bits)
		for d, z := range p.four(22*b + 6) {
			p.fifth(b, d, z, bits)
		}
	}
}

// crumbs emits bits 2s and 2s+1 of each byte.
func (p *pack512) crumbs(z reg.VecVirtual, s int) reg.VecVirtual {
	t := ZMM()
	if s == 0 {
		VPANDD(p.z(lanes8(3)), z, t)
		return t
	}
	VPSRLW(Imm(uint64(2*s)), z, t)
	VPANDD(p.z(lanes8(3)), t, t)
	return t
}

// q2kPack has scale and minimum in one byte each, and the block's own two at its end.
func q2kPack(p *pack512) {
	_, own := p.two(76)
	d, dmin := half512(own), half512(upper512(own))
	VXORPS(p.of(lanes32(1<<31)), dmin, dmin)
	for c, z := range p.four(0) {
		scales, minima := p.nibbles(z)
		for i := range 4 {
			p.weigh(4*c+i, p.times(scales, i, d))
			p.shift(4*c+i, p.times(minima, i, dmin))
		}
	}
	p.crumbColumns(16, func(c, s int, codes reg.VecVirtual) {})
}

// crumbColumns stores 64 bytes of four codes each.
func (p *pack512) crumbColumns(off int, finish func(c, s int, codes reg.VecVirtual)) {
	for c, z := range p.sixteen(off) {
		for s := range 4 {
			codes := p.crumbs(z, s)
			finish(c, s, codes)
			p.put(32*(c/8)+8*s+c%8, codes)
		}
	}
}

// q3kPack keeps the third bits where the last weights will stand, as q5kPack does.
func q3kPack(p *pack512) {
	p.thirdScales()
	const kept = 56
	for d, bits := range p.eight(0) {
		p.put(kept+d, bits)
	}
	var bits reg.VecVirtual
	p.crumbColumns(32, func(c, s int, codes reg.VecVirtual) {
		if s == 0 {
			bits = ZMM()
			VMOVDQU64(at(p.u, 64*(kept+c%8)), bits)
		}
		merge(p.hoister, codes, turned512(bits, 4*(c/8)+s, 2), 4)
	})
}

// thirdScales stores Q3_K's: sixteen of six bits, from −32 on. What is loaded begins
// two bytes before their twelve so as to end with the block.
func (p *pack512) thirdScales() {
	columns := p.four(94)
	d := half512(upper512(columns[3]))
	var part [3]reg.VecVirtual
	for i := range part {
		part[i] = upper512(columns[i])
		t := ZMM()
		VPSLLD(Imm(16), columns[i+1], t)
		VPORD(t, part[i], part[i])
	}
	for g := range 4 {
		low := ZMM()
		VPSRLD(Imm(uint64(g/2*4)), part[g%2], low)
		VPANDD(p.z(lanes8(0x0f)), low, low)
		merge(p.hoister, low, turned512(part[2], 2*g, 4), 0x30)
		VPSUBB(p.of(lanes8(32)), low, low)
		for i := range 4 {
			p.weighCentred(4*g+i, p.signedTimes(low, i, d), -4)
		}
	}
}

// signedTimes emits byte i of each lane, which has a sign, times d.
func (p *pack512) signedTimes(bytes reg.VecVirtual, i int, d reg.VecVirtual) reg.VecVirtual {
	z := ZMM()
	VPSLLD(Imm(uint64(24-8*i)), bytes, z)
	VPSRAD(Imm(24), z, z)
	VCVTDQ2PS(z, z)
	VMULPS(d, z, z)
	return z
}

// iq4xsPack has scales of six bits, four of each in one place, two in another.
func iq4xsPack(p *pack512) {
	first, low := p.two(0)
	d, high := half512(first), upper512(first)
	for j := range 8 {
		z := ZMM()
		VPSRLD(Imm(uint64(4*j)), low, z)
		VPANDD(p.z(lanes32(15)), z, z)
		t := turned512(high, 2*j, 4)
		const aOrBAndC = 0xf8 // the truth table of a | b&c
		VPTERNLOGD(U8(aOrBAndC), p.z(lanes32(0x30)), t, z)
		VPSUBD(p.z(lanes32(32)), z, z)
		VCVTDQ2PS(z, z)
		VMULPS(d, z, z)
		p.weighCentred(j, z, -128)
	}
	for half := range 2 {
		for c, z := range p.sixteen(8 + 64*half) {
			to := 8*(4*half+c/4) + c%4
			low, high := p.nibbles(z)
			for i, codes := range []reg.VecVirtual{low, high} {
				VPSHUFB(codes, p.z(cycle(iq4Values...)), codes)
				p.put(to+4*i, codes)
			}
		}
	}
}

// tq2Pack has one scale for all.
func tq2Pack(p *pack512) {
	_, end := p.two(58)
	d := half512(upper512(end))
	for j := range 8 {
		p.weighCentred(j, d, -1)
	}
	p.crumbColumns(0, func(c, s int, codes reg.VecVirtual) {})
}

// mxfp4Pack has a power of two for a scale; the first byte of a block is its exponent,
// see powersOfTwo.
func mxfp4Pack(p *pack512) {
	for b := range 8 {
		e, _ := p.two(17 * b)
		small := ZMM()
		VPANDD(p.z(lanes32(0xff)), e, e)
		VPSLLVD(e, p.z(lanes32(0x00200000)), small)
		VPANDD(p.z(lanes32(0x00600000)), small, small)
		VPADDD(p.z(lanes32(0xffffffff)), e, e)
		VPSLLD(Imm(23), e, e)
		VPMAXSD(small, e, e)
		p.weighCentred(b, e, -12)
		for d, z := range p.four(17*b + 1) {
			low, high := p.nibbles(z)
			for i, codes := range []reg.VecVirtual{low, high} {
				VPSHUFB(codes, p.z(cycle(mxfp4Values...)), codes)
				p.put(8*b+4*i+d, codes)
			}
		}
	}
}
