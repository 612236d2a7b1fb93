package quant

// IQ4_NL, 32 weights in 18 bytes, laid out as Q4_0 but with values that lie
// closer together near zero:
//
//	0   d    f16       scale
//	2   q    16 bytes  weights 0–15 in the low nibbles, 16–31 in the high ones
//
// w = d·iq4Values[q]

// iq4Values are the sixteen steps of IQ4_NL and IQ4_XS.
var iq4Values = [16]float32{-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}

func decodeIQ4_NL(dst []float32, src []byte) {
	for len(dst) >= 32 && len(src) >= 18 {
		y, b := (*[32]float32)(dst), (*[18]byte)(src)
		d := f16(b[0:])
		for l, q := range (*[16]byte)(b[2:]) {
			y[l] = d * iq4Values[q&15]
			y[l+16] = d * iq4Values[q>>4]
		}
		dst, src = dst[32:], src[18:]
	}
}

// fitIQ4 finds the scale with which x ≈ scale·iq4Values[l] has little weighted
// error: of the one that takes the weight farthest from zero to −127, and of
// seven on either side of it, in steps of one, the best after a fit.
func fitIQ4(x, w []float32) (scale float32) {
	m := extreme(x)
	if abs(m) < tiny {
		return 0
	}
	inv := lanes{1 / (-m / iq4Values[0])}
	var qx, q2 lanes
	sumsIQ4(x, w, &inv, &qx, &q2, 1)
	if q2[0] <= 0 {
		return -m / iq4Values[0] // no weight counts: the plain scale is as good as any
	}
	scale = qx[0] / q2[0]
	gain := scale * qx[0]
	for t := -7; t <= 7; t += len(inv) {
		for k := range inv {
			inv[k] = (float32(t+k) + iq4Values[0]) / m
		}
		live := min(len(inv), 8-t)
		sumsIQ4(x, w, &inv, &qx, &q2, live)
		for k := range live {
			if q2[k] > 0 && qx[k]*qx[k] > gain*q2[k] {
				scale = qx[k] / q2[k]
				gain = scale * qx[k]
			}
		}
	}
	return scale
}

// sumsIQ4 computes Σ w·q·x and Σ w·q² of the first live candidates, two at a
// time as symmetricSums does.
func sumsIQ4(x, w []float32, inv, qx, q2 *lanes, live int) {
	w = w[:len(x)]
	for k := 0; k < live; k += 2 {
		var qx0, qx1, q20, q21 float32
		inv0, inv1 := inv[k], inv[k+1]
		for i, v := range x {
			wi := w[i]
			a, b := iq4Values[nearestIQ4(inv0*v)], iq4Values[nearestIQ4(inv1*v)]
			wa, wb := wi*a, wi*b
			qx0 += float32(wa * v)
			qx1 += float32(wb * v)
			q20 += float32(wa * a)
			q21 += float32(wb * b)
		}
		qx[k], qx[k+1], q2[k], q2[k+1] = qx0, qx1, q20, q21
	}
}

// nearestIQ4 is the index of the value nearest to x, of two equally near ones the
// larger. The values are whole numbers at least nine apart, so that each stretch
// from one whole number to the next has one midpoint between values at most.
func nearestIQ4(x float32) int {
	at := &iq4Stretches[uint8(int32(max(0, min(x+128, 255))))] // 0 for what is no number
	if x >= at.middle {
		return int(at.above) & 15
	}
	return int(at.below) & 15
}

// iq4Stretch is what the numbers from k − 128 to k − 127 are nearest to.
type iq4Stretch struct {
	middle       float32
	below, above uint8
}

var iq4Stretches = stretchesIQ4()

func stretchesIQ4() (s [256]iq4Stretch) {
	l := uint8(0)
	for k := range s {
		s[k] = iq4Stretch{middle: 1000, below: l, above: l}
		if l == 15 {
			continue
		}
		if middle := (iq4Values[l] + iq4Values[l+1]) / 2; middle < float32(k-127) {
			s[k] = iq4Stretch{middle, l, l + 1}
			l++
		}
	}
	return s
}

// levelsIQ4 stores the index of each weight's value; a scale of zero makes all
// of them that of the value nearest to zero.
func levelsIQ4(x []float32, scale float32, level *[32]uint8) {
	inv := inverse(scale)
	for i, v := range x {
		level[i] = uint8(nearestIQ4(inv * v))
	}
}

func encodeIQ4_NL(dst []byte, src, importance []float32) error {
	return eachBlock(32, 18, dst, src, importance, func(b []byte, x, importance []float32) error {
		var w [32]float32
		weighIQ4(w[:], x, importance, 2*sumSquares(x)/32)
		var level [32]uint8
		d := fitIQ4(x, w[:])
		levelsIQ4(x, d, &level)
		packNibbles((*[16]byte)(b[2:]), &level)
		return putScale(b, d)
	})
}

func weighIQ4(w, x, importance []float32, variance float32) {
	if importance == nil {
		squares(w, x)
		return
	}
	emphasis(w, x, importance, variance)
}
