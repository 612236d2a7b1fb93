package quant

// Q5_K, 256 weights in 176 bytes, in 8 sub-blocks of 32:
//
//	0   d    f16        scale of the scales
//	2   m    f16        scale of the minimums
//	4   s    12 bytes   scales and minimums of six bits each, as in Q4_K
//	16  h    32 bytes   fifth bits: that of weight 32·j+l is bit j of byte l
//	48  q    128 bytes  nibbles, laid out as in Q4_K
//
// w = d·scale·(q | h<<4) − m·minimum

func decodeQ5_K(dst []float32, src []byte) {
	for len(dst) >= 256 && len(src) >= 176 {
		y, b := (*[256]float32)(dst), (*[176]byte)(src)
		d, m := f16(b[0:]), f16(b[2:])
		scales, mins := scalesQ4_K((*[12]byte)(b[4:]))
		h := (*[32]byte)(b[16:])
		for c := range 4 {
			d0, m0 := d*float32(scales[2*c]), m*float32(mins[2*c])
			d1, m1 := d*float32(scales[2*c+1]), m*float32(mins[2*c+1])
			w := (*[64]float32)(y[64*c:])
			for l, q := range (*[32]byte)(b[48+32*c:]) {
				hi := h[l] >> (2 * c)
				w[l] = float32(d0*float32(q&15|hi<<4&16)) - m0
				w[l+32] = float32(d1*float32(q>>4|hi<<3&16)) - m1
			}
		}
		dst, src = dst[256:], src[176:]
	}
}

var affineQ5_K = affine{
	size: 32, top: 31, limit: 63, spread: 2,
	plain:    affineSearch{from: -0.5, step: 0.1, steps: 15},
	weighted: affineSearch{from: -0.9, step: 0.05, steps: 36},
}

func encodeQ5_K(dst []byte, src, importance []float32) error {
	return eachBlock(256, 176, dst, src, importance, func(b []byte, x, importance []float32) error {
		var f affineBlock
		if err := affineQ5_K.fit(&f, b[0:], b[2:], x, importance); err != nil {
			return err
		}
		packScalesQ4_K((*[12]byte)(b[4:]), &f)
		h := (*[32]byte)(b[16:])
		clear(h[:])
		for i, l := range f.levels {
			h[i%32] |= l >> 4 << (i / 32)
		}
		packNibbles64(b[48:176], &f.levels)
		return nil
	})
}
