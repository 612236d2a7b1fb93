package quant

// Q8_0, 32 weights in 34 bytes:
//
//	0   d    f16      scale
//	2   q    32 int8
//
// w = d·q

func decodeQ8_0(dst []float32, src []byte) {
	for len(dst) >= 32 && len(src) >= 34 {
		y, b := (*[32]float32)(dst), (*[34]byte)(src)
		d := f16(b[0:])
		for l, q := range (*[32]byte)(b[2:]) {
			y[l] = d * float32(int8(q))
		}
		dst, src = dst[32:], src[34:]
	}
}

// encodeQ8_0 has no use for importance: its steps are finer than that matters.
func encodeQ8_0(dst []byte, src, _ []float32) error {
	for len(src) >= 32 {
		x, b := (*[32]float32)(src), (*[34]byte)(dst)
		d := abs(extreme32(x[:])) / 127
		if err := putScale(b[:], d); err != nil {
			return err
		}
		rounds((*[32]byte)(b[2:]), x, inverse(d))
		dst, src = dst[34:], src[32:]
	}
	return nil
}
