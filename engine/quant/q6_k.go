package quant

// Q6_K, 256 weights in 210 bytes, in 16 sub-blocks of 16:
//
//	0    q    128 bytes  lower four bits
//	128  h    64 bytes   upper two bits
//	192  s    16 int8    scales
//	208  d    f16        scale of the scales
//
// Each half of the weights takes 64 bytes of q and 32 of h. Of its 128 weights,
// those l, 32+l, 64+l and 96+l share byte l of h, the first in its lowest bits;
// their lower bits are the low nibbles of q's bytes l and 32+l, then the high
// nibbles of the same two.
//
// w = d·s·((q | h<<4) − 32)

func decodeQ6_K(dst []float32, src []byte) {
	for len(dst) >= 256 && len(src) >= 210 {
		y, b := (*[256]float32)(dst), (*[210]byte)(src)
		d := f16(b[208:])
		for k := range 4 { // half of the weights k/2, half of their sub-blocks k%2
			n, at := k/2, k%2*16
			s := b[192+8*n+k%2:]
			d0, d1 := d*float32(int8(s[0])), d*float32(int8(s[2]))
			d2, d3 := d*float32(int8(s[4])), d*float32(int8(s[6]))
			q0, q1 := (*[16]byte)(b[64*n+at:]), (*[16]byte)(b[64*n+32+at:])
			w := (*[112]float32)(y[128*n+at:])
			for l, h := range (*[16]byte)(b[128+32*n+at:]) {
				w[l] = d0 * float32(int32(q0[l]&15|h<<4&48)-32)
				w[l+32] = d1 * float32(int32(q1[l]&15|h<<2&48)-32)
				w[l+64] = d2 * float32(int32(q0[l]>>4|h&48)-32)
				w[l+96] = d3 * float32(int32(q1[l]>>4|h>>2&48)-32)
			}
		}
		dst, src = dst[256:], src[210:]
	}
}

func encodeQ6_K(dst []byte, src, importance []float32) error {
	return eachBlock(256, 210, dst, src, importance, func(b []byte, x, importance []float32) error {
		var levels [256]uint8
		var scales [16]float32
		for k := range scales {
			var own [16]float32
			w := own[:]
			part := x[16*k : 16*k+16]
			if squares(w, part); importance != nil {
				w = importance[16*k : 16*k+16]
			}
			scales[k] = symmetric(part, w, 32, levels[16*k:])
		}
		m := extreme(scales[:])
		if abs(m) < tiny {
			clear(b)
			return nil
		}
		inverse := -128 / m
		if err := putScale(b[208:], 1/inverse); err != nil {
			return err
		}
		d := f16(b[208:])
		for k, s := range scales {
			stored := clamp(nearest(inverse*s), -128, 127)
			b[192+k] = byte(stored)
			if dl := d * float32(stored); dl != 0 {
				roundSymmetric(x[16*k:16*k+16], dl, 32, levels[16*k:])
			}
		}
		packQ6_K(b, &levels)
		return nil
	})
}

func packQ6_K(b []byte, level *[256]uint8) {
	for n := range 2 {
		l := (*[128]uint8)(level[128*n:])
		for i := range 32 {
			b[64*n+i] = l[i]&15 | l[64+i]<<4
			b[64*n+32+i] = l[32+i]&15 | l[96+i]<<4
			b[128+32*n+i] = l[i]>>4 | l[32+i]>>4<<2 | l[64+i]>>4<<4 | l[96+i]>>4<<6
		}
	}
}
