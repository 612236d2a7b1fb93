package quant

// Q2_0, 64 weights in 18 bytes:
//
//	0   d    f16       scale
//	2   q    16 bytes  weights 4·k to 4·k+3 in byte k, the first in its lowest bits
//
// w = d·(q − 1)

func decodeQ2_0(dst []float32, src []byte) {
	for len(dst) >= 64 && len(src) >= 18 {
		y, b := (*[64]float32)(dst), (*[18]byte)(src)
		d := f16(b[0:])
		for k, q := range (*[16]byte)(b[2:]) {
			w := (*[4]float32)(y[4*k:])
			w[0] = d * float32(int32(q&3)-1)
			w[1] = d * float32(int32(q>>2&3)-1)
			w[2] = d * float32(int32(q>>4&3)-1)
			w[3] = d * float32(int32(q>>6)-1)
		}
		dst, src = dst[64:], src[18:]
	}
}

func encodeQ2_0(dst []byte, src, importance []float32) error {
	return eachBlock(64, 18, dst, src, importance, func(b []byte, x, _ []float32) error {
		var level [64]uint8
		d := ternary(x, level[:])
		for k := range 16 {
			b[2+k] = level[4*k] | level[4*k+1]<<2 | level[4*k+2]<<4 | level[4*k+3]<<6
		}
		return putScale(b, d)
	})
}
