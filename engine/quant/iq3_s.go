package quant

// IQ3_S, 256 weights in 110 bytes, in 8 sub-blocks of 32, each 4 groups of 8:
//
//	0    d    f16       scale of the scales
//	2    q    64 bytes  lower eight bits of the rows in the codebook of 512, two rows of four weights to a group
//	66   h    8 bytes   ninth bits of a sub-block's eight rows
//	74   g    32 bytes  signs of the groups
//	106  s    4 bytes   scales, a nibble for a sub-block, the first in the low one
//
// w = d·(1 + 2s)·row·sign

func decodeIQ3_S(dst []float32, src []byte) {
	grid := gridIQ3S()
	for len(dst) >= 256 && len(src) >= 110 {
		y, b := (*[256]float32)(dst), (*[110]byte)(src)
		d := f16(b[0:])
		for j := range 8 {
			q, h := (*[8]byte)(b[2+8*j:]), int(b[66+j])
			dl := d * float32(1+2*int32(b[106+j/2]>>(4*(j%2))&15))
			for l := range 4 {
				lo, hi := int(q[2*l])|h<<8&256, int(q[2*l+1])|h<<7&256
				signed4((*[8]float32)(y[32*j+8*l:]), dl, &grid[lo], &grid[hi], uint32(b[74+4*j+l]))
				h >>= 2
			}
		}
		dst, src = dst[256:], src[110:]
	}
}

var searchIQ3_S = codebookSearch{book: bookIQ3S, size: 32, reach: 9, step: 0.2, again: againIfOff}

// encodeIQ3_S makes the scale of the scales a little larger than fits, as ggml
// does. It differs from ggml where 32 weights are all zero: ggml leaves them out
// and puts what follows in their place.
func encodeIQ3_S(dst []byte, src, importance []float32) error {
	return eachBlock(256, 110, dst, src, importance, func(b []byte, x, importance []float32) error {
		var fits [8]codebookFit
		d := searchIQ3_S.fitAll(fits[:], x, importance, 2, 0) / 31
		clear(b)
		for j := range fits {
			f := &fits[j]
			b[106+j/2] |= f.step(d) << (j % 2 * 4)
			copy(b[74+4*j:78+4*j], f.signs[:])
			for k := range 8 {
				row := f.rowOf(bookIQ3S(), k)
				b[2+8*j+k] = byte(row)
				b[66+j] |= byte(row>>8) << k
			}
		}
		return putScale(b, d*1.033)
	})
}
