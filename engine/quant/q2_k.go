package quant

// Q2_K, 256 weights in 84 bytes, in 16 sub-blocks of 16:
//
//	0   s    16 bytes  of each sub-block: scale in the low nibble, minimum in the high one
//	16  q    64 bytes  two bits a weight
//	80  d    f16       scale of the scales
//	82  m    f16       scale of the minimums
//
// Each 32 bytes of q hold 128 weights: byte l has weights l, 32+l, 64+l and
// 96+l, the first in its lowest bits.
//
// w = d·(s & 15)·q − m·(s >> 4)

func decodeQ2_K(dst []float32, src []byte) {
	for len(dst) >= 256 && len(src) >= 84 {
		y, b := (*[256]float32)(dst), (*[84]byte)(src)
		d, m := f16(b[80:]), f16(b[82:])
		for k := range 16 { // n = k/8, shift = k%8/2·2, half = k%2
			dl, ml := d*float32(b[k]&15), m*float32(b[k]>>4)
			q := (*[16]byte)(b[16+32*(k/8)+16*(k%2):])
			w := (*[16]float32)(y[16*k:])
			shift := k % 8 / 2 * 2
			for l, v := range q {
				w[l] = float32(dl*float32(v>>shift&3)) - ml
			}
		}
		dst, src = dst[256:], src[84:]
	}
}

var affineQ2_K = affine{
	size: 16, top: 3, limit: 15, spread: 1,
	plain:    affineSearch{from: -0.5, step: 0.1, steps: 15, absolute: true},
	weighted: affineSearch{from: -0.9, step: 0.05, steps: 36},
}

func encodeQ2_K(dst []byte, src, importance []float32) error {
	return eachBlock(256, 84, dst, src, importance, func(b []byte, x, importance []float32) error {
		var f affineBlock
		if err := affineQ2_K.fit(&f, b[80:], b[82:], x, importance); err != nil {
			return err
		}
		for j := range 16 {
			b[j] = f.scales[j] | f.mins[j]<<4
		}
		packTwoBits(b[16:80], &f.levels)
		return nil
	})
}

// packTwoBits is the layout that Q2_K, Q3_K and TQ2_0 share.
func packTwoBits(b []byte, level *[256]uint8) {
	for n := range 2 {
		l := (*[128]uint8)(level[128*n:])
		for i := range 32 {
			b[32*n+i] = l[i]&3 | l[32+i]&3<<2 | l[64+i]&3<<4 | l[96+i]&3<<6
		}
	}
}
