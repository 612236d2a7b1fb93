package quant

import "encoding/binary"

// Q5_0, 32 weights in 22 bytes:
//
//	0   d    f16       scale
//	2   h    u32       fifth bits, that of weight i in bit i
//	6   q    16 bytes  weights 0–15 in the low nibbles, 16–31 in the high ones
//
// w = d·((q | h<<4) − 16)

func decodeQ5_0(dst []float32, src []byte) {
	for len(dst) >= 32 && len(src) >= 22 {
		y, b := (*[32]float32)(dst), (*[22]byte)(src)
		d, h := f16(b[0:]), binary.LittleEndian.Uint32(b[2:])
		for l, q := range (*[16]byte)(b[6:]) {
			y[l] = d * float32(int32(uint32(q&15)|h<<4&16)-16)
			y[l+16] = d * float32(int32(uint32(q>>4)|h>>12&16)-16)
			h >>= 1
		}
		dst, src = dst[32:], src[22:]
	}
}

// encodeQ5_0 is encodeQ4_0 with twice the levels.
func encodeQ5_0(dst []byte, src, importance []float32) error {
	return encodeSymmetric(22, dst, src, importance, 16, func(b []byte, level *[32]uint8) {
		binary.LittleEndian.PutUint32(b[2:], fifthBits(level))
		packNibbles((*[16]byte)(b[6:]), level)
	})
}

// fifthBits collects bit 4 of each level, that of weight i in bit i.
func fifthBits(level *[32]uint8) (h uint32) {
	for i, l := range level {
		h |= uint32(l>>4) << i
	}
	return h
}
