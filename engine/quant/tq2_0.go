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

func encodeTQ2_0(dst []byte, src, importance []float32) error {
	return eachBlock(256, 66, dst, src, importance, func(b []byte, x, _ []float32) error {
		var level [256]uint8
		d := ternary(x, level[:])
		packTwoBits(b[:64], &level)
		return putScale(b[64:], d)
	})
}

// ternary stores 0, 1 or 2 for −1, 0 and 1 times the scale, that of the weight
// farthest from zero.
func ternary(x []float32, level []uint8) (scale float32) {
	d := abs(extreme(x))
	id := inverse(d)
	for i, v := range x {
		level[i] = uint8(roundAway(v*id) + 1)
	}
	return d
}
