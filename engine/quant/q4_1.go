package quant

// Q4_1, 32 weights in 20 bytes:
//
//	0   d    f16       scale
//	2   m    f16       minimum
//	4   q    16 bytes  weights 0–15 in the low nibbles, 16–31 in the high ones
//
// w = d·q + m

func decodeQ4_1(dst []float32, src []byte) {
	for len(dst) >= 32 && len(src) >= 20 {
		y, b := (*[32]float32)(dst), (*[20]byte)(src)
		d, m := f16(b[0:]), f16(b[2:])
		for l, q := range (*[16]byte)(b[4:]) {
			y[l] = float32(d*float32(q&15)) + m
			y[l+16] = float32(d*float32(q>>4)) + m
		}
		dst, src = dst[32:], src[20:]
	}
}
