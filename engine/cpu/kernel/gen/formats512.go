package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// formats512 lists the types that have AVX-512 kernels. The layouts are those of
// package quant; the portable decoders in package kernel are the same in Go.
func formats512() []format512 {
	return []format512{
		{"Q40", 32, 8 * 18, q40x512}, {"Q41", 32, 8 * 20, q41x512},
		{"Q50", 32, 8 * 22, q50x512}, {"Q51", 32, 8 * 24, q51x512},
		{"Q80", 32, 8 * 34, q80x512}, {"IQ4NL", 32, 8 * 18, iq4nlx512},
		{"Q2K", 16, 84, q2kx512}, {"Q3K", 16, 110, q3kx512},
		{"Q4K", 32, 144, q4kx512}, {"Q5K", 32, 176, q5kx512}, {"Q6K", 16, 210, q6kx512},
		{"IQ4XS", 32, 136, iq4xsx512}, {"TQ20", 32, 66, tq20x512}, {"MXFP4", 32, 8 * 17, mxfp4x512},
	}
}

// floatsx512 converts 32-bit integers.
func floatsx512(z reg.VecVirtual) reg.VecVirtual {
	VCVTDQ2PS(z, z)
	return z
}

// halfx512 broadcasts a half-precision number.
func halfx512(m Mem) reg.VecVirtual {
	z := ZMM()
	VPBROADCASTW(m, z.AsY())
	VCVTPH2PS(z.AsY(), z)
	return z
}

// both duplicates eight scales and multiplies the second eight by `by`: the
// offsets of a type whose values are centred on −by.
func both(h *hoister, scales reg.VecVirtual, by float32) reg.VecVirtual {
	z := ZMM()
	VSHUFF64X2(Imm(0x44), scales, scales, z)
	VMULPS(h.z(lanesF32(1, by)), z, z)
	return z
}

// timesx512 multiplies sixteen scales by a constant.
func timesx512(h *hoister, z reg.VecVirtual, by float32) func() reg.VecVirtual {
	return func() reg.VecVirtual {
		t := ZMM()
		VMULPS(h.z(lanesF32(by)), z, t)
		return t
	}
}

// nibblesx512 emits the low half of each byte in the lanes where shift is 0, the
// high half where it is 4.
func nibblesx512(h *hoister, bytes reg.VecVirtual, shift ...uint16) reg.VecVirtual {
	z := ZMM()
	VPSRLVW(h.z(lanes16(shift...)), bytes, z)
	VPANDD(h.z(lanes8(0x0f)), z, z)
	return z
}

// merge ors the masked bits of b into a.
func merge(h *hoister, a, b reg.VecVirtual, mask uint8) {
	const aOrBAndC = 0xf8 // the truth table of a | b&c
	VPTERNLOGD(U8(aOrBAndC), h.z(lanes8(mask)), b, a)
}

// rotated turns the 32-bit lanes of z left, in the first half by a, in the
// second by b. Bits that change bytes on the way are masked by the caller.
func rotated(h *hoister, z reg.VecVirtual, a, b int) reg.VecVirtual {
	t := ZMM()
	VPROLVD(h.z(lanes32(uint32(a&31), uint32(b&31))), z, t)
	return t
}

// twice loads 32 bytes into both halves.
func twice(m Mem) reg.VecVirtual {
	z := ZMM()
	VBROADCASTI64X4(m, z)
	return z
}

// pair loads the 16 bytes at a into the lower lanes twice, those at b into the upper.
func pair(h *hoister, a, b Mem) reg.VecVirtual {
	z := ZMM()
	VBROADCASTI32X4(a, z)
	VBROADCASTI32X4(b, h.mask(0xff00), z)
	return z
}

// halves8x512 gathers one half-precision number of each of eight blocks. A
// permutation of two vectors picks numbers of 128 bytes: all eight blocks' or,
// where those are longer, four's.
func halves8x512(h *hoister, p reg.GPVirtual, size int) reg.VecVirtual {
	if 7*size < 128 {
		z := picked512(h, p, 0, 0, size, 8)
		VCVTPH2PS(z.AsX(), z.AsY())
		return z
	}
	z := picked512(h, p, 0, 0, size, 4)
	from := min(4*size, 8*size-128) // no byte behind the blocks is read
	VPUNPCKLQDQ(picked512(h, p, from, 4*size-from, size, 4).AsX(), z.AsX(), z.AsX())
	VCVTPH2PS(z.AsX(), z.AsY())
	return z
}

// picked512 picks n 16-bit numbers, size bytes apart, the first of them `first`
// bytes behind p+from.
func picked512(h *hoister, p reg.GPVirtual, from, first, size, n int) reg.VecVirtual {
	words := make([]uint16, 32)
	for i := range n {
		words[i] = uint16((first + i*size) / 2)
	}
	z := ZMM()
	VMOVDQU64(at(p, from), z)
	VPERMT2W(at(p, from+64), h.z(lanes16(words...)), z)
	return z
}

// halves16x512 gathers the two half-precision numbers that begin each of eight
// blocks: the scales, then the minima.
func halves16x512(h *hoister, p reg.GPVirtual, size int) reg.VecVirtual {
	z, y := ZMM(), XMM()
	for q, x := range []reg.VecVirtual{z, y} {
		VMOVD(at(p, 4*q*size), x.AsX())
		for b := 1; b < 4; b++ {
			VPINSRD(Imm(uint64(b)), at(p, (4*q+b)*size), x.AsX(), x.AsX())
		}
	}
	VINSERTI32X4(Imm(1), y, z.AsY(), z.AsY())
	VCVTPH2PS(z.AsY(), z)
	VPERMPS(z, h.z(lanes32(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15)), z)
	return z
}

// codes4x512 emits the 4-bit codes of blocks 2i and 2i+1, which begin `at0` bytes
// behind their start.
func codes4x512(h *hoister, p reg.GPVirtual, size, at0 int) func(i int) reg.VecVirtual {
	return func(i int) reg.VecVirtual {
		bytes := pair(h, at(p, 2*i*size+at0), at(p, (2*i+1)*size+at0))
		return nibblesx512(h, bytes, 0, 4, 0, 4)
	}
}

// fifthx512 adds 16 where the bit field of blocks 2i and 2i+1 has ones.
func fifthx512(h *hoister, p reg.GPVirtual, size, at0 int, codes func(int) reg.VecVirtual) func(i int) reg.VecVirtual {
	return func(i int) reg.VecVirtual {
		z, low, high := codes(i), K(), K()
		KMOVD(at(p, 2*i*size+at0), low)
		KMOVD(at(p, (2*i+1)*size+at0), high)
		KUNPCKDQ(low, high, low)
		VPADDB(h.z(lanes8(16)), z, low, z)
		return z
	}
}

func q40x512(h *hoister, p reg.GPVirtual) decoded512 {
	return decoded512{quants: codes4x512(h, p, 18, 2), scales: both(h, halves8x512(h, p, 18), -8)}
}

func q41x512(h *hoister, p reg.GPVirtual) decoded512 {
	return decoded512{quants: codes4x512(h, p, 20, 4), scales: halves16x512(h, p, 20)}
}

func q50x512(h *hoister, p reg.GPVirtual) decoded512 {
	quants := fifthx512(h, p, 22, 2, codes4x512(h, p, 22, 6))
	return decoded512{quants: quants, scales: both(h, halves8x512(h, p, 22), -16)}
}

func q51x512(h *hoister, p reg.GPVirtual) decoded512 {
	quants := fifthx512(h, p, 24, 4, codes4x512(h, p, 24, 8))
	return decoded512{quants: quants, scales: halves16x512(h, p, 24)}
}

func q80x512(h *hoister, p reg.GPVirtual) decoded512 {
	quants := func(i int) reg.VecVirtual {
		z := ZMM()
		VMOVDQU32(at(p, 68*i+2), z.AsY())
		VINSERTI64X4(Imm(1), at(p, 68*i+36), z, z)
		VPXORD(h.z(lanes8(0x80)), z, z)
		return z
	}
	return decoded512{quants: quants, scales: both(h, halves8x512(h, p, 34), -128)}
}

// lookedUpx512 replaces 4-bit codes by their values.
func lookedUpx512(h *hoister, values []uint8, codes func(int) reg.VecVirtual) func(i int) reg.VecVirtual {
	return func(i int) reg.VecVirtual {
		z := codes(i)
		VPSHUFB(z, h.z(cycle(values...)), z)
		return z
	}
}

func iq4nlx512(h *hoister, p reg.GPVirtual) decoded512 {
	return decoded512{quants: lookedUpx512(h, iq4Values, codes4x512(h, p, 18, 2)), scales: both(h, halves8x512(h, p, 18), -128)}
}

// sixBits emits, as 32-bit integers, the eight scales of IQ4_XS, of six bits from
// −32 on: four of each in one place, two in another.
func sixBits(h *hoister, four, two Mem) reg.VecVirtual {
	z, high := ZMM(), YMM()
	low := z.AsY()
	VPBROADCASTD(four, low)
	VPSRLVD(h.of(indexes(0, 4, 8, 12, 16, 20, 24, 28)), low, low)
	VPANDD(h.of(lanes32(15)), low, low)
	VPBROADCASTW(two, high)
	VPSRLVD(h.of(indexes(0, 2, 4, 6, 8, 10, 12, 14)), high, high)
	VPANDD(h.of(lanes32(3)), high, high)
	VPSLLD(Imm(4), high, high)
	VPORD(high, low, low)
	VPSUBD(h.of(lanes32(32)), low, low)
	return z
}

func iq4xsx512(h *hoister, p reg.GPVirtual) decoded512 {
	scales := sixBits(h, at(p, 4), at(p, 2))
	VCVTDQ2PS(scales.AsY(), scales.AsY())
	VMULPS(halfx512(at(p, 0)).AsY(), scales.AsY(), scales.AsY())
	codes := func(i int) reg.VecVirtual {
		return nibblesx512(h, pair(h, at(p, 8+32*i), at(p, 24+32*i)), 0, 4, 0, 4)
	}
	return decoded512{quants: lookedUpx512(h, iq4Values, codes), scales: both(h, scales, -128)}
}

// scalesKx512 emits the scales and offsets of Q4_K and Q5_K: sixteen 6-bit numbers in
// twelve bytes; the last eight have their upper two bits in the first eight.
func scalesKx512(h *hoister, p reg.GPVirtual) reg.VecVirtual {
	x, low, high, d, z := XMM(), XMM(), XMM(), ZMM(), ZMM()
	VMOVDQU32(at(p, 0), x)
	VPSHUFD(U8(0xed), x, low) // the block's bytes 4–7, 12–15, 8–11, 12–15
	VPSRLVD(h.of(cycle32(0, 0, 0, 4)), low, low)
	VPANDD(h.of(cycle32(0x3f3f3f3f, 0x0f0f0f0f, 0x3f3f3f3f, 0x0f0f0f0f)), low, low)
	VPSHUFD(U8(0x84), x, high) // 4–7 and 8–11 in the second and last place
	VPSRLD(Imm(2), high, high)
	VPANDD(h.of(cycle32(0, 0x30303030, 0, 0x30303030)), high, high)
	VPORD(high, low, low)
	VPMOVZXBD(low, z)
	VPXORD(h.of(cycle32(0x80000000, 0, 0, 0)), x, x) // offset = −dmin·m
	VCVTPH2PS(x, d.AsX())
	VPERMPS(d, h.z(lanes32(0, 1)), d)
	VMULPS(d, floatsx512(z), z)
	return z
}

func q4kx512(h *hoister, p reg.GPVirtual) decoded512 {
	quants := func(i int) reg.VecVirtual { return nibblesx512(h, twice(at(p, 16+32*i)), 0, 4) }
	return decoded512{quants: quants, scales: scalesKx512(h, p)}
}

func q5kx512(h *hoister, p reg.GPVirtual) decoded512 {
	bits := twice(at(p, 16))
	quants := func(i int) reg.VecVirtual {
		z := nibblesx512(h, twice(at(p, 48+32*i)), 0, 4)
		merge(h, z, rotated(h, bits, 4-2*i, 3-2*i), 0x10)
		return z
	}
	return decoded512{quants: quants, scales: scalesKx512(h, p)}
}

// crumbsx512 emits two bits of each byte, at shift a in the first half, b in the second.
func crumbsx512(h *hoister, bytes reg.VecVirtual, a, b uint16) reg.VecVirtual {
	z := ZMM()
	VPSRLVW(h.z(lanes16(a, b)), bytes, z)
	VPANDD(h.z(lanes8(3)), z, z)
	return z
}

func q2kx512(h *hoister, p reg.GPVirtual) decoded512 {
	scales, minima := ZMM(), ZMM()
	VPMOVZXBD(at(p, 0), scales)
	VPSRLD(Imm(4), scales, minima)
	VPANDD(h.z(lanes32(15)), scales, scales)
	VMULPS(halfx512(at(p, 80)), floatsx512(scales), scales)
	quants := func(i int) reg.VecVirtual {
		shift := uint16(i % 2 * 4)
		return crumbsx512(h, twice(at(p, 16+i/2*32)), shift, shift+2)
	}
	offsets := func() reg.VecVirtual {
		VMULPS(halfx512(at(p, 82)), floatsx512(minima), minima)
		VPXORD(h.z(lanes32(1<<31)), minima, minima)
		return minima
	}
	return decoded512{quants: quants, scales: scales, offsets: offsets}
}

// q3kx512 has sixteen 6-bit scales in twelve bytes: four bits each in the first
// eight, two in the last four. The load begins early so as to end with the block.
func q3kx512(h *hoister, p reg.GPVirtual) decoded512 {
	x, low, scales := XMM(), XMM(), ZMM()
	VMOVDQU32(at(p, 94), x)
	VPSHUFB(h.of(cycle(2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5, 6, 7, 8, 9)), x, low)
	VPSHUFB(h.of(cycle(10, 11, 12, 13)), x, x)
	VPSRLVD(h.of(cycle32(0, 0, 4, 4)), low, low)
	VPANDD(h.of(lanes8(0x0f)), low, low)
	VPSRLVD(h.of(cycle32(0, 2, 4, 6)), x, x)
	VPANDD(h.of(lanes8(3)), x, x)
	VPSLLD(Imm(4), x, x)
	VPORD(x, low, low)
	VPSUBB(h.of(lanes8(32)), low, low)
	VPMOVSXBD(low, scales)
	VMULPS(halfx512(at(p, 108)), floatsx512(scales), scales)
	bits := twice(at(p, 0))
	quants := func(i int) reg.VecVirtual {
		shift := uint16(i % 2 * 4)
		z := crumbsx512(h, twice(at(p, 32+i/2*32)), shift, shift+2)
		merge(h, z, rotated(h, bits, 2-2*i, 1-2*i), 0x04)
		return z
	}
	return decoded512{quants: quants, scales: scales, offsets: timesx512(h, scales, -4)}
}

func q6kx512(h *hoister, p reg.GPVirtual) decoded512 {
	scales := ZMM()
	VPMOVSXBD(at(p, 192), scales)
	VMULPS(halfx512(at(p, 208)), floatsx512(scales), scales)
	quants := func(i int) reg.VecVirtual {
		z, turn := ZMM(), 4-i%2*4
		VMOVDQU64(at(p, i/2*64), z)
		if i%2 == 1 {
			VPSRLW(Imm(4), z, z)
		}
		VPANDD(h.z(lanes8(0x0f)), z, z)
		merge(h, z, rotated(h, twice(at(p, 128+i/2*32)), turn, turn-2), 0x30)
		return z
	}
	return decoded512{quants: quants, scales: scales, offsets: timesx512(h, scales, -32)}
}

func tq20x512(h *hoister, p reg.GPVirtual) decoded512 {
	quants := func(i int) reg.VecVirtual {
		shift := uint16(i % 2 * 4)
		return crumbsx512(h, twice(at(p, i/2*32)), shift, shift+2)
	}
	return decoded512{quants: quants, scales: both(h, halfx512(at(p, 64)), -1)}
}

func mxfp4x512(h *hoister, p reg.GPVirtual) decoded512 {
	z := ZMM()
	powersOfTwo(h, p, z.AsY(), z.AsX())
	return decoded512{quants: lookedUpx512(h, mxfp4Values, codes4x512(h, p, 17, 1)), scales: both(h, z, -12)}
}
