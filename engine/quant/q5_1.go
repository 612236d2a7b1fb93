package quant

import "encoding/binary"

// Q5_1, 32 weights in 24 bytes:
//
//	0   d    f16       scale
//	2   m    f16       minimum
//	4   h    u32       fifth bits, that of weight i in bit i
//	8   q    16 bytes  weights 0–15 in the low nibbles, 16–31 in the high ones
//
// w = d·(q | h<<4) + m

func decodeQ5_1(dst []float32, src []byte) {
	for len(dst) >= 32 && len(src) >= 24 {
		y, b := (*[32]float32)(dst), (*[24]byte)(src)
		d, m, h := f16(b[0:]), f16(b[2:]), binary.LittleEndian.Uint32(b[4:])
		for l, q := range (*[16]byte)(b[8:]) {
			y[l] = float32(d*float32(int32(uint32(q&15)|h<<4&16))) + m
			y[l+16] = float32(d*float32(int32(uint32(q>>4)|h>>12&16))) + m
			h >>= 1
		}
		dst, src = dst[32:], src[24:]
	}
}

// encodeQ5_1 is encodeQ4_1 with twice the levels.
func encodeQ5_1(dst []byte, src, importance []float32) error {
	return encodeAsymmetric(24, dst, src, importance, 31, func(b []byte, level *[32]uint8) {
		binary.LittleEndian.PutUint32(b[4:], fifthBits(level))
		packNibbles((*[16]byte)(b[8:]), level)
	})
}
