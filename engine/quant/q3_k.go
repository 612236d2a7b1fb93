package quant

// Q3_K, 256 weights in 110 bytes, in 16 sub-blocks of 16:
//
//	0    h    32 bytes  third bits: that of weight 32·k+l is bit k of byte l; set means "do not subtract 4"
//	32   q    64 bytes  two bits a weight, laid out as in Q2_K
//	96   s    12 bytes  scales of six bits: low nibbles of 0–7 and of 8–15 in bytes 0–7,
//	                    the upper two bits of scales k, k+4, k+8 and k+12 in byte 8+k
//	108  d    f16       scale of the scales
//
// w = d·(s − 32)·(q − (h ? 0 : 4))

func decodeQ3_K(dst []float32, src []byte) {
	for len(dst) >= 256 && len(src) >= 110 {
		y, b := (*[256]float32)(dst), (*[110]byte)(src)
		d := f16(b[108:])
		scales := scalesQ3_K((*[12]byte)(b[96:]))
		for k, s := range scales {
			dl := d * float32(s)
			h := (*[16]byte)(b[16*(k%2):])
			q := (*[16]byte)(b[32+32*(k/8)+16*(k%2):])
			w := (*[16]float32)(y[16*k:])
			bit, shift := k/2, k%8/2*2
			for l, v := range q {
				w[l] = dl * float32(int32(v>>shift&3)+int32(h[l]>>bit&1)<<2-4)
			}
		}
		dst, src = dst[256:], src[110:]
	}
}

func scalesQ3_K(s *[12]byte) (scales [16]int8) {
	for k := range 4 {
		hi := s[8+k]
		scales[k] = int8(s[k]&15|hi&3<<4) - 32
		scales[k+4] = int8(s[k+4]&15|hi>>2&3<<4) - 32
		scales[k+8] = int8(s[k]>>4|hi>>4&3<<4) - 32
		scales[k+12] = int8(s[k+4]>>4|hi>>6<<4) - 32
	}
	return scales
}

func encodeQ3_K(dst []byte, src, importance []float32) error {
	return eachBlock(256, 110, dst, src, importance, func(b []byte, x, importance []float32) error {
		var levels [256]uint8
		var stored [16]uint8 // of each sub-block, its scale + 32
		d := fitQ3_K(x, importance, &levels, &stored)
		if err := putScale(b[108:], d); err != nil {
			return err
		}
		packScalesQ3_K((*[12]byte)(b[96:]), &stored)
		d = f16(b[108:])
		for k, s := range stored {
			if dl := d * float32(int32(s)-32); dl != 0 {
				roundSymmetric(x[16*k:16*k+16], dl, 4, levels[16*k:])
			}
		}
		h := (*[32]byte)(b[0:])
		clear(h[:])
		for i, l := range levels {
			h[i%32] |= l >> 2 << (i / 32)
		}
		packTwoBits(b[32:96], &levels)
		return nil
	})
}

// fitQ3_K finds levels and scales; with an importance by trying scales, without
// by descent, as ggml does.
func fitQ3_K(x, importance []float32, levels *[256]uint8, stored *[16]uint8) (d float32) {
	var scales, counts [16]float32
	var w [16]float32
	variance := 2 * sumSquares(x) / 256
	for k := range scales {
		part, level := x[16*k:16*k+16], levels[16*k:]
		if importance == nil {
			scales[k] = descendSigned(part, 4, level)
			continue
		}
		emphasis(w[:], part, importance[16*k:], variance)
		counts[k] = total(w[:])
		scales[k] = symmetric(part, w[:], 4, level)
	}
	if importance != nil {
		return symmetric(scales[:], counts[:], 32, stored[:])
	}
	m := extreme(scales[:])
	if m == 0 {
		return 0
	}
	inverse := -32 / m
	for k, s := range scales {
		stored[k] = uint8(clamp(nearest(inverse*s), -32, 31) + 32)
	}
	return 1 / inverse
}

// roundSymmetric stores the level of each weight plus n, from 0 to 2n−1.
func roundSymmetric(x []float32, scale float32, n int32, level []uint8) {
	level = level[:len(x)]
	for i, v := range x {
		level[i] = uint8(clamp(nearest(v/scale), -n, n-1) + n)
	}
}

// packScalesQ3_K is the inverse of scalesQ3_K.
func packScalesQ3_K(s *[12]byte, stored *[16]uint8) {
	for k := range 4 {
		s[k] = stored[k]&15 | stored[k+8]<<4
		s[k+4] = stored[k+4]&15 | stored[k+12]<<4
		s[k+8] = stored[k]>>4 | stored[k+4]>>4<<2 | stored[k+8]>>4<<4 | stored[k+12]>>4<<6
	}
}
