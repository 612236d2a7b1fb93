package quant

import (
	"encoding/binary"
	"math"
)

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

func encodeIQ1_S(dst []byte, src, importance []float32) error {
	return eachBlock(256, 50, dst, src, importance, func(b []byte, x, importance []float32) error {
		var fits [8]iq1Fit
		var top float32
		var w [32]float32
		variance := 2 * sumSquares(x) / 256
		for j := range fits {
			part := x[32*j : 32*j+32]
			emphasis(w[:], part, importance[32*j:], variance)
			fits[j] = fitIQ1_S(part, w[:])
			top = max(top, fits[j].scale)
		}
		d := top / 15
		for j := range fits {
			f := &fits[j]
			h := uint16(f.step(d)) << 12
			h |= uint16(f.minus&1) << 15
			for k, row := range f.row {
				b[2+4*j+k] = byte(row)
				h |= uint16(row) >> 8 << (3 * k)
			}
			binary.LittleEndian.PutUint16(b[34+2*j:], h)
		}
		return putScale(b, d*1.125)
	})
}

// fitIQ1_S tries all cuts, each with the eighth added and subtracted. Sums of
// stretches are differences of sums from the start.
func fitIQ1_S(x, w []float32) iq1Fit {
	if abs(extreme(x)) < iq1Tiny {
		return zeroIQ1()
	}
	index := order(x)
	var sx, sw [33]float32
	for j, i := range index[:len(x)] {
		sx[j+1] = sx[j] + float32(w[i]*x[i])
		sw[j+1] = sw[j] + w[i]
	}
	best := cut{gain: -math.MaxFloat32}
	n := len(x)
	for from := range n + 1 {
		for to := from; to <= n; to++ {
			x0, x1, x2 := sx[from], sx[to]-sx[from], sx[n]-sx[to]
			w0, w1, w2 := sw[from], sw[to]-sw[from], sw[n]-sw[to]
			for minus := range iq1Shifted {
				v := &iq1Shifted[minus]
				qx := float32(x0*v[0]) + float32(x1*v[1]) + float32(x2*v[2])
				q2 := float32(float32(w0*v[0])*v[0]) + float32(float32(w1*v[1])*v[1]) + float32(float32(w2*v[2])*v[2])
				best.try(from, to, uint8(-minus), qx, q2)
			}
		}
	}
	return best.snap(x, w, &index)
}
