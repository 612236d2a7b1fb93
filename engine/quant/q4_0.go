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
// reaches one step further; with an importance it tries others too.
func encodeQ4_0(dst []byte, src, importance []float32) error {
	return encodeSymmetric(18, dst, src, importance, 8, func(b []byte, level *[32]uint8) {
		packNibbles((*[16]byte)(b[2:]), level)
	})
}

// encodeSymmetric is what Q4_0 and Q5_0 have in common: levels from −n to n−1,
// which pack stores; the scale is in front.
func encodeSymmetric(size int, dst []byte, src, importance []float32, n int32, pack func(b []byte, level *[32]uint8)) error {
	variance := rowVariance(src, importance)
	var level [32]uint8 // out here, because what pack gets is on the heap
	return eachBlock(32, size, dst, src, importance, func(b []byte, x, importance []float32) error {
		var w [32]float32
		if importance != nil {
			emphasis(w[:], x, importance, variance)
			d := symmetric(x, w[:], n, level[:])
			pack(b, &level)
			return putScale(b, d)
		}
		d := extreme32(x) / -float32(n)
		steps(&level, (*[32]float32)(x), 0, inverse(d), float32(n)+0.5, 2*n-1)
		pack(b, &level)
		return putScale(b, d)
	})
}

// packNibbles stores weights 0–15 in the low nibbles, 16–31 in the high ones.
func packNibbles(b *[16]byte, level *[32]uint8) {
	for l := range b {
		b[l] = level[l]&15 | level[l+16]<<4
	}
}
