package quant

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// The formats once more, weight by weight: formula(t)(b, i) is weight i of the
// block b, written as the definition and not as a loop. The decoders must give
// the same bits for any bytes.

type weightOf func(b []byte, i int) float32

func half(b []byte, at int) float32 { return slowF16(binary.LittleEndian.Uint16(b[at:])) }
func u16(b []byte, at int) uint32   { return uint32(binary.LittleEndian.Uint16(b[at:])) }
func u32(b []byte, at int) uint32   { return binary.LittleEndian.Uint32(b[at:]) }
func nibble(b []byte, at, i, run int) int32 {
	return int32(b[at+i%run]) >> (i / run % 2 * 4) & 15
}

// fma is spelled in two roundings, for processors that would fuse it.
func linear(d float32, q int32, m float32) float32 { return float32(d*float32(q)) + m }

func formula(t Type) weightOf {
	switch t {
	case F32:
		return func(b []byte, _ int) float32 { return math.Float32frombits(u32(b, 0)) }
	case F16:
		return func(b []byte, _ int) float32 { return half(b, 0) }
	case BF16:
		return func(b []byte, _ int) float32 { return math.Float32frombits(u16(b, 0) << 16) }
	case Q4_0:
		return func(b []byte, i int) float32 { return half(b, 0) * float32(nibble(b, 2, i, 16)-8) }
	case Q4_1:
		return func(b []byte, i int) float32 { return linear(half(b, 0), nibble(b, 4, i, 16), half(b, 2)) }
	case Q5_0:
		return func(b []byte, i int) float32 {
			return half(b, 0) * float32(nibble(b, 6, i, 16)+int32(u32(b, 2)>>i&1)*16-16)
		}
	case Q5_1:
		return func(b []byte, i int) float32 {
			return linear(half(b, 0), nibble(b, 8, i, 16)+int32(u32(b, 4)>>i&1)*16, half(b, 2))
		}
	case Q8_0:
		return func(b []byte, i int) float32 { return half(b, 0) * float32(int8(b[2+i])) }
	case Q1_0:
		return func(b []byte, i int) float32 {
			if b[2+i/8]>>(i%8)&1 == 1 {
				return half(b, 0)
			}
			return -half(b, 0)
		}
	case Q2_0:
		return func(b []byte, i int) float32 { return half(b, 0) * float32(int32(b[2+i/4]>>(i%4*2)&3)-1) }
	case TQ1_0:
		return weightTQ1_0
	case TQ2_0:
		return func(b []byte, i int) float32 { return half(b, 64) * float32(twoBits(b, 0, i)-1) }
	case MXFP4:
		return func(b []byte, i int) float32 {
			if b[0] == 255 {
				return float32(math.NaN())
			}
			return float32(math.Ldexp(float64(slowE2M1(nibble(b, 1, i, 16))), int(b[0])-128))
		}
	case NVFP4:
		return func(b []byte, i int) float32 {
			return slowUE4M3(b[i/16]) / 2 * slowE2M1(nibble(b, 4+i/16*8, i%16, 8))
		}
	case IQ4_NL:
		return func(b []byte, i int) float32 { return half(b, 0) * iq4Values[nibble(b, 2, i, 16)] }
	}
	return formulaK(t)
}

func formulaK(t Type) weightOf {
	switch t {
	case Q2_K:
		return func(b []byte, i int) float32 {
			s := b[i/16]
			return linear(half(b, 80)*float32(s&15), twoBits(b, 16, i), -(half(b, 82) * float32(s>>4)))
		}
	case Q3_K:
		return func(b []byte, i int) float32 {
			s, k := b[96:108], i/16
			lo := s[k%8] >> (k / 8 * 4) & 15
			hi := s[8+k%4] >> (k / 4 * 2) & 3
			q := twoBits(b, 32, i)
			if b[i%32]>>(i/32)&1 == 0 {
				q -= 4
			}
			return half(b, 108) * float32(int32(lo|hi<<4)-32) * float32(q)
		}
	case Q4_K:
		return func(b []byte, i int) float32 {
			sc, m := slowScale(b[4:16], i/32)
			return linear(half(b, 0)*sc, nibble(b, 16+i/64*32, i%64, 32), -(half(b, 2) * m))
		}
	case Q5_K:
		return func(b []byte, i int) float32 {
			sc, m := slowScale(b[4:16], i/32)
			q := nibble(b, 48+i/64*32, i%64, 32) + int32(b[16+i%32]>>(i/32)&1)*16
			return linear(half(b, 0)*sc, q, -(half(b, 2) * m))
		}
	case Q6_K:
		return func(b []byte, i int) float32 {
			n, j, l := i/128, i%128/32, i%32
			lo := b[64*n+32*(j%2)+l] >> (j / 2 * 4) & 15
			hi := b[128+32*n+l] >> (2 * j) & 3
			return half(b, 208) * float32(int8(b[192+i/16])) * float32(int32(lo|hi<<4)-32)
		}
	}
	return formulaIQ(t)
}

func formulaIQ(t Type) weightOf {
	switch t {
	case IQ2_XXS:
		return func(b []byte, i int) float32 {
			p, l := 2+8*(i/32), i%32/8
			aux := u32(b, p+4)
			return half(b, 0) * (0.5 + float32(aux>>28)) * 0.25 * gridIQ2XXS()[b[p+l]][i%8] * sign7(aux>>(7*l), i)
		}
	case IQ2_XS:
		return func(b []byte, i int) float32 {
			v := u16(b, 2+i/8*2)
			return half(b, 0) * (0.5 + scale4(b, 66, i/16)) * 0.25 * gridIQ2XS()[v&511][i%8] * sign7(v>>9, i)
		}
	case IQ2_S:
		return func(b []byte, i int) float32 {
			row := int(b[2+i/8]) + int(b[66+i/32]>>(i%32/8*2)&3)*256
			return half(b, 0) * (0.5 + scale4(b, 74, i/16)) * 0.25 * gridIQ2S()[row][i%8] * sign(b[34+i/8], i)
		}
	case IQ3_XXS:
		return func(b []byte, i int) float32 {
			aux := u32(b, 66+i/32*4)
			return half(b, 0) * (0.5 + float32(aux>>28)) * 0.5 * gridIQ3XXS()[b[2+i/4]][i%4] * sign7(aux>>(i%32/8*7), i)
		}
	case IQ3_S:
		return func(b []byte, i int) float32 {
			row := int(b[2+i/4]) + int(b[66+i/32]>>(i%32/4)&1)*256
			return half(b, 0) * (1 + 2*scale4(b, 106, i/32)) * gridIQ3S()[row][i%4] * sign(b[74+i/8], i)
		}
	case IQ1_S:
		return func(b []byte, i int) float32 {
			h := u16(b, 34+i/32*2)
			row := uint32(b[2+i/8]) + h>>(i%32/8*3)&7*256
			return half(b, 0) * float32(2*(h>>12&7)+1) * (gridIQ1()[row][i%8] + 0.125*sign(byte(h>>15), 0))
		}
	case IQ1_M:
		return func(b []byte, i int) float32 {
			d := u16(b, 48)>>12 | u16(b, 50)>>12<<4 | u16(b, 52)>>12<<8 | u16(b, 54)>>12<<12
			h := b[32+i/16] >> (i / 8 % 2 * 4) & 15
			s := u16(b, 48+i/64*2) >> (i / 16 % 4 * 3) & 7
			row := int(b[i/8]) + int(h&7)*256
			return slowF16(uint16(d)) * float32(2*s+1) * (gridIQ1()[row][i%8] + 0.125*sign(h>>3, 0))
		}
	case IQ4_XS:
		return func(b []byte, i int) float32 {
			s := int32(scale4(b, 4, i/32)) + int32(u16(b, 2)>>(i/32*2)&3)*16 - 32
			return half(b, 0) * float32(s) * iq4Values[nibble(b, 8+i/32*16, i%32, 16)]
		}
	}
	panic(fmt.Sprintf("no formula for %v", t))
}

// twoBits is weight i of the layout that Q2_K, Q3_K and TQ2_0 share.
func twoBits(b []byte, at, i int) int32 { return int32(b[at+i/128*32+i%32]) >> (i % 128 / 32 * 2) & 3 }

// scale4 is nibble k of those at b[at:], the even ones in the low halves.
func scale4(b []byte, at, k int) float32 { return float32(b[at+k/2] >> (k % 2 * 4) & 15) }

func sign(mask byte, i int) float32 { return 1 - 2*float32(mask>>(i%8)&1) }

func sign7(bits uint32, i int) float32 {
	mask, ones := byte(bits&127), 0
	for j := range 7 {
		ones += int(bits >> j & 1)
	}
	return sign(mask|byte(ones%2)<<7, i)
}

func slowScale(s []byte, j int) (scale, minimum float32) {
	if j < 4 {
		return float32(s[j] & 63), float32(s[j+4] & 63)
	}
	return float32(s[j+4]&15 | s[j-4]>>6<<4), float32(s[j+4]>>4 | s[j]>>6<<4)
}

func weightTQ1_0(b []byte, i int) float32 {
	at, n := i%32, i/32
	if k := i - 160; k >= 0 {
		at, n = 32+k%16, k/16
	}
	if k := i - 240; k >= 0 {
		at, n = 48+k%4, k/4
	}
	v := int(b[at])
	for range n {
		v = v * 3 % 256
	}
	return half(b, 52) * float32(v*3/256-1)
}

func slowE2M1(q int32) float32 {
	v := [8]float32{0, 1, 2, 3, 4, 6, 8, 12}[q&7]
	if q > 8 {
		return -v
	}
	return v
}

func slowUE4M3(x byte) float32 {
	e, m := int(x>>3&15), float64(x&7)
	switch {
	case x == 0x7f:
		return 0
	case e == 0:
		return float32(math.Ldexp(m, -9))
	}
	return float32(math.Ldexp(1+m/8, e-7))
}

func slowF16(h uint16) float32 {
	e, m := int(h>>10&31), float64(h&1023)
	v := math.Ldexp(1024+m, e-25)
	switch {
	case e == 31 && m != 0:
		v = math.NaN()
	case e == 31:
		v = math.Inf(1)
	case e == 0:
		v = math.Ldexp(m, -24)
	}
	return float32(math.Copysign(v, 1-2*float64(h>>15)))
}

// TestFormula decodes random rows of every type.
func TestFormula(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range layouts {
		typ := Type(i)
		if !Decodable(typ) {
			continue
		}
		t.Run(typ.String(), func(t *testing.T) {
			src := make([]byte, 400*typ.BlockBytes())
			for i := range src {
				src[i] = byte(random.Uint32())
			}
			checkFormula(t, typ, src)
		})
	}
}

// FuzzDequantize decodes any bytes as any type.
func FuzzDequantize(f *testing.F) {
	for _, typ := range vectorTypes {
		f.Add(uint32(typ), make([]byte, typ.BlockBytes()))
	}
	f.Add(uint32(MXFP4), []byte("\xff0123456789abcdef"))
	f.Fuzz(func(t *testing.T, id uint32, src []byte) {
		typ := Type(id)
		if !Decodable(typ) || len(src) > 1<<16 {
			return
		}
		checkFormula(t, typ, src[:len(src)/typ.BlockBytes()*typ.BlockBytes()])
	})
}

func checkFormula(t *testing.T, typ Type, src []byte) {
	t.Helper()
	elems, size, weight := typ.BlockElems(), typ.BlockBytes(), formula(typ)
	dst := make([]float32, len(src)/size*elems)
	Dequantize(typ, dst, src)
	for i, got := range dst {
		block := src[i/elems*size:][:size]
		want := weight(block, i%elems)
		if math.Float32bits(got) != math.Float32bits(want) && (got == got || want == want) {
			t.Fatalf("%v: weight %d of block %x is %v, want %v", typ, i%elems, block, got, want)
		}
	}
}
