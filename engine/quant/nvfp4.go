package quant

import "math"

// NVFP4, 64 weights in 36 bytes, in 4 sub-blocks of 16:
//
//	0   s    4 bytes   scales, unsigned E4M3 floats
//	4   q    32 bytes  E2M1 floats, 8 bytes to a sub-block: its weights 0–7 in the
//	                   low nibbles, 8–15 in the high ones
//
// w = s/2·e2m1[q]; the half because e2m1 is doubled. A scale for the whole
// tensor, where there is one, is a tensor of its own and not of the block.

func decodeNVFP4(dst []float32, src []byte) {
	for len(dst) >= 64 && len(src) >= 36 {
		y, b := (*[64]float32)(dst), (*[36]byte)(src)
		for s := range 4 {
			d := ue4m3(b[s]) / 2
			w := (*[16]float32)(y[16*s:])
			for l, q := range (*[8]byte)(b[4+8*s:]) {
				w[l] = d * e2m1[q&15]
				w[l+8] = d * e2m1[q>>4]
			}
		}
		dst, src = dst[64:], src[36:]
	}
}

// ue4m3 is a float of four exponent and three mantissa bits, bias 7. Bit 7, the
// sign it does not have, is ignored; the pattern of what is not a number is 0.
func ue4m3(x byte) float32 {
	e, m := uint32(x>>3&15), uint32(x&7)
	switch {
	case x == 0x7f:
		return 0
	case e == 0:
		return float32(m) * 0x1p-9
	}
	return math.Float32frombits((e-7+127)<<23 | m<<20)
}

// encodeNVFP4 scales each sub-block so that its largest weight is about six, the
// largest level.
func encodeNVFP4(dst []byte, src, importance []float32) error {
	return eachBlock(64, 36, dst, src, importance, func(b []byte, x, _ []float32) error {
		for s := range 4 {
			part := x[16*s : 16*s+16]
			b[s] = nearestUE4M3(abs(extreme(part)) / 6)
			d := ue4m3(b[s]) / 2
			q := (*[8]byte)(b[4+8*s:])
			for l := range q {
				q[l] = nearestE2M1(part[l], d) | nearestE2M1(part[l+8], d)<<4
			}
		}
		return nil
	})
}

// nearestUE4M3 is the code nearest to x ≥ 0, of two equally near ones the larger;
// 448 is the largest. Below the normal numbers it does not reach up to the first
// of them, as in ggml.
func nearestUE4M3(x float32) byte {
	if x < 0x1p-6 {
		return byte(min(7, int32(float32(x*512)+0.5)))
	}
	bits := math.Float32bits(x) + 1<<19 // half of the last place that is kept
	return byte(min(0x7e, (bits>>20)-(127-7)<<3))
}
