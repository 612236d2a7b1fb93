package kernel

import "math"

// group is how many activations share a scale.
const group = 32

// Q8 is a row of activations rounded to 8 bits: x[i] ≈ D[i/32]·Q[i]. One scale
// for each 32 is finer than the 256 that K-quants strictly need, and serves
// every weight type.
type Q8 struct {
	N int       // values; a multiple of 32
	Q []int8    // N, each −127…127
	D []float32 // N/32: scales; NaN where the input was not finite
	S []float32 // N/32: D times the sum of the 32 in Q, for weights with an offset
	H []float32 // N/16: the same for each half, for weights with a scale per 16
}

// Slices keep room for whole runs of 256 values, zeros behind the last: the
// assembly may read them.
func (q *Q8) resize(n int) {
	if n%group != 0 {
		panic("kernel: a row of activations must be a multiple of 32 long")
	}
	room := (n + 255) / 256 * 256
	if cap(q.Q) < room {
		q.Q, q.D = make([]int8, room), make([]float32, room/group)
		q.S, q.H = make([]float32, room/group), make([]float32, room/16)
	}
	q.N = n
	q.Q, q.D, q.S, q.H = q.Q[:room], q.D[:room/group], q.S[:room/group], q.H[:room/16]
	clear(q.Q[n:])
	clear(q.D[n/group:])
	clear(q.S[n/group:])
	clear(q.H[n/16:])
	q.Q, q.D, q.S, q.H = q.Q[:n], q.D[:n/group], q.S[:n/group], q.H[:n/16]
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
	for g := range q.D {
		q.D[g] = quantizeGroup(q.Q[g*group:][:group], x[g*group:][:group])
		a, b := sum8(q.Q[g*group:][:16]), sum8(q.Q[g*group+16:][:16])
		q.H[2*g], q.H[2*g+1] = q.D[g]*float32(a), q.D[g]*float32(b)
		q.S[g] = q.D[g] * float32(a+b)
	}
}

// quantizeGroup rounds 32 values and returns their scale.
func quantizeGroup(q []int8, x []float32) float32 {
	// Magnitudes compare as integers; that way NaN is the largest and never lost.
	top := uint32(0)
	for _, v := range x {
		top = max(top, math.Float32bits(v)&^(1<<31))
	}
	largest := math.Float32frombits(top)
	if !(largest >= tiny && largest <= math.MaxFloat32) {
		clear(q)
		if largest < tiny {
			return 0
		}
		return float32(math.NaN())
	}
	by := 127 / largest
	for i, v := range x {
		q[i] = int8(roundEven(v * by))
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

	q       []int8    // N/4 × 8 × 4
	d, s, h []float32 // N/32 × 8, N/32 × 8, N/16 × 8, as in Q8
}

// Interleave makes dst of one to eight rows of equal length. It keeps the
// pointers: the rows must not change while dst is in use.
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
	dst.resize(n)
	dst.Cols, dst.rows = len(rows), append(dst.rows[:0], rows...)
	dst.fill(rows)
}

func (t *Tile) resize(n int) {
	if cap(t.q) < n*tileCols {
		t.q = make([]int8, n*tileCols)
		t.d, t.s = make([]float32, n/group*tileCols), make([]float32, n/group*tileCols)
		t.h = make([]float32, n/16*tileCols)
	}
	t.N, t.q = n, t.q[:n*tileCols]
	t.d, t.s, t.h = t.d[:n/group*tileCols], t.s[:n/group*tileCols], t.h[:n/16*tileCols]
}

func (t *Tile) fill(rows []*Q8) {
	if len(rows) < tileCols {
		clear(t.q)
		clear(t.d)
		clear(t.s)
		clear(t.h)
	}
	for c, r := range rows {
		spread(words(t.q), c, words(r.Q))
		spread(t.d, c, r.D)
		spread(t.s, c, r.S)
		spread(t.h, c, r.H)
	}
}

// spread writes src as column c of a matrix with 8 columns.
func spread[T float32 | uint32](dst []T, c int, src []T) {
	for i, v := range src {
		dst[i*tileCols+c] = v
	}
}
