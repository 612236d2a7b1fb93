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

// encodeQ4_1 divides the range of the values into fifteen steps; with an
// importance it looks for a better range.
func encodeQ4_1(dst []byte, src, importance []float32) error {
	return encodeAsymmetric(20, dst, src, importance, 15, func(b []byte, level *[32]uint8) {
		packNibbles((*[16]byte)(b[4:]), level)
	})
}

// encodeAsymmetric is what Q4_1 and Q5_1 have in common: levels from 0 to n,
// which pack stores; scale and minimum are in front.
func encodeAsymmetric(size int, dst []byte, src, importance []float32, n int32, pack func(b []byte, level *[32]uint8)) error {
	variance := rowVariance(src, importance)
	search := affineSearch{from: -0.9, step: 0.05, steps: 36}
	var level [32]uint8 // out here, because what pack gets is on the heap
	return eachBlock(32, size, dst, src, importance, func(b []byte, x, importance []float32) error {
		var d, m float32
		if importance != nil {
			var w [32]float32
			emphasis(w[:], x, importance, variance)
			d, m = search.asymmetric(x, w[:], n, level[:])
			m = -m
		} else {
			d, m = byRange((*[32]float32)(x), n, &level)
		}
		pack(b, &level)
		if err := putScale(b[2:], m); err != nil {
			return err
		}
		return putScale(b, d)
	})
}

func byRange(x *[32]float32, n int32, level *[32]uint8) (scale, minimum float32) {
	lo, hi := bounds(x[:])
	d := (hi - lo) / float32(n)
	steps(level, x, lo, inverse(d), 0.5, n)
	return d, lo
}
