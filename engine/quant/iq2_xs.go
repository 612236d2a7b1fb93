package quant

import "encoding/binary"

// IQ2_XS, 256 weights in 74 bytes, in 32 groups of 8:
//
//	0   d    f16      scale of the scales
//	2   q    32 u16   the group's row in the codebook of 512 in the lower nine bits, seven signs above
//	66  s    8 bytes  scales, a nibble for two groups, the first in the low one
//
// w = d·(s + ½)/4·row·sign

func decodeIQ2_XS(dst []float32, src []byte) {
	grid := gridIQ2XS()
	for len(dst) >= 256 && len(src) >= 74 {
		y, b := (*[256]float32)(dst), (*[74]byte)(src)
		d := f16(b[0:])
		for k := range 32 {
			v := binary.LittleEndian.Uint16(b[2+2*k:])
			dl := d * (0.5 + float32(b[66+k/4]>>(k%4/2*4)&15)) * 0.25
			signed8((*[8]float32)(y[8*k:]), dl, &grid[v&511], evenSigns(uint32(v>>9)))
		}
		dst, src = dst[256:], src[74:]
	}
}

var searchIQ2_XS = codebookSearch{book: bookIQ2XS, size: 16, reach: 9, step: 0.1, tiny: tiny, even: true}

func encodeIQ2_XS(dst []byte, src, importance []float32) error {
	return eachBlock(256, 74, dst, src, importance, func(b []byte, x, importance []float32) error {
		var fits [16]codebookFit
		d := searchIQ2_XS.fitAll(fits[:], x, importance, 1, 0) / 31
		clear(b[66:74])
		for j := range fits {
			f := &fits[j]
			b[66+j/2] |= f.step(d) << (j % 2 * 4)
			for k := range 2 {
				v := f.rowOf(bookIQ2XS(), k) | int(f.signs[k]&127)<<9
				binary.LittleEndian.PutUint16(b[2+4*j+2*k:], uint16(v))
			}
		}
		return putScale(b, d)
	})
}
