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
