package quant

import "encoding/binary"

// IQ2_XXS, 256 weights in 66 bytes, in 8 sub-blocks of 32, each 4 groups of 8:
//
//	0   d    f16       scale of the scales
//	2   q    8 × 8 bytes, one for each sub-block: four bytes are the groups' rows in
//	         the codebook of 256; a u32 has their signs, seven bits each, and in
//	         its upper four bits the scale s
//
// w = d·(s + ½)/4·row·sign

func decodeIQ2_XXS(dst []float32, src []byte) {
	grid := gridIQ2XXS()
	for len(dst) >= 256 && len(src) >= 66 {
		y, b := (*[256]float32)(dst), (*[66]byte)(src)
		d := f16(b[0:])
		for j := range 8 {
			q := (*[8]byte)(b[2+8*j:])
			aux := binary.LittleEndian.Uint32(q[4:])
			dl := d * (0.5 + float32(aux>>28)) * 0.25
			for l := range 4 {
				signed8((*[8]float32)(y[32*j+8*l:]), dl, &grid[q[l]], evenSigns(aux>>(7*l)))
			}
		}
		dst, src = dst[256:], src[66:]
	}
}

var searchIQ2_XXS = codebookSearch{book: bookIQ2XXS, size: 32, reach: 6, step: 0.1, tiny: tiny, even: true, refined: true, again: againAll}

// encodeIQ2_XXS differs from ggml in one block of a hundred, where a weight
// whose sign was turned to make the signs even is rather large: ggml's first
// guess of the scale takes its level, −1, for 255.
func encodeIQ2_XXS(dst []byte, src, importance []float32) error {
	return eachBlock(256, 66, dst, src, importance, func(b []byte, x, importance []float32) error {
		var fits [8]codebookFit
		d := searchIQ2_XXS.fitAll(fits[:], x, importance, 1, 0) / 31
		for j := range fits {
			f := &fits[j]
			aux := uint32(f.step(d)) << 28
			for k := range 4 {
				b[2+8*j+k] = byte(f.rowOf(bookIQ2XXS(), k))
				aux |= uint32(f.signs[k]&127) << (7 * k)
			}
			binary.LittleEndian.PutUint32(b[6+8*j:], aux)
		}
		return putScale(b, d)
	})
}
