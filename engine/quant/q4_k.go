package quant

// Q4_K, 256 weights in 144 bytes, in 8 sub-blocks of 32:
//
//	0   d    f16        scale of the scales
//	2   m    f16        scale of the minimums
//	4   s    12 bytes   scales and minimums of six bits each, see scalesQ4_K
//	16  q    128 bytes  each 32 of them hold 64 weights: the first 32 in the low nibbles
//
// w = d·scale·q − m·minimum

func decodeQ4_K(dst []float32, src []byte) {
	for len(dst) >= 256 && len(src) >= 144 {
		y, b := (*[256]float32)(dst), (*[144]byte)(src)
		d, m := f16(b[0:]), f16(b[2:])
		scales, mins := scalesQ4_K((*[12]byte)(b[4:]))
		for c := range 4 {
			d0, m0 := d*float32(scales[2*c]), m*float32(mins[2*c])
			d1, m1 := d*float32(scales[2*c+1]), m*float32(mins[2*c+1])
			w := (*[64]float32)(y[64*c:])
			for l, q := range (*[32]byte)(b[16+32*c:]) {
				w[l] = float32(d0*float32(q&15)) - m0
				w[l+32] = float32(d1*float32(q>>4)) - m1
			}
		}
		dst, src = dst[256:], src[144:]
	}
}

// scalesQ4_K unpacks the scales and minimums of Q4_K and Q5_K. Those of
// sub-blocks 0–3 are the lower six bits of bytes 0–3 and 4–7; the upper two bits
// of these bytes belong to sub-blocks 4–7, whose lower four are in bytes 8–11.
func scalesQ4_K(s *[12]byte) (scales, mins [8]byte) {
	for j := range 4 {
		scales[j], mins[j] = s[j]&63, s[j+4]&63
		scales[j+4] = s[j+8]&15 | s[j]>>6<<4
		mins[j+4] = s[j+8]>>4 | s[j+4]>>6<<4
	}
	return scales, mins
}

var affineQ4_K = affine{
	size: 32, top: 15, limit: 63, spread: 2,
	plain:    affineSearch{from: -1, step: 0.1, steps: 20},
	weighted: affineSearch{from: -0.9, step: 0.05, steps: 36},
}

func encodeQ4_K(dst []byte, src, importance []float32) error {
	return eachBlock(256, 144, dst, src, importance, func(b []byte, x, importance []float32) error {
		var f affineBlock
		if err := affineQ4_K.fit(&f, b[0:], b[2:], x, importance); err != nil {
			return err
		}
		packScalesQ4_K((*[12]byte)(b[4:]), &f)
		packNibbles64(b[16:144], &f.levels)
		return nil
	})
}

// packScalesQ4_K is the inverse of scalesQ4_K.
func packScalesQ4_K(s *[12]byte, f *affineBlock) {
	for j := range 4 {
		s[j] = f.scales[j] | f.scales[j+4]>>4<<6
		s[j+4] = f.mins[j] | f.mins[j+4]>>4<<6
		s[j+8] = f.scales[j+4]&15 | f.mins[j+4]<<4
	}
}

// packNibbles64 stores the lower four bits of 64 weights in each 32 bytes.
func packNibbles64(b []byte, level *[256]uint8) {
	for c := range 4 {
		l := (*[64]uint8)(level[64*c:])
		for i := range 32 {
			b[32*c+i] = l[i]&15 | l[32+i]<<4
		}
	}
}
