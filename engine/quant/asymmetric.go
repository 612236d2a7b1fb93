package quant

import "math"

// affineSearch says how asymmetric looks for a scale and a minimum.
type affineSearch struct {
	from, step float32 // the first candidate takes the range to n + from levels, the next to step more
	steps      int     // after the first candidate
	absolute   bool    // errors count by |x − y|, not by its square
}

// affineTrial is candidates of asymmetric that are tried side by side. The
// assembly knows where each field is.
type affineTrial struct {
	inverse         lanes   // levels to one of x
	scale, min, err lanes   // of the fit x ≈ scale·l + min to each candidate's levels; err is infinite if there is none
	lo, n           float32 // x = lo is level 0; the highest level
	sumW, sumX      float32 // Σ w, Σ w·x
	absolute        uint32  // 1: errors count by |x − y|
}

// asymmetric finds scale and minimum, neither negative, with which
// x ≈ scale·l − minimum, l from 0 to n, has little weighted error, and stores l
// in level; x has at most 32 weights. Candidates divide the range, which begins
// at the best minimum so far, into a little more or less than n levels; scale
// and minimum are fitted to the levels each gives.
func (a *affineSearch) asymmetric(x, w []float32, n int32, level []uint8) (scale, minimum float32) {
	lo, hi := bounds(x)
	lo = min(lo, 0)
	if hi <= lo {
		clear(level[:len(x)])
		return 0, -lo
	}
	t := affineTrial{lo: lo, n: float32(n)}
	if a.absolute {
		t.absolute = 1
	}
	for i, v := range x {
		t.sumW += w[i]
		t.sumX += float32(w[i] * v)
	}
	inverse := float32(n) / (hi - lo)
	best := fit{inverse: inverse, lo: lo, scale: 1 / inverse, min: lo}
	best.err = a.errorOf(x, w, t.n, best)
	for s := 0; s <= a.steps; {
		live := min(affineWidth(), a.steps+1-s)
		for k := range t.inverse {
			t.inverse[k] = (a.from + float32(a.step*float32(s+k)) + float32(n)) / (hi - best.min)
		}
		t.lo = best.min
		t.try(x, w, live)
		s += t.improve(&best, live)
	}
	for i, v := range x {
		level[i] = uint8(clamp(nearest(best.inverse*(v-best.lo)), 0, n))
	}
	return best.scale, -best.min
}

// fit is a candidate and what came of it: weight v gets the level
// (v − lo)·inverse, and is scale·level + min then.
type fit struct{ inverse, lo, scale, min, err float32 }

// improve keeps the first candidate that is better than best and returns how
// many have been dealt with: those after one that moves the minimum must be tried
// again.
func (t *affineTrial) improve(best *fit, live int) int {
	for k := range live {
		if !(t.err[k] < best.err) {
			continue
		}
		moved := t.min[k] != best.min
		*best = fit{t.inverse[k], t.lo, t.scale[k], t.min[k], t.err[k]}
		if moved {
			return k + 1
		}
	}
	return live
}

// errorOf is the error of a candidate as it is, without a fit to its levels.
func (a *affineSearch) errorOf(x, w []float32, n float32, f fit) (sum float32) {
	for i, v := range x {
		l := float32(clamp(nearest(f.inverse*(v-f.lo)), 0, int32(n)))
		d := float32(f.scale*l) + f.min - v
		if a.absolute {
			sum += float32(w[i] * abs(d))
		} else {
			sum += float32(w[i] * float32(d*d))
		}
	}
	return sum
}

// tryPortable fits scale and min to the levels of the first live candidates by
// least squares, with a min that is not positive, and computes the errors.
func (t *affineTrial) tryPortable(x, w []float32, live int) {
	w = w[:len(x)]
	for k := range live {
		var level [32]float32
		l, l2, xl := t.sums(x, w, &level, t.inverse[k])
		t.err[k] = float32(math.Inf(1))
		d := float32(t.sumW*l2) - float32(l*l)
		if d <= 0 {
			continue
		}
		scale := (float32(t.sumW*xl) - float32(t.sumX*l)) / d
		lo := (float32(l2*t.sumX) - float32(l*xl)) / d
		if lo > 0 {
			scale, lo = xl/l2, 0
		}
		t.scale[k], t.min[k], t.err[k] = scale, lo, t.total(x, w, &level, scale, lo)
	}
}

// sums computes the levels, and Σ w·l, Σ w·l² and Σ w·x·l.
func (t *affineTrial) sums(x, w []float32, level *[32]float32, inverse float32) (sl, sl2, sxl float32) {
	w = w[:len(x)]
	lo, top := t.lo, int32(t.n)
	for i, v := range x {
		l := float32(clamp(nearest(inverse*(v-lo)), 0, top))
		level[i&31] = l
		wl := w[i] * l
		sl += float32(wl)
		sl2 += float32(wl * l)
		sxl += float32(wl * v)
	}
	return sl, sl2, sxl
}

// total is the error of scale and lo.
func (t *affineTrial) total(x, w []float32, level *[32]float32, scale, lo float32) (sum float32) {
	w = w[:len(x)]
	if t.absolute != 0 {
		for i, v := range x {
			sum += float32(w[i] * abs(float32(scale*level[i&31])+lo-v))
		}
		return sum
	}
	for i, v := range x {
		d := float32(scale*level[i&31]) + lo - v
		sum += float32(w[i] * float32(d*d))
	}
	return sum
}
