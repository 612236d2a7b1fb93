package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vecs are scales or offsets, eight to a vector.
type vecs = []reg.VecVirtual

// formats256 lists the types that have AVX2 kernels.
func formats256() []format256 {
	return []format256{
		{"Q40", 32, 8 * 18, false, q40x256}, {"Q41", 32, 8 * 20, false, q41x256},
		{"Q50", 32, 8 * 22, false, q50x256}, {"Q51", 32, 8 * 24, false, q51x256},
		{"Q80", 32, 8 * 34, true, q80x256}, {"IQ4NL", 32, 8 * 18, true, iq4nlx256},
		{"Q2K", 16, 84, false, q2kx256}, {"Q3K", 16, 110, false, q3kx256},
		{"Q4K", 32, 144, false, q4kx256}, {"Q5K", 32, 176, false, q5kx256},
		{"Q6K", 16, 210, false, q6kx256}, {"IQ4XS", 32, 136, true, iq4xsx256},
		{"TQ20", 32, 66, false, tq20x256}, {"MXFP4", 32, 8 * 17, false, mxfp4x256},
	}
}

// times256 makes offsets of scales: those of a type centred on −by.
func times256(c *constants, by float32) func(vecs) vecs {
	return func(scales vecs) vecs {
		var offsets vecs
		for _, v := range scales {
			t := YMM()
			VMULPS(c.of(lanesF32(by)), v, t)
			offsets = append(offsets, t)
		}
		return offsets
	}
}

// half256 broadcasts a half-precision number.
func half256(m Mem) reg.VecVirtual {
	y := YMM()
	VPBROADCASTW(m, y.AsX())
	VCVTPH2PS(y.AsX(), y)
	return y
}

// halves256 gathers one half-precision number of each of eight blocks.
func halves256(p reg.GPVirtual, size int) func() vecs {
	return func() vecs {
		y := YMM()
		VMOVD(at(p, 0), y.AsX())
		for b := 1; b < 8; b++ {
			VPINSRW(Imm(uint64(b)), at(p, b*size), y.AsX(), y.AsX())
		}
		VCVTPH2PS(y.AsX(), y)
		return vecs{y}
	}
}

// pairs256 gathers the first (odd: the second) of the two half-precision numbers
// that begin each of eight blocks.
func pairs256(p reg.GPVirtual, size int, odd bool) reg.VecVirtual {
	var four [2]reg.VecVirtual
	for q := range four {
		y := YMM()
		VMOVD(at(p, 4*q*size), y.AsX())
		for b := 1; b < 4; b++ {
			VPINSRD(Imm(uint64(b)), at(p, (4*q+b)*size), y.AsX(), y.AsX())
		}
		VCVTPH2PS(y.AsX(), y)
		four[q] = y
	}
	pick := U8(0x88)
	if odd {
		pick = 0xdd
	}
	y := four[0]
	VSHUFPS(pick, four[1], y, y)
	VPERMQ(U8(0xd8), y, y)
	return y
}

// low256 masks bits of bytes, after a shift to the right (or left, if negative).
func low256(c *constants, y reg.VecVirtual, shift int, mask uint8) reg.VecVirtual {
	t := YMM()
	switch {
	case shift > 0:
		VPSRLW(Imm(uint64(shift)), y, t)
		y = t
	case shift < 0:
		VPSLLW(Imm(uint64(-shift)), y, t)
		y = t
	}
	VPAND(c.of(lanes8(mask)), y, t)
	return t
}

// load256 is 32 bytes.
func load256(m Mem) reg.VecVirtual {
	y := YMM()
	VMOVDQU(m, y)
	return y
}

// merge256 ors bits into a.
func merge256(a, b reg.VecVirtual) reg.VecVirtual {
	VPOR(b, a, a)
	return a
}

// codes256 emits 32 4-bit codes: the low halves of 16 bytes, then the high.
func codes256(c *constants, m Mem) reg.VecVirtual {
	y := YMM()
	VBROADCASTI128(m, y)
	VPSRLVQ(c.of(cycle(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0)), y, y)
	VPAND(c.of(lanes8(0x0f)), y, y)
	return y
}

// blocks256 emits the codes of one block after another.
func blocks256(c *constants, p reg.GPVirtual, size, from int) func(i int) reg.VecVirtual {
	return func(i int) reg.VecVirtual { return codes256(c, at(p, i*size+from)) }
}

// fifth256 adds 16 where a block's bit field has ones: each byte of it is
// brought to eight lanes, and each lane looks at its own bit.
func fifth256(c *constants, p reg.GPVirtual, size, from int, codes func(int) reg.VecVirtual) func(i int) reg.VecVirtual {
	return func(i int) reg.VecVirtual {
		bits := YMM()
		VPBROADCASTD(at(p, i*size+from), bits)
		VPSHUFB(c.of(cycle(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3)), bits, bits)
		own := c.of(cycle(1, 2, 4, 8, 16, 32, 64, 128))
		VPAND(own, bits, bits)
		VPCMPEQB(own, bits, bits)
		VPAND(c.of(lanes8(16)), bits, bits)
		return merge256(codes(i), bits)
	}
}

func q40x256(c *constants, p reg.GPVirtual) decoded256 {
	return decoded256{blocks256(c, p, 18, 2), halves256(p, 18), times256(c, -8)}
}

func q41x256(c *constants, p reg.GPVirtual) decoded256 {
	return withMinima256(p, 20, blocks256(c, p, 20, 4))
}

// withMinima256 is a type whose blocks begin with a scale and a minimum.
func withMinima256(p reg.GPVirtual, size int, quants func(int) reg.VecVirtual) decoded256 {
	return decoded256{
		quants:  quants,
		scales:  func() vecs { return vecs{pairs256(p, size, false)} },
		offsets: func(vecs) vecs { return vecs{pairs256(p, size, true)} },
	}
}

func q50x256(c *constants, p reg.GPVirtual) decoded256 {
	quants := fifth256(c, p, 22, 2, blocks256(c, p, 22, 6))
	return decoded256{quants, halves256(p, 22), times256(c, -16)}
}

func q51x256(c *constants, p reg.GPVirtual) decoded256 {
	return withMinima256(p, 24, fifth256(c, p, 24, 4, blocks256(c, p, 24, 8)))
}

func q80x256(c *constants, p reg.GPVirtual) decoded256 {
	quants := func(i int) reg.VecVirtual {
		y := load256(at(p, 34*i+2))
		VPXOR(c.of(lanes8(0x80)), y, y)
		return y
	}
	return decoded256{quants, halves256(p, 34), times256(c, -128)}
}

// lookedUp256 replaces 4-bit codes by their values.
func lookedUp256(c *constants, values []uint8, codes func(int) reg.VecVirtual) func(i int) reg.VecVirtual {
	return func(i int) reg.VecVirtual {
		y, table := codes(i), load256(c.of(cycle(values...)))
		VPSHUFB(y, table, y)
		return y
	}
}

func iq4nlx256(c *constants, p reg.GPVirtual) decoded256 {
	return decoded256{lookedUp256(c, iq4Values, blocks256(c, p, 18, 2)), halves256(p, 18), times256(c, -128)}
}

// iq4xsx256 has 6-bit scales: four bits in one place, two in another.
func iq4xsx256(c *constants, p reg.GPVirtual) decoded256 {
	scales := func() vecs {
		low, high := YMM(), YMM()
		VPBROADCASTD(at(p, 4), low)
		VPSRLVD(c.of(indexes(0, 4, 8, 12, 16, 20, 24, 28)), low, low)
		VPAND(c.of(lanes32(15)), low, low)
		VPBROADCASTW(at(p, 2), high)
		VPSRLVD(c.of(indexes(0, 2, 4, 6, 8, 10, 12, 14)), high, high)
		VPAND(c.of(lanes32(3)), high, high)
		VPSLLD(Imm(4), high, high)
		VPOR(high, low, low)
		VPSUBD(c.of(lanes32(32)), low, low)
		VCVTDQ2PS(low, low)
		VMULPS(half256(at(p, 0)), low, low)
		return vecs{low}
	}
	return decoded256{lookedUp256(c, iq4Values, blocks256(c, p, 16, 8)), scales, times256(c, -128)}
}

// scalesK256 emits the scales and offsets of Q4_K and Q5_K, see scalesKx512.
func scalesK256(c *constants, p reg.GPVirtual) (func() vecs, func(vecs) vecs) {
	x, low := XMM(), XMM()
	scales := func() vecs {
		high, scale := XMM(), YMM()
		VMOVDQU(at(p, 0), x)
		VPSHUFD(U8(0xed), x, low)
		VPSRLVD(c.of(cycle32(0, 0, 0, 4)), low, low)
		VPAND(c.of(cycle32(0x3f3f3f3f, 0x0f0f0f0f, 0x3f3f3f3f, 0x0f0f0f0f)), low, low)
		VPSHUFD(U8(0x84), x, high)
		VPSRLD(Imm(2), high, high)
		VPAND(c.of(cycle32(0, 0x30303030, 0, 0x30303030)), high, high)
		VPOR(high, low, low)
		VCVTPH2PS(x, x)
		VPMOVZXBD(low, scale)
		return vecs{product256(scale, x)}
	}
	offsets := func(vecs) vecs {
		offset := YMM()
		VPSRLDQ(Imm(8), low, low)
		VPMOVZXBD(low, offset)
		VMOVSHDUP(x, x)
		VXORPS(c.of(lanes32(1<<31)), x, x) // offset = −dmin·m
		return vecs{product256(offset, x)}
	}
	return scales, offsets
}

// product256 is the integers of y times the first lane of x.
func product256(y, x reg.VecVirtual) reg.VecVirtual {
	by := YMM()
	VCVTDQ2PS(y, y)
	VBROADCASTSS(x, by)
	VMULPS(by, y, y)
	return y
}

func q4kx256(c *constants, p reg.GPVirtual) decoded256 {
	quants := func(i int) reg.VecVirtual { return low256(c, load256(at(p, 16+i/2*32)), i%2*4, 0x0f) }
	scales, offsets := scalesK256(c, p)
	return decoded256{quants, scales, offsets}
}

func q5kx256(c *constants, p reg.GPVirtual) decoded256 {
	quants := func(i int) reg.VecVirtual {
		codes := low256(c, load256(at(p, 48+i/2*32)), i%2*4, 0x0f)
		return merge256(codes, low256(c, load256(at(p, 16)), i-4, 0x10))
	}
	scales, offsets := scalesK256(c, p)
	return decoded256{quants, scales, offsets}
}

// weighed256 converts two vectors of integers and multiplies them by the
// half-precision number at m.
func weighed256(m Mem, v vecs) vecs {
	by := half256(m)
	for _, y := range v {
		VCVTDQ2PS(y, y)
		VMULPS(by, y, y)
	}
	return v
}

func q2kx256(c *constants, p reg.GPVirtual) decoded256 {
	bytes := func() vecs {
		v := vecs{YMM(), YMM()}
		VPMOVZXBD(at(p, 0), v[0])
		VPMOVZXBD(at(p, 8), v[1])
		return v
	}
	return decoded256{
		quants: func(i int) reg.VecVirtual { return low256(c, load256(at(p, 16+i/4*32)), i%4*2, 3) },
		scales: func() vecs {
			v := bytes()
			for _, y := range v {
				VPAND(c.of(lanes32(15)), y, y)
			}
			return weighed256(at(p, 80), v)
		},
		offsets: func(vecs) vecs {
			v := bytes()
			for _, y := range v {
				VPSRLD(Imm(4), y, y)
			}
			v = weighed256(at(p, 82), v)
			for _, y := range v {
				VXORPS(c.of(lanes32(1<<31)), y, y)
			}
			return v
		},
	}
}

// q3kx256 is q3kx512 with narrower vectors.
func q3kx256(c *constants, p reg.GPVirtual) decoded256 {
	scales := func() vecs {
		x, low, v := XMM(), XMM(), vecs{YMM(), YMM()}
		VMOVDQU(at(p, 94), x)
		VPSHUFB(c.of(cycle(2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5, 6, 7, 8, 9)), x, low)
		VPSHUFB(c.of(cycle(10, 11, 12, 13)), x, x)
		VPSRLVD(c.of(cycle32(0, 0, 4, 4)), low, low)
		VPAND(c.of(lanes8(0x0f)), low, low)
		VPSRLVD(c.of(cycle32(0, 2, 4, 6)), x, x)
		VPAND(c.of(lanes8(3)), x, x)
		VPSLLD(Imm(4), x, x)
		VPOR(x, low, low)
		VPSUBB(c.of(lanes8(32)), low, low)
		VPMOVSXBD(low, v[0])
		VPSRLDQ(Imm(8), low, low)
		VPMOVSXBD(low, v[1])
		return weighed256(at(p, 108), v)
	}
	quants := func(i int) reg.VecVirtual {
		codes := low256(c, load256(at(p, 32+i/4*32)), i%4*2, 3)
		return merge256(codes, low256(c, load256(at(p, 0)), i-2, 4))
	}
	return decoded256{quants, scales, times256(c, -4)}
}

func q6kx256(c *constants, p reg.GPVirtual) decoded256 {
	scales := func() vecs {
		v := vecs{YMM(), YMM()}
		VPMOVSXBD(at(p, 192), v[0])
		VPMOVSXBD(at(p, 200), v[1])
		return weighed256(at(p, 208), v)
	}
	quants := func(i int) reg.VecVirtual {
		codes := low256(c, load256(at(p, i/4*64+i%2*32)), i%4/2*4, 0x0f)
		return merge256(codes, low256(c, load256(at(p, 128+i/4*32)), i%4*2-4, 0x30))
	}
	return decoded256{quants, scales, times256(c, -32)}
}

func tq20x256(c *constants, p reg.GPVirtual) decoded256 {
	return decoded256{
		quants:  func(i int) reg.VecVirtual { return low256(c, load256(at(p, i/4*32)), i%4*2, 3) },
		scales:  func() vecs { return vecs{half256(at(p, 64))} },
		offsets: times256(c, -1),
	}
}

func mxfp4x256(c *constants, p reg.GPVirtual) decoded256 {
	scales := func() vecs {
		y := YMM()
		powersOfTwo(c, p, y, y.AsX())
		return vecs{y}
	}
	return decoded256{lookedUp256(c, mxfp4Values, blocks256(c, p, 17, 1)), scales, times256(c, -12)}
}
