package quant

import (
	"cmp"
	"math"
	"slices"
)

// What the encoders of IQ1_S and IQ1_M share. Weights are −1, 0 or 1 and an
// eighth more or less, times a scale. Sorted by size, the best levels of a block
// are three stretches, so that all ways to cut it in three are tried.

const iq1Tiny, iq1Delta = 1e-12, 0.125

// iq1Shifted are the three values with the eighth added and subtracted.
var iq1Shifted = [2][3]float32{{-1 + iq1Delta, iq1Delta, 1 + iq1Delta}, {-1 - iq1Delta, -iq1Delta, 1 - iq1Delta}}

// iq1Fit is a block. Bit k of minus is set if group k has the eighth subtracted.
type iq1Fit struct {
	scale float32
	row   [4]int16
	minus uint8
}

// order is the indexes of x from the least weight to the largest.
func order(x []float32) (index [32]uint8) {
	for i := range x {
		index[i] = uint8(i)
	}
	slices.SortStableFunc(index[:len(x)], func(i, j uint8) int { return cmp.Compare(x[i&31], x[j&31]) })
	return index
}

// cut is a way to divide a sorted block: levels 0 up to from, 2 after to.
type cut struct {
	from, to    int
	scale, gain float32
	minus       uint8 // as in iq1Fit
}

// try keeps c with the scale that fits, if that is better.
func (c *cut) try(from, to int, minus uint8, qx, q2 float32) {
	if q2 > 0 && qx*qx > c.gain*q2 {
		scale := qx / q2
		*c = cut{from, to, scale, scale * qx, minus}
	}
}

// snap turns the cut into rows of the codebook; a block of n groups. The scale is
// fitted again if a group has no row of its own.
func (c *cut) snap(x, w []float32, index *[32]uint8) (f iq1Fit) {
	n, b := len(x)/8, bookIQ1()
	var level [32]uint8
	for j := range x {
		switch {
		case j >= c.to:
			level[index[j]&31] = 2
		case j >= c.from:
			level[index[j]&31] = 1
		}
	}
	f.scale, f.minus = c.scale, c.minus
	if f.scale < 0 {
		f.scale, f.minus = -f.scale, ^f.minus
		for i := range level {
			level[i] = 2 - level[i]
		}
	}
	on := true
	for k := range n {
		code := b.code(level[8*k:])
		if f.row[k] = b.row[code]; f.row[k] < 0 {
			on = false
			f.row[k] = b.closestTernary(code, x[8*k:8*k+8], w[8*k:], f.scale, f.values(k))
		}
	}
	if on {
		return f
	}
	var qx, q2 float32
	if f.addSums(x, w, 1, &qx, &q2); qx > 0 && q2 > 0 {
		f.scale = qx / q2
	}
	return f
}

// values are what the digits of group k stand for.
func (f *iq1Fit) values(k int) *[3]float32 { return &iq1Shifted[f.minus>>k&1] }

// addSums adds Σ w·q·x and Σ w·q², q the values times step, weight by weight.
func (f *iq1Fit) addSums(x, w []float32, step float32, qx, q2 *float32) {
	digits := bookIQ1().digits
	for i, v := range x {
		q := f.values(i / 8)[digits[f.row[i/8]][i%8]] * step
		*qx += float32(float32(w[i]*q) * v)
		*q2 += float32(float32(w[i]*q) * q)
	}
}

// closestTernary is closest for weights with signs.
func (b *codebook) closestTernary(code int, x, w []float32, scale float32, values *[3]float32) int16 {
	best, least := b.near[code][0], float32(math.Inf(1))
	for _, row := range b.near[code] {
		var sum float32
		for i, v := range x {
			d := float32(scale*values[b.digits[row][i&7]]) - v
			sum += float32(float32(w[i]*d) * d)
		}
		if sum < least {
			best, least = row, sum
		}
	}
	return best
}

// zeroIQ1 is a block of zeros: of the middle digits, so that it decodes to an eighth of
// the smallest scale. ggml takes the first row, which is seven eighths.
func zeroIQ1() iq1Fit {
	zero := bookIQ1().row[0x5555]
	return iq1Fit{row: [4]int16{zero, zero, zero, zero}}
}

// step is the three bits of a block's scale.
func (f *iq1Fit) step(d float32) uint8 {
	return uint8(clamp(nearest(0.5*(float32(inverse(d)*f.scale)-1)), 0, 7))
}
