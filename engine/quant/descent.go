package quant

// sweeps is how often a search by coordinate descent goes through a block at
// most.
const sweeps = 5

// descend improves the integer levels l of x one by one, each to where the
// others would have it, as long as (Σ w·x·l)²/Σ w·l² grows. It returns the two
// sums, whose quotient is the best scale. Levels are from lo to hi.
func descend(x, w, l []float32, lo, hi int32, sumLX, sumL2 float32) (lx, l2 float32) {
	w, l = w[:len(x)], l[:len(x)]
	for range sweeps {
		changed := false
		for i, v := range x {
			wx := w[i] * v
			lx := sumLX - float32(wx*l[i])
			l2 := sumL2 - float32(float32(w[i]*l[i])*l[i])
			if lx <= 0 || l2 <= 0 {
				continue
			}
			next := float32(clamp(nearest(float32(v*l2)/lx), lo, hi))
			if next == l[i] {
				continue
			}
			lx += float32(wx * next)
			l2 += float32(float32(w[i]*next) * next)
			if l2 > 0 && lx*lx*sumL2 > sumLX*sumLX*l2 {
				l[i], sumLX, sumL2, changed = next, lx, l2, true
			}
		}
		if !changed {
			break
		}
	}
	return sumLX, sumL2
}

// descendSigned finds scale and levels, −n to n−1 and stored as l + n, from the
// one that takes the weight farthest from zero to −n, by descent alone. Errors
// count by x².
func descendSigned(x []float32, n int32, level []uint8) (scale float32) {
	m := extreme(x)
	if abs(m) < tiny {
		clear(level[:len(x)])
		return 0
	}
	var lBuf, wBuf [32]float32
	l, w := lBuf[:len(x)], wBuf[:len(x)]
	squares(w, x)
	inverse := -float32(n) / m
	var lx, l2 float32
	for i, v := range x {
		l[i] = float32(clamp(nearest(inverse*v), -n, n-1))
		lx += float32(float32(w[i]*v) * l[i])
		l2 += float32(float32(w[i]*l[i]) * l[i])
	}
	lx, l2 = descend(x, w, l, -n, n-1, lx, l2)
	for i, v := range l {
		level[i] = uint8(int32(v) + n)
	}
	if l2 <= 0 {
		return 0
	}
	return lx / l2
}

// positive finds the scale with which x ≈ scale·l, x and scale not negative and
// l from 0 to n, has little Σ w·(x − scale·l)², and stores l in level. It is for
// the scales and minimums of sub-blocks.
func positive(x, w []float32, n int32, level []uint8) (scale float32) {
	var top float32
	for _, v := range x {
		top = max(top, v)
	}
	if top < tiny {
		clear(level[:len(x)])
		return 0
	}
	inverse := positiveStart(x, w, n, top)
	var buf [32]float32
	l := buf[:len(x)]
	var lx, l2 float32
	for i, v := range x {
		l[i] = float32(clamp(nearest(inverse*v), 0, n))
		lx += float32(float32(w[i]*v) * l[i])
		l2 += float32(float32(w[i]*l[i]) * l[i])
	}
	lx, l2 = descend(x, w, l, 0, n, lx, l2)
	for i, v := range l {
		level[i] = uint8(v)
	}
	if l2 <= 0 {
		return 0
	}
	return lx / l2
}

// positiveStart is the inverse scale with the least error among that which takes
// the largest value to n and four on either side of it.
func positiveStart(x, w []float32, n int32, top float32) float32 {
	best := float32(n) / top
	least := positiveError(x, w, n, best)
	for s := -4; s <= 4; s++ {
		inverse := (float32(0.1*float32(s)) + float32(n)) / top
		if e := positiveError(x, w, n, inverse); s != 0 && e < least {
			best, least = inverse, e
		}
	}
	return best
}

func positiveError(x, w []float32, n int32, inverse float32) (sum float32) {
	scale := 1 / inverse
	for i, v := range x {
		d := v - float32(scale*float32(clamp(nearest(inverse*v), 0, n)))
		sum += float32(float32(w[i]*d) * d)
	}
	return sum
}
