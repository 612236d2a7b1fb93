package quant

import (
	"encoding/binary"
	"math"
)

// IQ3_XXS, 256 weights in 98 bytes, in 8 sub-blocks of 32, each 4 groups of 8:
//
//	0   d    f16       scale of the scales
//	2   q    64 bytes  rows in the codebook of 256, each of four weights, two to a group
//	66  g    8 u32     of each sub-block: signs, seven bits a group, and in the upper four bits the scale s
//
// w = d·(s + ½)/2·row·sign

func decodeIQ3_XXS(dst []float32, src []byte) {
	grid := gridIQ3XXS()
	for len(dst) >= 256 && len(src) >= 98 {
		y, b := (*[256]float32)(dst), (*[98]byte)(src)
		d := f16(b[0:])
		for j := range 8 {
			q := (*[8]byte)(b[2+8*j:])
			aux := binary.LittleEndian.Uint32(b[66+4*j:])
			dl := d * (0.5 + float32(aux>>28)) * 0.5
			for l := range 4 {
				w := (*[8]float32)(y[32*j+8*l:])
				signed4(w, dl, &grid[q[2*l]], &grid[q[2*l+1]], evenSigns(aux>>(7*l)))
			}
		}
		dst, src = dst[256:], src[98:]
	}
}

// signed4 is signed8 for the codebooks whose rows have four weights.
func signed4(w *[8]float32, d float32, lo, hi *[4]float32, signs uint32) {
	for j := range 4 {
		w[j] = math.Float32frombits(math.Float32bits(d*lo[j]) ^ signs>>j<<31)
		w[j+4] = math.Float32frombits(math.Float32bits(d*hi[j]) ^ signs>>(j+4)<<31)
	}
}

var searchIQ3_XXS = codebookSearch{book: bookIQ3XXS, size: 32, reach: 15, step: 0.2, tiny: 1e-8, even: true}

// encodeIQ3_XXS makes the scale of the scales a little larger than fits, as ggml
// does.
func encodeIQ3_XXS(dst []byte, src, importance []float32) error {
	return eachBlock(256, 98, dst, src, importance, func(b []byte, x, importance []float32) error {
		var fits [8]codebookFit
		d := searchIQ3_XXS.fitAll(fits[:], x, importance, 2, 0) / 31
		for j := range fits {
			f := &fits[j]
			aux := uint32(f.step(d)) << 28
			for k := range 8 {
				b[2+8*j+k] = byte(f.rowOf(bookIQ3XXS(), k))
				aux |= uint32(f.signs[k/2]&127) << (7 * (k / 2))
			}
			binary.LittleEndian.PutUint32(b[66+4*j:], aux)
		}
		return putScale(b, d*1.0125)
	})
}
