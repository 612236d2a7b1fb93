//go:build amd64 || arm64

package kernel

// The assembly of the vector steps counts in whole vectors. What is left over at
// the end of a row is done by the portable step, or, where that is slow, by the
// assembly again on a padded copy.

// most is the number of lanes of the widest vector.
const most = 16

// dotting makes a dot product of assembly that works on multiples of lanes.
func dotting[T any](lanes int, f func(a *float32, b *T, n int) float32, rest func(a []float32, b []T) float32) func(a []float32, b []T) float32 {
	return func(a []float32, b []T) (sum float32) {
		n := len(a) &^ (lanes - 1)
		if n > 0 {
			sum = f(&a[0], &b[0], n)
		}
		if n < len(a) {
			sum += rest(a[n:], b[n:])
		}
		return sum
	}
}

func adding[T any](lanes int, f func(dst *float32, w float32, src *T, n int), rest func(dst []float32, w float32, src []T)) func(dst []float32, w float32, src []T) {
	return func(dst []float32, w float32, src []T) {
		n := len(src) &^ (lanes - 1)
		if n > 0 {
			f(&dst[0], w, &src[0], n)
		}
		if n < len(src) {
			rest(dst[n:], w, src[n:])
		}
	}
}

func converting[A, B any](lanes int, f func(dst *A, src *B, n int), rest func(dst []A, src []B)) func(dst []A, src []B) {
	return func(dst []A, src []B) {
		n := len(src) &^ (lanes - 1)
		if n > 0 {
			f(&dst[0], &src[0], n)
		}
		if n < len(src) {
			rest(dst[n:], src[n:])
		}
	}
}

func finding(lanes int, f func(x *float32, n int) float32) func(x []float32) float32 {
	return func(x []float32) float32 {
		n := len(x) &^ (lanes - 1)
		top := maximumGo(x[n:])
		if n > 0 {
			top = max(top, f(&x[0], n))
		}
		return top
	}
}

func squaring(lanes int, f func(x *float32, n int) float32) func(x []float32) float32 {
	return func(x []float32) float32 {
		n := len(x) &^ (lanes - 1)
		sum := squareGo(x[n:])
		if n > 0 {
			sum += f(&x[0], n)
		}
		return sum
	}
}

func scaling(lanes int, f func(x *float32, by float32, n int)) func(x []float32, by float32) {
	return func(x []float32, by float32) {
		n := len(x) &^ (lanes - 1)
		if n > 0 {
			f(&x[0], by, n)
		}
		scaleGo(x[n:], by)
	}
}

func gaining(lanes int, f func(dst, x, gain *float32, by float32, n int)) func(dst, x, gain []float32, by float32) {
	return func(dst, x, gain []float32, by float32) {
		n := len(x) &^ (lanes - 1)
		if n > 0 {
			f(&dst[0], &x[0], &gain[0], by, n)
		}
		gainGo(dst[n:], x[n:], gain[n:], by)
	}
}

func exponentials(lanes int, f func(x *float32, max float32, n int) float32) func(x []float32, max float32) float32 {
	return func(x []float32, max float32) (sum float32) {
		n := len(x) &^ (lanes - 1)
		if n > 0 {
			sum = f(&x[0], max, n)
		}
		if n < len(x) {
			var end [most]float32
			m := copy(end[:], x[n:])
			f(&end[0], max, lanes)
			for _, e := range end[:m] {
				sum += e
			}
			copy(x[n:], end[:m])
		}
		return sum
	}
}

func gating(lanes int, f func(dst, gate, up *float32, n int)) func(dst, gate, up []float32) {
	return func(dst, gate, up []float32) {
		n := len(gate) &^ (lanes - 1)
		if n > 0 {
			f(&dst[0], &gate[0], &up[0], n)
		}
		if n < len(gate) {
			var g, u [most]float32
			copy(g[:], gate[n:])
			copy(u[:], up[n:])
			f(&g[0], &g[0], &u[0], lanes)
			copy(dst[n:], g[:])
		}
	}
}

func microFloats(f func(out *float32, ldo int, panel, tile *float32, deep int, add bool)) func(out []float32, ldo int, panel, tile []float32, add bool) {
	return func(out []float32, ldo int, panel, tile []float32, add bool) {
		deep := len(panel) / panelRows
		_, _ = out[(tileCols-1)*ldo+panelRows-1], tile[deep*tileCols-1]
		f(&out[0], ldo, &panel[0], &tile[0], deep, add)
	}
}

// mixing makes a mixer of assembly for 4 and for 8 rows.
func mixing[T float32 | uint16](by4, by8 func(out *float32, ldo int, panel *T, stride int, x *float32, ldx, deep int, add bool)) mixer[T] {
	return func(out []float32, ldo int, panel []T, stride int, x []float32, ldx, cols, deep int, add bool) {
		if deep <= 0 {
			panic("kernel: nothing to mix")
		}
		_, _, _ = out[(cols-1)*ldo+panelRows-1], panel[(deep-1)*stride+panelRows-1], x[(cols-1)*ldx+deep-1]
		switch cols {
		case 4:
			by4(&out[0], ldo, &panel[0], stride, &x[0], ldx, deep, add)
		case 8:
			by8(&out[0], ldo, &panel[0], stride, &x[0], ldx, deep, add)
		default:
			panic("kernel: mixes 4 or 8 rows")
		}
	}
}
