package cpu

import (
	"math"

	"beyonder/engine/compute"
)

const (
	queryBlock = 64  // rows of queries that go through the keys together, at least the heads that share a key
	keyBlock   = 256 // positions that are weighed at a time
)

// splitKeys is how many positions a part of a single row's attention goes through:
// heads that share keys are few, cores may be many. Where parts end depends on
// nothing but this, so that any number of cores adds up the same numbers.
const splitKeys = 2 * keyBlock

// Attend computes, for each row and head, softmax(q·Kᵀ/√d)·V over the positions
// up to the row's own. Head h reads key/value head h·kvHeads/heads. Keys are
// taken in blocks and the softmax is kept running (Milakov and Gimelshein 2018;
// Dao et al. 2022): a row's result depends on nothing but the positions it sees.
func (d *Device) Attend(dst, q compute.Rows, kv compute.Cache, layer, pos int) {
	d.Finish()
	c := kv.(*cache)
	a := &d.attention
	*a = attention{d: d, c: c, layer: layer, pos: pos, out: write(dst), q: read(q), width: q.Width, n: q.N}
	a.share = q.Width / c.shape.HeadDim / c.shape.KVHeads
	a.rows = max(1, queryBlock/a.share)
	a.blocks = (q.N + a.rows - 1) / a.rows
	a.splits = (pos + splitKeys) / splitKeys
	if q.N > 1 || a.splits == 1 {
		d.pool.run(c.shape.KVHeads*a.blocks, a)
		return
	}
	if n := c.shape.KVHeads * a.splits * a.share * (c.valueDim + 2); len(d.partial) < n {
		d.partial = make([]float32, n+n/2)
	}
	d.pool.run(c.shape.KVHeads*a.splits, (*splitTask)(a))
	d.pool.run(c.shape.KVHeads, (*mergeTask)(a))
}

// attention is one call of Attend.
type attention struct {
	d          *Device
	c          *cache
	layer, pos int
	out, q     []float32
	width, n   int // of q and out
	share      int // heads that read one key/value head
	rows       int // in a block
	blocks     int
	splits     int // of the positions that a single row sees
}

// part is a block's for one key/value head. The last rows of a prompt have the
// most to read: they are drawn first.
func (a *attention) part(part, worker int) {
	heads := a.c.shape.KVHeads
	a.block(part%heads, a.blocks-1-part/heads, worker)
}

// queries is what a goroutine works on: the rows of a block, those of one row
// together, one for each head that shares the key.
type queries struct {
	count  int
	q      []float32 // count × headDim, scaled; zeros up to a multiple of 8
	scores []float32 // 8 × keyBlock
	sums   []float32 // count × valueDim, up to a multiple of 8: not yet divided
	top    []float32 // the largest score so far
	weight []float32 // the sum of e^(score−top)
	spread []float32 // keyBlock × valueDim: keys or values of a cache in blocks
}

// queries lays out a goroutine's scratch memory.
func (a *attention) queries(worker, count int) queries {
	room, hd, vd := (count+7)/8*8, a.c.shape.HeadDim, a.c.valueDim
	spread := 0
	if a.c.k8 != nil {
		spread = keyBlock * vd
	}
	m := a.d.need(worker, room*(hd+vd+2)+8*keyBlock+spread)
	cut := func(n int) []float32 {
		part := m[:n:n]
		m = m[n:]
		return part
	}
	return queries{count: count, q: cut(room * hd), scores: cut(8 * keyBlock), sums: cut(room * vd), top: cut(room), weight: cut(room), spread: cut(spread)}
}

// block computes some rows for the heads that share a key/value head.
func (a *attention) block(head, block, worker int) {
	from := block * a.rows
	s := a.lay(head, from, min(a.rows, a.n-from), worker)
	a.look(&s, head, 0, a.pos+from+1)
	for i := range s.count {
		for j := range a.row(a.out, from, head, i) {
			a.row(a.out, from, head, i)[j] = s.sums[i*a.c.valueDim+j] / s.weight[i]
		}
	}
}

// lay lays out the queries of some rows for the heads that share a key/value head.
func (a *attention) lay(head, from, rows, worker int) queries {
	s, hd := a.queries(worker, rows*a.share), a.c.shape.HeadDim
	scale := float32(1 / math.Sqrt(float64(hd)))
	for i := range s.count {
		for j, v := range a.row(a.q, from, head, i) {
			s.q[i*hd+j] = v * scale
		}
	}
	clear(s.q[s.count*hd:])
	return s
}

// look takes queries through positions from start on. The first query's row sees
// those before `seen`.
func (a *attention) look(s *queries, head, start, seen int) {
	for first := 0; first < s.count; first += 8 {
		for p := start; a.tile(s, head, first, p, start, seen); p += keyBlock {
		}
	}
}

// splitTask is some of the positions that a single row sees.
type splitTask attention

func (t *splitTask) part(part, worker int) {
	a := (*attention)(t)
	head, split := part/a.splits, part%a.splits
	s := a.lay(head, 0, 1, worker)
	a.look(&s, head, split*splitKeys, min(a.pos+1, (split+1)*splitKeys))
	for i := range s.count {
		sums, rest := a.partial(head, split, i)
		copy(sums, s.sums[i*a.c.valueDim:])
		rest[0], rest[1] = s.top[i], s.weight[i]
	}
}

// partial is what a split leaves for a query: the sums, then the largest score and
// the sum of weights.
func (a *attention) partial(head, split, i int) (sums, rest []float32) {
	vd := a.c.valueDim
	m := a.d.partial[((head*a.splits+split)*a.share+i)*(vd+2):][:vd+2]
	return m[:vd], m[vd:]
}

// mergeTask brings the splits of a head to the same scale and adds them up, the
// first positions first.
type mergeTask attention

func (t *mergeTask) part(head, _ int) {
	a := (*attention)(t)
	for i := range a.share {
		sums, whole := a.partial(head, 0, i)
		for split := 1; split < a.splits; split++ {
			more, rest := a.partial(head, split, i)
			top := max(whole[0], rest[0])
			was, is := exp32(whole[0]-top), exp32(rest[0]-top)
			a.d.k.Scale(sums, was)
			a.d.k.AxpyF32(sums, is, more)
			whole[0], whole[1] = top, whole[1]*was+rest[1]*is
		}
		out := a.row(a.out, 0, head, i)
		for j := range out {
			out[j] = sums[j] / whole[1]
		}
	}
}

func exp32(x float32) float32 { return float32(math.Exp(float64(x))) }

// row is the i-th query's part of q or out.
func (a *attention) row(x []float32, from, head, i int) []float32 {
	hd := a.c.shape.HeadDim
	return x[(from+i/a.share)*a.width+(head*a.share+i%a.share)*hd:][:hd]
}

// tile takes up to 8 queries through the positions from p on, up to keyBlock of
// them; false if there were none. The first query's row sees those before `seen`;
// all rows begin at start.
func (a *attention) tile(s *queries, head, first, p, start, seen int) bool {
	count := min(8, s.count-first)
	visible := func(i int) int { return min(keyBlock, max(0, seen+(first+i)/a.share-p)) }
	most := visible(count - 1)
	if most == 0 {
		return false
	}
	cols := 8
	if count <= 4 {
		cols = 4
	}
	hd, vd := a.c.shape.HeadDim, a.c.valueDim
	for k := 0; k < most; k += keyRun {
		a.fetch(head, p+k)
		a.mixKeys(s, s.scores[k:], s.q[first*hd:], head, p+k, cols)
	}
	for i := range count {
		a.weigh(s, first+i, s.scores[i*keyBlock:][:most], visible(i), p == start)
	}
	for i := count; i < cols; i++ {
		clear(s.scores[i*keyBlock:][:most])
	}
	a.mixValues(s, s.sums[first*vd:], head, p, cols, most, p > start)
	return true
}

// fetch has the values of a run of positions brought into the second cache while
// its keys are multiplied, and the keys of a run a little further on: a single row
// would wait for either.
func (a *attention) fetch(head, p int) {
	c := a.c
	if a.n > 1 || c.k16 == nil {
		return
	}
	v := c.value(a.layer, head, p)
	a.d.k.Fetch(c.v16[v:min(len(c.v16), v+keyRun*c.valueDim)])
	k := c.key(a.layer, head, p+4*keyRun)
	if end := k + keyRun*c.shape.HeadDim; end <= len(c.k16) {
		a.d.k.Fetch(c.k16[k:end])
	}
}

// weigh turns a query's scores into weights, of which the first n count, and
// brings what has been summed up so far to the same scale.
func (a *attention) weigh(s *queries, i int, scores []float32, n int, begins bool) {
	clear(scores[n:])
	if n == 0 {
		return
	}
	k, top := a.d.k, a.d.k.Max(scores[:n])
	if begins {
		s.top[i], s.weight[i] = top, k.ExpSum(scores[:n], top)
		return
	}
	if top > s.top[i] {
		by := exp32(s.top[i] - top)
		s.top[i] = top
		s.weight[i] *= by
		k.Scale(s.sums[i*a.c.valueDim:][:a.c.valueDim], by)
	}
	s.weight[i] += k.ExpSum(scores[:n], s.top[i])
}
