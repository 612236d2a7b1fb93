package quant

// TQ2_0, 256 weights of −1, 0 or 1 in 66 bytes:
//
//	0   q    64 bytes  two bits a weight, laid out as in Q2_K
//	64  d    f16       scale
//
// w = d·(q − 1)

func decodeTQ2_0(dst []float32, src []byte) {
	for len(dst) >= 256 && len(src) >= 66 {
		y, b := (*[256]float32)(dst), (*[66]byte)(src)
		d := f16(b[64:])
		for n := range 2 {
			w := (*[128]float32)(y[128*n:])
			for l, q := range (*[32]byte)(b[32*n:]) {
				w[l] = d * float32(int32(q&3)-1)
				w[l+32] = d * float32(int32(q>>2&3)-1)
				w[l+64] = d * float32(int32(q>>4&3)-1)
				w[l+96] = d * float32(int32(q>>6)-1)
			}
		}
		dst, src = dst[256:], src[66:]
	}
}
