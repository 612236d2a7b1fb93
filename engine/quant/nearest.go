package quant

import "math"

// Encoding has to be repeatable to the bit: the same weights give the same file
// on every machine, and the file that ggml's encoders give. Hence two habits of
// all encoders here. Products are wrapped in float32(…) before they are added
// to, because Go may fuse the two operations into one with a single rounding, and does
// on some processors. And sums are taken in the order of the weights, never in
// parts.

// magic is 1.5·2²³: a float32 of this size has no digits after the point, so that
// adding it rounds, to the nearest and ties to even.
const magic = 1.5 * (1 << 23)

// nearest rounds x, |x| < 2²², to the nearest integer, ties to even.
func nearest(x float32) int32 {
	return int32(math.Float32bits(float32(x)+magic)&0x7fffff) - 0x400000
}

// roundAway rounds x, |x| < 2²³, to the nearest integer, ties away from zero. Not
// a half but the number below it is added, lest the sum round up what is below
// the tie.
func roundAway(x float32) int32 {
	const belowHalf = 0x3effffff
	return int32(float32(x) + math.Float32frombits(belowHalf|math.Float32bits(x)&(1<<31)))
}

func clamp(l, lo, hi int32) int32 { return max(lo, min(l, hi)) }

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// sumSquares is Σx².
func sumSquares(x []float32) float32 {
	var sum float32
	for _, v := range x {
		sum += float32(v * v)
	}
	return sum
}

// total is Σx.
func total(x []float32) float32 {
	var sum float32
	for _, v := range x {
		sum += v
	}
	return sum
}

// emphasis fills w with how much an error of each weight counts: the importance
// of its column times √(σ² + x²), which does not neglect small weights entirely.
func emphasis(w, x, importance []float32, variance float32) {
	w, importance = w[:len(x)], importance[:len(x)]
	for i, v := range x {
		w[i] = importance[i] * sqrt(variance+float32(v*v))
	}
}

// squares fills w with x²: the emphasis of those who know nothing of columns.
func squares(w, x []float32) {
	w = w[:len(x)]
	for i, v := range x {
		w[i] = v * v
	}
}

// tiny is below what any block's largest weight matters at; ggml's encoders make
// such blocks zero.
const tiny = 1e-15
