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
