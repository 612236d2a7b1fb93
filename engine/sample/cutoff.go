package sample

import "math"

// cutoff finds where a walk from the largest key down, at equal keys in order
// of index, has gathered enough weight: key is that of the candidate it ends
// at, which is included, and ties is how many with this key it has passed. It
// uses keys and weights up.
//
// It is a radix selection, eight bits at a time: linear in the number of
// candidates whatever their values, and without the mispredicted branch per
// comparison that a sort or a quickselect of 150,000 values pays for.
func (c *candidates) cutoff(enough float64) (key uint32, ties int) {
	keys, weights := c.keys, c.weights
	gathered := 0.0
	for shift := 24; shift >= 0; shift -= 8 {
		var mass [256]float64
		for i, k := range keys {
			mass[k>>shift&255] += weights[i]
		}
		var digit uint32
		digit, gathered = crossing(&mass, gathered, enough)
		n := 0
		for i, k := range keys {
			if k>>shift&255 == digit {
				keys[n], weights[n] = k, weights[i]
				n++
			}
		}
		keys, weights = keys[:n], weights[:n]
	}
	for _, w := range weights {
		gathered += w
		ties++
		if gathered >= enough {
			break
		}
	}
	return keys[0], ties
}

// crossing returns the digit in whose mass the sum reaches enough, counted from
// the highest, and the sum before it. Where rounding leaves the whole sum short
// it is the lowest digit with a mass.
func crossing(mass *[256]float64, sum, enough float64) (digit uint32, before float64) {
	for d := 255; d >= 0; d-- {
		if mass[d] == 0 {
			continue
		}
		digit, before = uint32(d), sum
		if sum += mass[d]; sum >= enough {
			break
		}
	}
	return digit, before
}

// keyByLogit sets keys so that the likeliest candidate has the largest.
func (c *candidates) keyByLogit() {
	c.keys = grow(c.keys, len(c.logits))
	for i, l := range c.logits {
		c.keys[i] = keyOf(l)
	}
}

// keyOf maps floats to integers of the same order. Adding 0 makes the two
// zeros one.
func keyOf(x float32) uint32 {
	b := math.Float32bits(x + 0)
	return b ^ (uint32(int32(b)>>31) | 1<<31)
}

// logitOf is the inverse of keyOf.
func logitOf(key uint32) float32 {
	if key>>31 == 1 {
		return math.Float32frombits(key ^ 1<<31)
	}
	return math.Float32frombits(^key)
}
