package quant

// affineSearch says how asymmetric looks for a scale and a minimum.
type affineSearch struct {
	from, step float32 // the first candidate takes the range to n + from levels, the next to step more
	steps      int     // after the first candidate
	absolute   bool    // errors count by |x − y|, not by its square
}

// fit is a candidate of asymmetric: x ≈ scale·l + min.
type fit struct{ scale, min, err float32 }

// asymmetric finds scale and minimum, neither negative, with which
// x ≈ scale·l − minimum, l from 0 to n, has little weighted error, and stores l
// in level. Candidates divide the range into a little more or less than n
// levels; scale and minimum are fitted to the levels each gives.
func (a affineSearch) asymmetric(x, w []float32, n int32, level []uint8) (scale, minimum float32) {
	lo, hi := x[0], x[0]
	var sums affineSums
	for i, v := range x {
		lo, hi = min(lo, v), max(hi, v)
		sums.w += w[i]
		sums.x += float32(w[i] * v)
	}
	lo = min(lo, 0)
	if hi <= lo {
		clear(level[:len(x)])
		return 0, -lo
	}
	inverse := float32(n) / (hi - lo)
	best := fit{scale: 1 / inverse, min: lo}
	var l, trial [32]float32
	levelsOf(&l, x, n, inverse, lo)
	best.err = a.errorOf(x, w, &l, best)
	for s := 0; s <= a.steps; s++ {
		inverse := (a.from + float32(a.step*float32(s)) + float32(n)) / (hi - best.min)
		sums.of(x, w, &trial, n, inverse, best.min)
		if f, ok := sums.fit(); ok {
			if f.err = a.errorOf(x, w, &trial, f); f.err < best.err {
				best, l = f, trial
			}
		}
	}
	for i := range x {
		level[i] = uint8(l[i])
	}
	return best.scale, -best.min
}

// affineSums are what the least squares need: Σw, Σwx, and for the levels of a
// candidate Σwl, Σwl², Σwxl.
type affineSums struct{ w, x, l, l2, xl float32 }

func levelsOf(l *[32]float32, x []float32, n int32, inverse, lo float32) {
	for i, v := range x {
		l[i&31] = float32(clamp(nearest(inverse*(v-lo)), 0, n))
	}
}

func (s *affineSums) of(x, w []float32, l *[32]float32, n int32, inverse, lo float32) {
	w = w[:len(x)]
	var sl, sl2, sxl float32
	for i, v := range x {
		q := float32(clamp(nearest(inverse*(v-lo)), 0, n))
		l[i&31] = q
		wl := w[i] * q
		sl += float32(wl)
		sl2 += float32(wl * q)
		sxl += float32(wl * v)
	}
	s.l, s.l2, s.xl = sl, sl2, sxl
}

// fit is the least squares' solution, with a minimum that is not positive. There
// is none if all levels are the same.
func (s *affineSums) fit() (f fit, ok bool) {
	d := float32(s.w*s.l2) - float32(s.l*s.l)
	if d <= 0 {
		return fit{}, false
	}
	f.scale = (float32(s.w*s.xl) - float32(s.x*s.l)) / d
	f.min = (float32(s.l2*s.x) - float32(s.l*s.xl)) / d
	if f.min > 0 {
		f.scale, f.min = s.xl/s.l2, 0
	}
	return f, true
}

func (a affineSearch) errorOf(x, w []float32, l *[32]float32, f fit) (sum float32) {
	w = w[:len(x)]
	if a.absolute {
		for i, v := range x {
			sum += float32(w[i] * abs(float32(f.scale*l[i&31])+f.min-v))
		}
		return sum
	}
	for i, v := range x {
		d := float32(f.scale*l[i&31]) + f.min - v
		sum += float32(w[i] * float32(d*d))
	}
	return sum
}
