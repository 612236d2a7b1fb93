package kernel

import (
	"encoding/binary"
	"math"
)

// powerOfTwo is 2^(e−128); the two smallest are subnormal.
func powerOfTwo(e uint8) float32 {
	if e < 2 {
		return math.Float32frombits(0x00200000 << e)
	}
	return math.Float32frombits(uint32(e-1) << 23)
}

// scalesK reads the eight 6-bit scales and minima that Q4_K and Q5_K share, and
// multiplies them with the block's own two.
func scalesK(scale, offset []float32, b []byte) {
	d, dmin, s := f16(b), f16(b[2:]), b[4:16]
	for j := range 8 {
		sc, m := s[j&3]&63, s[j&3+4]&63
		if j >= 4 {
			sc, m = s[j+4]&15|s[j-4]>>6<<4, s[j+4]>>4|s[j]>>6<<4
		}
		scale[j], offset[j] = d*float32(sc), -(dmin * float32(m))
	}
}

// nibblesK splits 128 bytes: of each 32, the low halves come first, then the high.
func nibblesK(u []uint8, b []byte) {
	for c := range 4 {
		for l, v := range b[32*c:][:32] {
			u[64*c+l], u[64*c+32+l] = v&15, v>>4
		}
	}
}

func unpackQ4K(u []uint8, scale, offset []float32, b []byte) {
	scalesK(scale, offset, b)
	nibblesK(u, b[16:])
}

func unpackQ5K(u []uint8, scale, offset []float32, b []byte) {
	scalesK(scale, offset, b)
	nibblesK(u, b[48:])
	for i := range u[:256] {
		u[i] |= b[16+i%32] >> (i / 32) & 1 << 4
	}
}

func unpackQ2K(u []uint8, scale, offset []float32, b []byte) {
	d, dmin := f16(b[80:]), f16(b[82:])
	for j, s := range b[:16] {
		scale[j], offset[j] = d*float32(s&15), -(dmin * float32(s>>4))
	}
	crumbs(u, b[16:80])
}

// crumbs splits 64 bytes: of each 32, bits 0–1 come first, then 2–3, 4–5, 6–7.
func crumbs(u []uint8, b []byte) {
	for i := range u[:256] {
		u[i] = b[i/128*32+i%32] >> (i % 128 / 32 * 2) & 3
	}
}

func unpackQ3K(u []uint8, scale, offset []float32, b []byte) {
	crumbs(u, b[32:96])
	for i := range u[:256] {
		u[i] |= b[i%32] >> (i / 32) & 1 << 2
	}
	d, s := f16(b[108:]), b[96:108]
	for k := range 16 {
		lo := s[k&7] >> (k / 8 * 4) & 15
		hi := s[8+k%4] >> (k / 4 * 2) & 3
		scale[k] = d * float32(int(lo|hi<<4)-32)
		offset[k] = -4 * scale[k]
	}
}

func unpackQ6K(u []uint8, scale, offset []float32, b []byte) {
	for i := range u[:256] {
		n, j, l := i/128, i%128/32, i%32
		lo := b[64*n+j%2*32+l] >> (j / 2 * 4) & 15
		u[i] = lo | b[128+32*n+l]>>(2*j)&3<<4
	}
	scales6K(scale, offset, b)
}

func scales6K(scale, offset []float32, b []byte) {
	d := f16(b[208:])
	for k, s := range b[192:208] {
		scale[k] = d * float32(int8(s))
		offset[k] = -32 * scale[k]
	}
}

func unpackIQ4XS(u []uint8, scale, offset []float32, b []byte) {
	d, high := f16(b), binary.LittleEndian.Uint16(b[2:])
	for j := range 8 {
		v := u[32*j:][:32]
		nibbles(v, b[8+16*j:])
		for i, code := range v {
			v[i] = iq4(code)
		}
		ls := int(b[4+j/2]>>(j%2*4)&15) | int(high>>(2*j)&3)<<4
		scale[j] = d * float32(ls-32)
		offset[j] = -128 * scale[j]
	}
}

func unpackTQ2(u []uint8, scale, offset []float32, b []byte) {
	crumbs(u, b[:64])
	d := f16(b[64:])
	for j := range 8 {
		scale[j], offset[j] = d, -d
	}
}
