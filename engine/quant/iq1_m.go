package quant

import (
	"encoding/binary"
	"math"
)

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

func encodeIQ1_M(dst []byte, src, importance []float32) error {
	return eachBlock(256, 56, dst, src, importance, func(b []byte, x, importance []float32) error {
		var fits [16]iq1Fit
		var top float32
		var w [256]float32
		emphasis(w[:], x, importance, 2*sumSquares(x)/256)
		for j := range fits {
			fits[j] = fitIQ1_M(x[16*j:16*j+16], w[16*j:16*j+16])
			top = max(top, fits[j].scale)
		}
		clear(b)
		d := top / 15
		var qx, q2 float32
		for j := range fits {
			f := &fits[j]
			step := f.step(d)
			or16(b[48+j/4*2:], uint16(step)<<(3*(j%4)))
			for k, row := range f.row[:2] {
				b[2*j+k] = byte(row)
				b[32+j] |= byte(row>>8)<<(4*k) | f.minus>>k&1<<(4*k+3)
			}
			f.addSums(x[16*j:16*j+16], w[16*j:16*j+16], float32(2*int32(step)+1), &qx, &q2)
		}
		if q2 > 0 {
			d = qx / q2
		}
		return putSpread(b[48:56], d*1.1125)
	})
}

// fitIQ1_M tries all cuts, with the eighth added to or subtracted from each of the
// two groups.
func fitIQ1_M(x, w []float32) iq1Fit {
	if abs(extreme(x)) < 1e-7 {
		return zeroIQ1()
	}
	index := order(x)
	best := cut{gain: -math.MaxFloat32}
	for from := range len(x) + 1 {
		for to := from; to <= len(x); to++ {
			var qx, q2 [4]float32
			for j, i := range index[:len(x)] {
				level := 0
				if j >= from {
					level++
				}
				if j >= to {
					level++
				}
				for k := range qx { // bit 1 for the first group, bit 0 for the second
					v := iq1Shifted[k>>(1-i/8)&1][level]
					wv := w[i] * v
					qx[k] += float32(wv * x[i])
					q2[k] += float32(wv * v)
				}
			}
			for k := range qx {
				best.try(from, to, uint8(k>>1|k&1<<1), qx[k], q2[k])
			}
		}
	}
	return best.snap(x, w, &index)
}

// or16 sets bits of the word at the start of b.
func or16(b []byte, v uint16) {
	binary.LittleEndian.PutUint16(b, binary.LittleEndian.Uint16(b)|v)
}

// putSpread stores d as a half, four bits in the upper bits of each word of b.
func putSpread(b []byte, d float32) error {
	var half [2]byte
	if err := putScale(half[:], d); err != nil {
		return err
	}
	h := binary.LittleEndian.Uint16(half[:])
	for k := range 4 {
		or16(b[2*k:], h>>(4*k)<<12)
	}
	return nil
}
