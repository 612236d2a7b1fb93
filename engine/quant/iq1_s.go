package quant

import "encoding/binary"

// IQ1_S, 256 weights in 50 bytes, in 8 sub-blocks of 32, each 4 groups of 8:
//
//	0   d    f16       scale of the scales
//	2   q    32 bytes  lower eight bits of the groups' rows in the codebook of 2048
//	34  h    8 u16     of each sub-block: the upper three bits of its four rows from bit 0 on,
//	                   the scale s in bits 12–14, the sign of the shift in bit 15
//
// w = d·(2s + 1)·(row ± ⅛)

func decodeIQ1_S(dst []float32, src []byte) {
	grid := gridIQ1()
	for len(dst) >= 256 && len(src) >= 50 {
		y, b := (*[256]float32)(dst), (*[50]byte)(src)
		d := f16(b[0:])
		for j := range 8 {
			h := binary.LittleEndian.Uint16(b[34+2*j:])
			dl, shift := d*float32(h>>12&7*2+1), iq1Shift(h>>15)
			for l := range 4 {
				row := int(b[2+4*j+l]) | int(h>>(3*l)&7)<<8
				shifted8((*[8]float32)(y[32*j+8*l:]), dl, &grid[row], shift)
			}
		}
		dst, src = dst[256:], src[50:]
	}
}

// iq1Shift is by how much a group's values are moved off −1, 0 and 1.
func iq1Shift(negative uint16) float32 {
	if negative != 0 {
		return -0.125
	}
	return 0.125
}

// shifted8 writes d times the row moved by shift.
func shifted8(w *[8]float32, d float32, row *[8]float32, shift float32) {
	for j, v := range row {
		w[j] = d * (v + shift)
	}
}
