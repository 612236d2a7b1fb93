package kernel

import "math"

// group is how many activations share a scale.
const group = 32

// Q8 is a row of activations rounded to integers of two bytes, high and low.
// Both together are x[i] ≈ fine.d·(256·high[i] + low[i]), as good as float32 for
// every purpose here; the high byte alone is x[i] ≈ coarse.d·high[i], the usual
// 8-bit rounding. A scale for each 32 serves every weight type.
type Q8 struct {
	N         int    // values; a multiple of 32
	high, low []int8 // N each, −127…127
	coarse    scaled // of high alone
	fine      scaled // of both
}

// scaled is what the integers are worth.
type scaled struct {
	d []float32 // N/32: scales; NaN where the input was not finite
	s []float32 // N/32: d times the sum of the 32 integers, for weights with an offset
	h []float32 // N/16: the same for each half, for weights with a scale per 16
}

// resize makes room for whole runs of 256 values, with zeros behind the last
// one: the assembly reads them.
func (q *Q8) resize(n int) {
	if n%group != 0 {
		panic("kernel: a row of activations must be a multiple of 32 long")
	}
	room := (n + 255) / 256 * 256
	q.N = n
	q.high, q.low = resized(q.high, n, room), resized(q.low, n, room)
	q.coarse.resize(n, room)
	q.fine.resize(n, room)
}

func (s *scaled) resize(n, room int) {
	s.d, s.s = resized(s.d, n/group, room/group), resized(s.s, n/group, room/group)
	s.h = resized(s.h, n/16, room/16)
}

// resized is s, or a new slice, of length n with zeros up to room.
func resized[T int8 | float32](s []T, n, room int) []T {
	if cap(s) < room {
		return make([]T, n, room)
	}
	clear(s[n:room])
	return s[:n]
}

// QuantizeQ8 rounds x, whose length is a multiple of 32, into dst, growing it on
// demand. A group with an infinity or NaN gets the scale NaN, so that whatever
// is computed from it shows.
func (k *Kernels) QuantizeQ8(dst *Q8, x []float32) {
	dst.resize(len(x))
	if len(x) > 0 {
		k.quantize(dst, x)
	}
}

// tiny is the magnitude below which a group of activations counts as zero: the
// reciprocal of its scale would overflow.
const tiny = 1e-30

func quantizeGo(q *Q8, x []float32) {
	for g := range q.coarse.d {
		high, low := q.high[g*group:][:group], q.low[g*group:][:group]
		unit := quantizeGroup(high, low, x[g*group:][:group])
		a, b := sum8(high[:16]), sum8(high[16:])
		q.coarse.set(g, unit, a, b)
		q.fine.set(g, unit/256, a<<8+sum8(low[:16]), b<<8+sum8(low[16:]))
	}
}

// set stores a group's scale and the sums of its halves.
func (s *scaled) set(g int, d float32, a, b int32) {
	s.d[g], s.s[g] = d, d*float32(a+b)
	s.h[2*g], s.h[2*g+1] = d*float32(a), d*float32(b)
}

// quantizeGroup rounds 32 values and returns what a unit of the high byte is worth.
func quantizeGroup(high, low []int8, x []float32) float32 {
	// Magnitudes compare as integers; that way NaN is the largest and never lost.
	top := uint32(0)
	for _, v := range x {
		top = max(top, math.Float32bits(v)&^(1<<31))
	}
	largest := math.Float32frombits(top)
	if !(largest >= tiny && largest <= math.MaxFloat32) {
		clear(high)
		clear(low)
		if largest < tiny {
			return 0
		}
		return float32(math.NaN())
	}
	by := 127 * 256 / largest
	for i, v := range x {
		n := roundEven(v * by)
		h := (n + 128) >> 8
		// The assembly negates bytes, which −128 does not survive; to be one unit
		// off in 2¹⁵ is nothing.
		high[i], low[i] = int8(h), int8(max(n-h<<8, -127))
	}
	return largest / 127
}

// roundEven rounds to the nearest integer, ties to even, for |v| < 2²²: adding
// 1.5·2²³ leaves no bit for a fraction. The conversion forbids a fused multiply.
func roundEven(v float32) int32 {
	return int32(math.Float32bits(float32(v)+(3<<22))) - 0x4b400000
}

func sum8(q []int8) (s int32) {
	for _, v := range q {
		s += int32(v)
	}
	return s
}

// tileCols is how many rows of activations a tile holds.
const tileCols = 8

// Tile is up to eight rows of activations interleaved for Gemm, so that one
// broadcast reads four consecutive values of one row. Made once, it serves every
// matrix that multiplies these rows.
type Tile struct {
	N    int   // values in each row
	Cols int   // rows of activations: 1…8
	rows []*Q8 // the same, not interleaved

	high, low    []int8 // N/4 × 8 × 4
	coarse, fine scaled // as in Q8, each × 8
}

// Interleave makes dst of one to eight rows of equal length. It keeps the
// pointers: the rows must not change while dst is in use. Columns that are not
// given hold what they held; what becomes of them is thrown away.
func (k *Kernels) Interleave(dst *Tile, rows []*Q8) {
	n := rows[0].N
	for _, r := range rows {
		if r.N != n {
			panic("kernel: rows of different lengths in a tile")
		}
	}
	if len(rows) > tileCols {
		panic("kernel: more than 8 rows in a tile")
	}
	dst.N, dst.Cols, dst.rows = n, len(rows), append(dst.rows[:0], rows...)
	n *= tileCols
	dst.high, dst.low = resized(dst.high, n, n), resized(dst.low, n, n)
	dst.coarse.resize(n, n)
	dst.fine.resize(n, n)
	for c, r := range rows {
		spread(words(dst.high), c, words(r.high))
		spread(words(dst.low), c, words(r.low))
		dst.coarse.spread(c, r.coarse)
		dst.fine.spread(c, r.fine)
	}
}

func (s *scaled) spread(c int, from scaled) {
	spread(s.d, c, from.d)
	spread(s.s, c, from.s)
	spread(s.h, c, from.h)
}

// spread writes src as column c of a matrix with 8 columns.
func spread[T float32 | uint32](dst []T, c int, src []T) {
	for i, v := range src {
		dst[i*tileCols+c] = v
	}
}
