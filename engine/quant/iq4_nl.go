package quant

// IQ4_NL, 32 weights in 18 bytes, laid out as Q4_0 but with values that lie
// closer together near zero:
//
//	0   d    f16       scale
//	2   q    16 bytes  weights 0–15 in the low nibbles, 16–31 in the high ones
//
// w = d·iq4Values[q]

// iq4Values are the sixteen steps of IQ4_NL and IQ4_XS.
var iq4Values = [16]float32{-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}

func decodeIQ4_NL(dst []float32, src []byte) {
	for len(dst) >= 32 && len(src) >= 18 {
		y, b := (*[32]float32)(dst), (*[18]byte)(src)
		d := f16(b[0:])
		for l, q := range (*[16]byte)(b[2:]) {
			y[l] = d * iq4Values[q&15]
			y[l+16] = d * iq4Values[q>>4]
		}
		dst, src = dst[32:], src[18:]
	}
}
