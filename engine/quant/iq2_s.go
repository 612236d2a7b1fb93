package quant

// IQ2_S, 256 weights in 82 bytes, in 32 groups of 8:
//
//	0   d    f16       scale of the scales
//	2   q    32 bytes  lower eight bits of the groups' rows in the codebook of 1024
//	34  g    32 bytes  signs
//	66  h    8 bytes   upper two bits of the rows, four groups to a byte, the first in the lowest bits
//	74  s    8 bytes   scales, a nibble for two groups, the first in the low one
//
// w = d·(s + ½)/4·row·sign

func decodeIQ2_S(dst []float32, src []byte) {
	grid := gridIQ2S()
	for len(dst) >= 256 && len(src) >= 82 {
		y, b := (*[256]float32)(dst), (*[82]byte)(src)
		d := f16(b[0:])
		for k := range 32 {
			row := int(b[2+k]) | int(b[66+k/4]>>(k%4*2)&3)<<8
			dl := d * (0.5 + float32(b[74+k/4]>>(k%4/2*4)&15)) * 0.25
			signed8((*[8]float32)(y[8*k:]), dl, &grid[row], uint32(b[34+k]))
		}
		dst, src = dst[256:], src[82:]
	}
}

var searchIQ2_S = codebookSearch{book: bookIQ2S, size: 16, reach: 9, step: 0.1, tiny: 1e-8}

// encodeIQ2_S makes the scale of the scales a little smaller than fits, as ggml
// does: the rows reach less far than the weights do.
func encodeIQ2_S(dst []byte, src, importance []float32) error {
	return eachBlock(256, 82, dst, src, importance, func(b []byte, x, importance []float32) error {
		var fits [16]codebookFit
		d := searchIQ2_S.fitAll(fits[:], x, importance, 2, 0.25) / 31
		clear(b)
		for j := range fits {
			f := &fits[j]
			b[74+j/2] |= f.step(d) << (j % 2 * 4)
			for k := range 2 {
				row, group := f.rowOf(bookIQ2S(), k), 2*j+k
				b[2+group] = byte(row)
				b[34+group] = f.signs[k]
				b[66+group/4] |= byte(row>>8) << (group % 4 * 2)
			}
		}
		return putScale(b, d*0.9875)
	})
}
