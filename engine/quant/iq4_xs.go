package quant

import "encoding/binary"

// IQ4_XS, 256 weights in 136 bytes, in 8 sub-blocks of 32:
//
//	0   d    f16        scale of the scales
//	2   h    u16        upper two bits of the scales, the first in the lowest bits
//	4   s    4 bytes    lower four bits of the scales, the even ones in the low nibbles
//	8   q    128 bytes  16 to a sub-block, laid out as in IQ4_NL
//
// w = d·((s | h<<4) − 32)·iq4Values[q]

func decodeIQ4_XS(dst []float32, src []byte) {
	for len(dst) >= 256 && len(src) >= 136 {
		y, b := (*[256]float32)(dst), (*[136]byte)(src)
		d, h := f16(b[0:]), binary.LittleEndian.Uint16(b[2:])
		for j := range 8 {
			s := int32(b[4+j/2]>>(4*(j%2))&15) | int32(h>>(2*j)&3)<<4
			dl := d * float32(s-32)
			w := (*[32]float32)(y[32*j:])
			for l, q := range (*[16]byte)(b[8+16*j:]) {
				w[l] = dl * iq4Values[q&15]
				w[l+16] = dl * iq4Values[q>>4]
			}
		}
		dst, src = dst[256:], src[136:]
	}
}

func encodeIQ4_XS(dst []byte, src, importance []float32) error {
	return eachBlock(256, 136, dst, src, importance, func(b []byte, x, importance []float32) error {
		var scales [8]float32
		variance := 2 * sumSquares(x) / 256
		for j := range scales {
			var w [32]float32
			part, of := x[32*j:32*j+32], []float32(nil)
			if importance != nil {
				of = importance[32*j : 32*j+32]
			}
			weighIQ4(w[:], part, of, variance)
			scales[j] = fitIQ4(part, w[:])
		}
		d := -extreme(scales[:]) / 32
		if err := putScale(b, d); err != nil {
			return err
		}
		clear(b[2:8])
		var upper uint16
		for j, s := range scales {
			l := clamp(nearest(inverse(d)*s), -32, 31)
			stored := byte(l + 32)
			b[4+j/2] |= stored & 15 << (4 * (j % 2))
			upper |= uint16(stored>>4) << (2 * j)
			var level [32]uint8
			levelsIQ4(x[32*j:32*j+32], d*float32(l), &level)
			packNibbles((*[16]byte)(b[8+16*j:]), &level)
		}
		binary.LittleEndian.PutUint16(b[2:], upper)
		return nil
	})
}
