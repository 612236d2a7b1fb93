package cpu

import "math"

// blocks are values of a byte each, times a scale for every 32 of them: a KV
// cache of type q8_0. They are spread out as float32 where they are needed, a
// block of positions at a time.
type blocks struct {
	q      []int8
	scales []float32
}

const blockValues = 32

func newBlocks(n int) *blocks { return &blocks{make([]int8, n), make([]float32, n/blockValues)} }

// put rounds x to the values from `at` on.
func (b *blocks) put(at int, x []float32) {
	for i := 0; i < len(x); i += blockValues {
		most := float32(0)
		for _, v := range x[i : i+blockValues] {
			most = max(most, v, -v)
		}
		by := float32(0)
		if most > 0 {
			by = 127 / most
		}
		b.scales[(at+i)/blockValues] = most / 127
		for k, v := range x[i : i+blockValues] {
			b.q[at+i+k] = int8(math.Floor(float64(v*by + 0.5)))
		}
	}
}

// get is the way back: value i goes to x[i·step].
func (b *blocks) get(x []float32, at, n, step int) {
	for i := 0; i < n; i += blockValues {
		scale := b.scales[(at+i)/blockValues]
		for k, q := range b.q[at+i:][:blockValues] {
			x[(i+k)*step] = scale * float32(q)
		}
	}
}

// mixKeys is cache.mixKeys of position p and those after it in its run.
func (a *attention) mixKeys(s *queries, out, q []float32, head, p, cols int) {
	c, hd := a.c, a.c.shape.HeadDim
	if c.k8 == nil {
		c.mixKeys(a.d.k, out, q, c.key(a.layer, head, p), cols)
		return
	}
	for i := range keyRun {
		c.k8.get(s.spread[i:], c.value(a.layer, head, p+i), hd, keyRun)
	}
	a.d.k.MixF32(out, keyBlock, s.spread, keyRun, q, hd, cols, hd, false)
}

// mixValues adds the weighted values of n positions from p on to the sums, or sets
// those.
func (a *attention) mixValues(s *queries, sums []float32, head, p, cols, n int, add bool) {
	c, vd := a.c, a.c.valueDim
	if c.v8 == nil {
		for j := 0; j < vd; j += 16 {
			c.mixValues(a.d.k, sums[j:], s.scores, c.value(a.layer, head, p)+j, cols, n, add)
		}
		return
	}
	for i := range n {
		c.v8.get(s.spread[i*vd:], c.value(a.layer, head, p+i), vd, 1)
	}
	for j := 0; j < vd; j += 16 {
		a.d.k.MixF32(sums[j:], vd, s.spread[j:], vd, s.scores, keyBlock, cols, n, add)
	}
}
