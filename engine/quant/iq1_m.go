package quant

import "encoding/binary"

// IQ1_M, 256 weights in 56 bytes, in 32 groups of 8:
//
//	0   q    32 bytes  lower eight bits of the groups' rows in the codebook of 2048
//	32  h    16 bytes  a nibble for each group: the upper three bits of its row, and the sign of its shift
//	48  s    4 u16     scales of three bits for each two groups, four to a word from bit 0 on;
//	                   the words' upper nibbles are those of d, the scale of the scales, the lowest first
//
// w = d·(2s + 1)·(row ± ⅛)

func decodeIQ1_M(dst []float32, src []byte) {
	grid := gridIQ1()
	for len(dst) >= 256 && len(src) >= 56 {
		y, b := (*[256]float32)(dst), (*[56]byte)(src)
		s := [4]uint16{
			binary.LittleEndian.Uint16(b[48:]), binary.LittleEndian.Uint16(b[50:]),
			binary.LittleEndian.Uint16(b[52:]), binary.LittleEndian.Uint16(b[54:]),
		}
		d := F16ToF32(s[0]>>12 | s[1]>>8&0xf0 | s[2]>>4&0xf00 | s[3]&0xf000)
		for k := range 32 {
			h := uint16(b[32+k/2] >> (k % 2 * 4))
			dl := d * float32(s[k/8]>>(k%8/2*3)&7*2+1)
			row := int(b[k]) | int(h&7)<<8
			shifted8((*[8]float32)(y[8*k:]), dl, &grid[row], iq1Shift(h&8))
		}
		dst, src = dst[256:], src[56:]
	}
}
