package quant

// lanes are the figures of candidates that are tried side by side.
type lanes [8]float32

// symmetric finds the scale with which x ≈ scale·l, l from −n to n−1, has little
// Σ w·(x − scale·l)², and stores l + n in level. It takes the weight farthest
// from zero to −n, and to nine places on either side, in steps of a tenth;
// fits a scale to the levels that each gives, and keeps the best fit.
func symmetric(x, w []float32, n int32, level []uint8) (scale float32) {
	m := extreme(x)
	if abs(m) < tiny {
		clear(level[:len(x)])
		return 0
	}
	var inv, lx, l2 lanes
	var best, gain float32
	for c := 0; c < 19; c += len(inv) {
		for k := range inv {
			inv[k] = -(float32(n) + float32(0.1*place(c+k))) / m
		}
		live := min(len(inv), 19-c)
		symmetricSums(x, w, n, &inv, &lx, &l2, live)
		for k := range live {
			switch {
			case c+k == 0 && l2[k] == 0:
				best = inv[k]
			case c+k == 0, l2[k] > 0 && lx[k]*lx[k] > gain*l2[k]:
				best, scale = inv[k], lx[k]/l2[k]
				gain = scale * lx[k]
			}
		}
	}
	for i, v := range x {
		level[i] = uint8(clamp(nearest(best*v), -n, n-1) + n)
	}
	return scale
}

// place is 0 for the first candidate, then −9 to −1 and 1 to 9.
func place(c int) float32 {
	switch {
	case c == 0:
		return 0
	case c < 10:
		return float32(c - 10)
	}
	return float32(c - 9)
}

// symmetricSumsPortable computes lx = Σ w·x·l and l2 = Σ w·l² of the first live
// candidates, l = x·inv rounded. Two are taken at a time: the sums of one wait
// for nothing but their own additions.
func symmetricSumsPortable(x, w []float32, n int32, inv, lx, l2 *lanes, live int) {
	w = w[:len(x)]
	for k := 0; k < live; k += 2 {
		var lx0, lx1, l20, l21 float32
		inv0, inv1 := inv[k], inv[k+1]
		for i, v := range x {
			wi := w[i]
			wx := wi * v
			l0 := float32(clamp(nearest(inv0*v), -n, n-1))
			l1 := float32(clamp(nearest(inv1*v), -n, n-1))
			lx0 += float32(wx * l0)
			lx1 += float32(wx * l1)
			l20 += float32(float32(wi*l0) * l0)
			l21 += float32(float32(wi*l1) * l1)
		}
		lx[k], lx[k+1], l2[k], l2[k+1] = lx0, lx1, l20, l21
	}
}
