package kernel

import (
	"math"
	"slices"
)

const (
	group = 32  // activations that share a scale
	run   = 256 // activations whose scales are multiples of one unit
)

// Q8 is a row of activations rounded to integers of two bytes, high and low.
// Both together are x[i] ≈ fine.d·(256·high[i] + low[i]), as good as float32 for
// every purpose here; the high byte alone is x[i] ≈ coarse.d·high[i], the usual
// 8-bit rounding. A scale for each 32 serves every weight type.
type Q8 struct {
	N         int    // values; a multiple of 32
	high, low []int8 // N each, −127…127
	coarse    scaled // of high alone
	fine      scaled // of both
	steps     []step // N/256, rounded up: of high alone
	even      []int8 // high; of each 128, the first and third 32 before the second and fourth
	split     []int8 // high; of each 128, the first 16 of each 32 before the second 16
	rest      [run]float32
}

// step is what the kernels that take four rows of weights at a time read of 256
// activations besides their bytes. Scales of weights that are integers are
// multiplied with mult as integers: the sum over all 256 is one integer, and unit
// what it is worth.
type step struct {
	d    [run / group]float32 // scales: mult times unit
	sum  [run / group]int16   // sums of the integers
	mult [run / group]int16   // 1…255
	unit float32
	_    [60]byte // to the next line of the cache
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
	room := (n + run - 1) / run * run
	q.N = n
	if cap(q.steps) < room/run {
		q.steps = make([]step, room/run)
	}
	q.steps = q.steps[:room/run]
	q.high, q.low = resized(q.high, n, room), resized(q.low, n, room)
	q.even, q.split = resized(q.even, room, room), resized(q.split, room, room)
	q.coarse.resize(n, room)
	q.fine.resize(n, room)
}

func (s *scaled) resize(n, room int) {
	s.d, s.s = resized(s.d, n/group, room/group), resized(s.s, n/group, room/group)
	s.h = resized(s.h, n/16, room/16)
}

// resized is s, or a new slice, of length n with zeros up to room.
func resized[T int8 | int32 | float32](s []T, n, room int) []T {
	if cap(s) < room {
		return make([]T, n, room)
	}
	clear(s[n:room])
	return s[:n]
}

// QuantizeQ8 rounds x, whose length is a multiple of 32, into dst, growing it on
// demand. 256 numbers with an infinity or NaN among them get the scale NaN, so
// that whatever is computed from them shows.
func (k *Kernels) QuantizeQ8(dst *Q8, x []float32) {
	dst.resize(len(x))
	whole := len(x) / run
	if whole > 0 {
		k.quantize(dst, 0, x[:whole*run])
	}
	if n := copy(dst.rest[:], x[whole*run:]); n > 0 {
		clear(dst.rest[n:])
		k.quantize(dst, whole, dst.rest[:])
	}
}

// tiny is the magnitude below which 256 activations count as zero: the
// reciprocal of their scale would overflow.
const tiny = 1e-30

// quantizeGo rounds whole runs, of which the first becomes the from-th of q.
func quantizeGo(q *Q8, from int, x []float32) {
	for ; len(x) > 0; from, x = from+1, x[run:] {
		s := &q.steps[from]
		by := s.choose(magnitudes(x[:run]))
		for i := range run / group {
			at, g := from*run+i*group, from*run/group+i
			high, low := q.high[:cap(q.high)][at:][:group], q.low[:cap(q.low)][at:][:group]
			quantizeGroup(high, low, x[i*group:][:group], by[i])
			a, b := sum8(high[:16]), sum8(high[16:])
			s.sum[i] = int16(a + b)
			q.order(g, high)
			q.coarse.set(g, s.d[i], a, b)
			q.fine.set(g, s.d[i]/256, a<<8+sum8(low[:16]), b<<8+sum8(low[16:]))
		}
	}
}

// set stores a group's scale and the sums of its halves, in the room behind the
// last group as well.
func (s *scaled) set(g int, d float32, a, b int32) {
	s.d[:g+1][g], s.s[:g+1][g] = d, d*float32(a+b)
	h := s.h[:2*g+2]
	h[2*g], h[2*g+1] = d*float32(a), d*float32(b)
}

// order keeps the bytes of group g in other orders.
func (q *Q8) order(g int, bytes []int8) {
	at := g / 4 * 128
	copy(q.even[at+g%2*64+g/2%2*32:], bytes)
	copy(q.split[at+g%4*16:], bytes[:16])
	copy(q.split[at+64+g%4*16:], bytes[16:])
}

// multiples is how many of a run's units its largest group gets. Products with
// six bits of weights, and eight bits of their scales, times this stay below 2³¹
// when 256 of them are added up in sixteen lanes.
const multiples = 255

// magnitudes is the largest of each group of 256 values, as bits: magnitudes
// compare as integers; that way NaN is the largest and never lost.
func magnitudes(x []float32) (tops [run / group]uint32) {
	for i, v := range x {
		tops[i/group] = max(tops[i/group], math.Float32bits(v)&^(1<<31))
	}
	return tops
}

// choose sets the scales of 256 values, given the largest of each group, and
// returns what to multiply them with for integers of two bytes. The largest group's
// scale is 255 units; the others are rounded up to whole ones, by which a group that
// is a tenth as large loses at most a 25th of its precision.
func (s *step) choose(tops [run / group]uint32) (by [run / group]float32) {
	largest := math.Float32frombits(slices.Max(tops[:]))
	if !(largest >= tiny && largest <= math.MaxFloat32) {
		*s = step{}
		if !(largest < tiny) {
			s.unit = float32(math.NaN())
		}
		for i := range s.d {
			s.d[i] = s.unit
		}
		return by
	}
	s.unit = largest / (127 * multiples)
	reciprocal := multiples / largest
	for i, top := range tops {
		multiple := float32(math.Ceil(float64(float32(math.Float32frombits(top) * reciprocal))))
		multiple = min(max(multiple, 1), multiples)
		s.mult[i], s.d[i] = int16(multiple), multiple*s.unit
		by[i] = 256 / s.d[i]
	}
	return by
}

// quantizeGroup rounds 32 values; `by` is 0 where they count for nothing.
func quantizeGroup(high, low []int8, x []float32, by float32) {
	if by == 0 {
		clear(high)
		clear(low)
		return
	}
	for i, v := range x {
		n := roundEven(v * by)
		h := (n + 128) >> 8
		// The assembly negates bytes, which −128 does not survive; to be one unit
		// off in 2¹⁵ is nothing.
		high[i], low[i] = int8(h), int8(max(n-h<<8, -127))
	}
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

	from [tileCols]*uint32 // what Interleave reads

	lacks16, lacks32 []int32 // minus the sums of each 16 or 32 of high, × 8; only if the tier uses them
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
	room := (n + run - 1) / run * run * tileCols
	n *= tileCols
	dst.high, dst.low = resized(dst.high, n, room), resized(dst.low, n, room)
	dst.coarse.resize(n, room)
	dst.fine.resize(n, room)
	if k.spread8 == nil {
		for c, r := range rows {
			spread(words(dst.high), c, words(r.high))
			spread(words(dst.low), c, words(r.low))
			dst.coarse.spread(c, r.coarse)
			dst.fine.spread(c, r.fine)
		}
		return
	}
	k.interleave(dst, rows, room/tileCols)
}

// interleave is Interleave by the tier's own means, for `room` values in each row.
func (k *Kernels) interleave(dst *Tile, rows []*Q8, room int) {
	spreadRows(k, dst, dst.high, rows, room/4, func(r *Q8) []int8 { return r.high })
	spreadRows(k, dst, dst.low, rows, room/4, func(r *Q8) []int8 { return r.low })
	for _, s := range []struct {
		to *scaled
		of func(r *Q8) *scaled
	}{{&dst.coarse, func(r *Q8) *scaled { return &r.coarse }}, {&dst.fine, func(r *Q8) *scaled { return &r.fine }}} {
		spreadRows(k, dst, s.to.d, rows, room/group, func(r *Q8) []float32 { return s.of(r).d })
		spreadRows(k, dst, s.to.s, rows, room/group, func(r *Q8) []float32 { return s.of(r).s })
		spreadRows(k, dst, s.to.h, rows, room/16, func(r *Q8) []float32 { return s.of(r).h })
	}
	if k.lacks != nil {
		n := room * tileCols
		dst.lacks16, dst.lacks32 = resized(dst.lacks16, n/16, n/16), resized(dst.lacks32, n/group, n/group)
		k.lacks(&dst.lacks16[0], &dst.lacks32[0], &dst.high[0], room/group)
	}
}

// spreadRows writes rows, the last of them for those that are missing, as columns
// of 32-bit numbers, which are so many.
func spreadRows[T int8 | float32](k *Kernels, t *Tile, dst []T, rows []*Q8, columns int, of func(r *Q8) []T) {
	for c := range t.from {
		t.from[c] = &words(of(rows[min(c, len(rows)-1)]))[0]
	}
	k.spread8(&words(dst)[0], &t.from, columns)
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
