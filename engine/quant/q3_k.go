package quant

// Q3_K, 256 weights in 110 bytes, in 16 sub-blocks of 16:
//
//	0    h    32 bytes  third bits: that of weight 32·k+l is bit k of byte l; set means "do not subtract 4"
//	32   q    64 bytes  two bits a weight, laid out as in Q2_K
//	96   s    12 bytes  scales of six bits: low nibbles of 0–7 and of 8–15 in bytes 0–7,
//	                    the upper two bits of scales k, k+4, k+8 and k+12 in byte 8+k
//	108  d    f16       scale of the scales
//
// w = d·(s − 32)·(q − (h ? 0 : 4))

func decodeQ3_K(dst []float32, src []byte) {
	for len(dst) >= 256 && len(src) >= 110 {
		y, b := (*[256]float32)(dst), (*[110]byte)(src)
		d := f16(b[108:])
		scales := scalesQ3_K((*[12]byte)(b[96:]))
		for k, s := range scales {
			dl := d * float32(s)
			h := (*[16]byte)(b[16*(k%2):])
			q := (*[16]byte)(b[32+32*(k/8)+16*(k%2):])
			w := (*[16]float32)(y[16*k:])
			bit, shift := k/2, k%8/2*2
			for l, v := range q {
				w[l] = dl * float32(int32(v>>shift&3)+int32(h[l]>>bit&1)<<2-4)
			}
		}
		dst, src = dst[256:], src[110:]
	}
}

func scalesQ3_K(s *[12]byte) (scales [16]int8) {
	for k := range 4 {
		hi := s[8+k]
		scales[k] = int8(s[k]&15|hi&3<<4) - 32
		scales[k+4] = int8(s[k+4]&15|hi>>2&3<<4) - 32
		scales[k+8] = int8(s[k]>>4|hi>>4&3<<4) - 32
		scales[k+12] = int8(s[k+4]>>4|hi>>6<<4) - 32
	}
	return scales
}
