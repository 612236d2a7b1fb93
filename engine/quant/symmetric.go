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
	best := -float32(n) / m
	inv, lx, l2 := lanes{best}, lanes{}, lanes{}
	symmetricSums(x, w, n, &inv, &lx, &l2, 1)
	if l2[0] != 0 {
		scale = lx[0] / l2[0]
	}
	gain := scale * lx[0]
	for c := 0; c < 18; c += len(inv) {
		for k := range inv {
			inv[k] = -(float32(n) + float32(0.1*float32(place(c+k)))) / m
		}
		live := min(len(inv), 18-c)
		symmetricSums(x, w, n, &inv, &lx, &l2, live)
		for k := range live {
			if l2[k] > 0 && lx[k]*lx[k] > gain*l2[k] {
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

// place is −9 to 9 without the zero, which has been tried, for c from 0 on.
func place(c int) int {
	if c < 9 {
		return c - 9
	}
	return c - 8
}

// symmetricSums computes lx = Σ w·x·l and l2 = Σ w·l² of the first live
// candidates, l = x·inv rounded. Two are taken at a time: the sums of one wait
// for nothing but their own additions.
func symmetricSums(x, w []float32, n int32, inv, lx, l2 *lanes, live int) {
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
