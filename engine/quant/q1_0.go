package quant

import "math"

// Q1_0, 128 weights in 18 bytes:
//
//	0   d    f16       magnitude
//	2   q    16 bytes  weight i is bit i%8 of byte i/8: set means +d, clear −d

func decodeQ1_0(dst []float32, src []byte) {
	for len(dst) >= 128 && len(src) >= 18 {
		y, b := (*[128]float32)(dst), (*[18]byte)(src)
		d := math.Float32bits(f16(b[0:]))
		for k, q := range (*[16]byte)(b[2:]) {
			w := (*[8]float32)(y[8*k:])
			clear := uint32(^q)
			for j := range w {
				w[j] = math.Float32frombits(d ^ clear>>j<<31)
			}
		}
		dst, src = dst[128:], src[18:]
	}
}

// encodeQ1_0 takes the mean magnitude, which has the least squared error.
func encodeQ1_0(dst []byte, src, importance []float32) error {
	return eachBlock(128, 18, dst, src, importance, func(b []byte, x, _ []float32) error {
		var sum float32
		clear(b)
		for i, v := range x {
			sum += abs(v)
			if v >= 0 {
				b[2+i/8] |= 1 << (i % 8)
			}
		}
		return putScale(b, sum/128)
	})
}
