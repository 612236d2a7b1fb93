package quant

// Q4_0, 32 weights in 18 bytes:
//
//	0   d    f16       scale
//	2   q    16 bytes  weights 0–15 in the low nibbles, 16–31 in the high ones
//
// w = d·(q − 8)

func decodeQ4_0(dst []float32, src []byte) {
	for len(dst) >= 32 && len(src) >= 18 {
		y, b := (*[32]float32)(dst), (*[18]byte)(src)
		d := f16(b[0:])
		for l, q := range (*[16]byte)(b[2:]) {
			y[l] = d * float32(int32(q&15)-8)
			y[l+16] = d * float32(int32(q>>4)-8)
		}
		dst, src = dst[32:], src[18:]
	}
}

// encodeQ4_0 maps the value farthest from zero to −8, the end of the range that
// reaches one step further.
func encodeQ4_0(dst []byte, src []float32) error {
	for len(src) >= 32 {
		x, b := (*[32]float32)(src), (*[18]byte)(dst)
		d := extreme(x[:]) / -8
		if err := putScale(b[:], d); err != nil {
			return err
		}
		id := inverse(d)
		for l := range 16 {
			lo, hi := min(15, int8(float32(x[l]*id)+8.5)), min(15, int8(float32(x[l+16]*id)+8.5))
			b[2+l] = byte(lo) | byte(hi)<<4
		}
		dst, src = dst[18:], src[32:]
	}
	return nil
}
