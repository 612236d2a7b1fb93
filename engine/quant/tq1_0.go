package quant

// TQ1_0, 256 weights of −1, 0 or 1 in 54 bytes, five of them in a byte:
//
//	0   q    48 bytes
//	48  h    4 bytes, four weights in each
//	52  d    f16       scale
//
// A byte is ⌈256/243 · Σ digit·3^(4−n)⌉: multiplied by 3ⁿ and cut to eight bits
// it is a fraction of 256 whose first ternary digit is digit n. Weights 0–159
// are digits 0–4 of bytes 0–31 (32 weights to a digit), 160–239 those of bytes
// 32–47, 240–255 digits 0–3 of h.
//
// w = d·(digit − 1)

func decodeTQ1_0(dst []float32, src []byte) {
	for len(dst) >= 256 && len(src) >= 54 {
		y, b := (*[256]float32)(dst), (*[54]byte)(src)
		d := f16(b[52:])
		trits(y[0:160], b[0:32], d)
		trits(y[160:240], b[32:48], d)
		trits(y[240:256], b[48:52], d)
		dst, src = dst[256:], src[54:]
	}
}

// trits decodes digit after digit of all the bytes in q.
func trits(w []float32, q []byte, d float32) {
	for pow := byte(1); len(w) >= len(q); pow *= 3 {
		for l, v := range q {
			w[l] = d * float32(int32(uint16(v*pow)*3>>8)-1)
		}
		w = w[len(q):]
	}
}

func encodeTQ1_0(dst []byte, src, importance []float32) error {
	return eachBlock(256, 54, dst, src, importance, func(b []byte, x, _ []float32) error {
		var level [256]uint8
		d := ternary(x, level[:])
		packTrits(b[0:32], level[0:160])
		packTrits(b[32:48], level[160:240])
		packTrits(b[48:52], level[240:256])
		return putScale(b[52:], d)
	})
}

// packTrits is the inverse of trits: five digits to a byte of b, those that are
// missing zero.
func packTrits(b []byte, level []uint8) {
	for l := range b {
		v := 0
		for n := range 5 {
			v *= 3
			if i := n*len(b) + l; i < len(level) {
				v += int(level[i])
			}
		}
		b[l] = byte((v*256 + 242) / 243)
	}
}
