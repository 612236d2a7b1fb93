package quant

import "math"

// What the formats without a search are made of: the range of a block and the
// level of each weight in it.

// boundsPortable finds the least and the largest value. Values are compared as integers,
// of which processors choose the smaller without a jump.
func boundsPortable(x []float32) (lo, hi float32) {
	least, most := int32(math.MaxInt32), int32(math.MinInt32)
	for _, v := range x {
		k := ordered(int32(math.Float32bits(v)))
		least, most = min(least, k), max(most, k)
	}
	return math.Float32frombits(uint32(ordered(least))), math.Float32frombits(uint32(ordered(most)))
}

// ordered maps the bits of numbers to integers of the same order, and back.
func ordered(b int32) int32 { return b ^ b>>31&math.MaxInt32 }

// stepsPortable stores the smaller of top and (x − lo)·id + add, cut to a whole
// number; none is negative.
func stepsPortable(level *[32]uint8, x *[32]float32, lo, id, add float32, top int32) {
	for i, v := range x {
		level[i] = uint8(min(top, int32(float32((v-lo)*id)+add)))
	}
}

// roundsPortable stores x·id, rounded to the nearest and ties away from zero.
func roundsPortable(level *[32]byte, x *[32]float32, id float32) {
	for i, v := range x {
		level[i] = byte(roundAway(v * id))
	}
}

// extreme32 is extreme.
func extreme32(x []float32) float32 {
	lo, hi := bounds(x)
	switch {
	case -lo > hi:
		return lo
	case hi > -lo:
		return hi
	}
	return extreme(x) // which comes first?
}
