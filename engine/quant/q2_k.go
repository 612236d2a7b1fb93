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
