//go:build cgo && !darwin

package gl

import (
	"math"

	"beyonder/engine/compute"
	"beyonder/shaders"
)

// kind says which verb a step is.
type kind int

const (
	other kind = iota
	product1
	expertProduct
	gating
	turning
	remembering
	norming
	routing
)

// step is a verb that was recorded: what must be known of it to do it together
// with its neighbours, and how it is done alone. Steps become passes when there
// are enough of them, in their order.
type step struct {
	kind   kind
	dst, x compute.Rows
	y      compute.Rows // gating: up; remembering: values
	m      *matrix      // product1: weights; norming: gain
	es     *experts
	c      compute.Choices
	rope   compute.Rope
	cache  *cache
	layer  int
	pos    int
	eps    float32
	alone  func()
}

// ahead is how many steps are looked at together, at most.
const ahead = 3

// say records a verb.
func (d *Device) say(s step) {
	if d.failure() != nil {
		d.steps = d.steps[:0]
		return
	}
	d.steps = append(d.steps, s)
	if len(d.steps) >= batch {
		d.lower(ahead)
	}
}

// lower makes passes of the recorded steps but the last keep-1 of them, which may
// go together with what comes.
func (d *Device) lower(keep int) {
	steps := d.steps
	d.steps = nil
	for len(steps) >= max(keep, 1) {
		n := d.fuse(steps)
		if n == 0 {
			steps[0].alone()
			n = 1
		}
		steps = steps[n:]
	}
	d.steps = append(make([]step, 0, batch), steps...)
}

// fuse does the first steps in one dispatch and returns how many; 0: it cannot.
func (d *Device) fuse(s []step) int {
	for _, f := range [...]func([]step) int{d.fuseGates, d.fuseProducts, d.fuseTurn, d.fuseChoice} {
		if n := f(s); n > 0 {
			return n
		}
	}
	return 0
}

// single tells whether a matrix is in one buffer, as far as kernels of several
// matrices are concerned.
func (m *matrix) single() bool {
	return len(m.slabs) == 1 && m.slabs[0].expert == 0 && m.slabs[0].rows == m.out
}

// single is the experts' one matrix; nil if there are several.
func (e *experts) single() *matrix {
	if len(e.runs) == 1 && e.runs[0].single() && e.runs[0].slabs[0].held == e.count {
		return e.runs[0]
	}
	return nil
}

// alike tells whether two ropes are the same one.
func alike(a, b compute.Rope) bool {
	return a.HeadDim == b.HeadDim && a.Scale == b.Scale && a.Half == b.Half && len(a.Freqs) == len(b.Freqs) && len(a.Freqs) > 0 && &a.Freqs[0] == &b.Freqs[0]
}

// same tells whether two runs of rows are the same.
func same(a, b compute.Rows) bool { return a == b }

// weightsOf binds a matrix of several: as quads and as words.
func (p *pass) weightsOf(n int, m *matrix) {
	const first = 6 // as in package shaders
	p.bind[first+2*n], p.bind[first+2*n+1] = m.slabs[0].buf, m.slabs[0].buf
}

// fuseProducts does up to three products of the same row: queries, keys, values.
func (d *Device) fuseProducts(s []step) int {
	n := 0
	for n < min(len(s), 3) && s[n].kind == product1 && same(s[n].x, s[0].x) && s[n].x.N == 1 && s[n].m.single() && !s[n].m.half {
		n++
	}
	if n < 2 {
		return 0
	}
	x, in := s[0].x, d.shapeOf(s[0].m.format)
	p := pass{
		variant: shaders.Variant{Kernel: "several", Format: s[0].m.format, Workgroup: in.Threads, Rows: in.Rows},
		bind:    bindings{buf(x)}, args: args{s[0].m.pieces, at(x) / 4},
	}
	all := uint32(0)
	for i, t := range s[:n] {
		if i > 0 {
			p.variant.Further[i-1] = t.m.format
		}
		p.weightsOf(i, t.m)
		p.bind[1+i] = buf(t.dst)
		p.written |= 1 << (1 + i)
		p.args[2+3*i], p.args[3+3*i], p.args[4+3*i] = uint32(t.m.out), t.m.stride, at(t.dst)
		all += groups(t.m.out, in.Rows)
		p.work += int64(t.m.in) * int64(t.m.out)
	}
	if all > mostGroups {
		return 0
	}
	p.groups = [3]uint32{all, 1, 1}
	d.record(p)
	return n
}

// fuseGates does gate, up and what SwiGLU makes of them.
func (d *Device) fuseGates(s []step) int {
	if len(s) < 3 || s[0].kind != s[1].kind || s[2].kind != gating || !same(s[0].x, s[1].x) || s[0].x.N != 1 ||
		!same(s[2].dst, s[0].dst) || !same(s[2].x, s[0].dst) || !same(s[2].y, s[1].dst) || pitch(s[0].dst) != pitch(s[1].dst) {
		return 0
	}
	x, g, u := s[0].x, s[0].dst, s[1].dst
	p := pass{
		variant: shaders.Variant{Kernel: "gates"},
		bind:    bindings{buf(x), buf(g), buf(u)}, written: 1<<1 | 1<<2,
	}
	a, b := s[0].m, s[1].m
	list := uint32(0)
	switch s[0].kind {
	case expertProduct:
		if s[0].c != s[1].c || s[0].c.N*s[0].c.Used > fewRows {
			return 0
		}
		a, b = s[0].es.single(), s[1].es.single()
		c := s[0].c.Buf.(*choices)
		p.variant.Experts, p.bind[3], list = true, c.arena.ids, uint32(c.at)
	case product1:
	default:
		return 0
	}
	if a == nil || b == nil || !a.single() || !b.single() || a.half || b.half || a.out != b.out || a.in != b.in {
		return 0
	}
	in := d.shapeOf(a.format)
	if groups(a.out, in.Rows) > mostGroups {
		return 0
	}
	p.variant.Format, p.variant.Further[0], p.variant.Workgroup, p.variant.Rows = a.format, b.format, in.Threads, in.Rows
	p.weightsOf(0, a)
	p.weightsOf(1, b)
	p.args = args{a.pieces, at(x) / 4, uint32(a.out), a.stride, b.stride, at(g), at(u), pitch(g), list}
	p.groups = [3]uint32{groups(a.out, in.Rows), uint32(g.N), 1}
	p.work = 2 * int64(a.in) * int64(a.out) * int64(g.N)
	d.record(p)
	return 3
}

// fuseDown does ExpertMatMulAdd for one token: the products, weighted and summed.
func (d *Device) fuseDown(dst compute.Rows, es *experts, x compute.Rows, c compute.Choices) bool {
	m := es.single()
	if m == nil || m.half || dst.N != 1 || c.Used > fewRows {
		return false
	}
	b, in := c.Buf.(*choices), d.shapeOf(m.format)
	in.Rows = min(in.Rows, max(1, in.Threads/c.Used)) // each has an invocation for its sum
	if groups(m.out, in.Rows) > mostGroups {
		return false
	}
	p := pass{
		variant: shaders.Variant{Kernel: "down", Format: m.format, Workgroup: in.Threads, Rows: in.Rows, Used: c.Used},
		bind:    bindings{buf(x), buf(dst), b.arena.ids, b.arena.weights}, written: 1 << 1,
		args:   args{m.pieces, at(x) / 4, pitch(x) / 4, uint32(m.out), m.stride, at(dst), uint32(b.at)},
		groups: [3]uint32{groups(m.out, in.Rows), 1, 1},
		work:   int64(m.in) * int64(m.out) * int64(c.Used),
	}
	p.weightsOf(0, m)
	d.record(p)
	return true
}

// mostTurned is the largest head that turn.comp keeps in shared memory, key and value.
const mostTurned = 2048

// fuseTurn does RoPE of queries and keys, and writes keys and values to the cache.
func (d *Device) fuseTurn(s []step) int {
	if len(s) < 3 || s[0].kind != turning || s[1].kind != turning || s[2].kind != remembering {
		return 0
	}
	q, k, v, shape := s[0].x, s[1].x, s[2].y, s[2].cache.shape
	if !same(s[2].x, k) || q.N != k.N || s[0].pos != s[1].pos || s[0].pos != s[2].pos || !alike(s[0].rope, s[1].rope) ||
		s[0].rope.HeadDim != shape.HeadDim || shape.HeadDim > mostTurned || buf(q) == buf(k) || buf(v) == buf(k) {
		return 0
	}
	r := s[0].rope
	heads, half := q.Width/shape.HeadDim, uint32(0)
	if r.Half {
		half = 1
	}
	table := d.table(r, s[0].pos, q.N)
	d.record(pass{
		variant: shaders.Variant{Kernel: "turn", Workgroup: d.tiles.wide, HeadDim: shape.HeadDim, F16: shape.F16 && !shape.Q8, Q8: shape.Q8},
		bind:    bindings{buf(q), buf(k), buf(v), table, s[2].cache.k[s[2].layer], s[2].cache.v[s[2].layer]},
		written: 1 | 1<<1 | 1<<4 | 1<<5,
		args: args{
			uint32(heads), at(q), pitch(q), at(k), at(v), pitch(k), uint32(len(r.Freqs)), half, uint32(shape.Tokens), uint32(s[0].pos),
		},
		groups: [3]uint32{uint32(heads + shape.KVHeads), uint32(q.N), 1},
	})
	return 3
}

// mostChosen is from how many experts choose.comp chooses, at most.
const mostChosen = 16

// fuseChoice does the norm before a router, its logits and its choice.
func (d *Device) fuseChoice(s []step) int {
	if len(s) < 3 || s[0].kind != norming || s[1].kind != product1 || s[2].kind != routing {
		return 0
	}
	x, y, gain, router, logits := s[0].x, s[0].dst, s[0].m, s[1].m, s[1].dst
	flat := func(m *matrix) bool { return m.format == "f32" || m.format == "f16" || m.format == "bf16" }
	if !same(s[1].x, y) || !same(s[2].x, logits) || !router.single() || !flat(gain) || !flat(router) || router.out > min(mostChosen, d.tiles.norm) {
		return 0
	}
	c := s[2].c.Buf.(*choices)
	c.version++
	p := pass{
		variant: shaders.Variant{
			Kernel: "choose", Format: gain.format, Further: [2]string{router.format}, Workgroup: d.tiles.norm,
			Choose: router.out, Used: s[2].c.Used, Halve: router.half,
		},
		bind: bindings{buf(x), buf(y), buf(logits), c.arena.ids, c.arena.weights}, written: 1<<1 | 1<<2 | 1<<3 | 1<<4,
		args: args{
			gain.pieces, at(x) / 4, at(y) / 4, pitch(x) / 4, uint32(x.Width), math.Float32bits(s[0].eps), router.stride,
			at(logits), pitch(logits), uint32(c.at),
		},
		groups: [3]uint32{uint32(x.N), 1, 1},
	}
	p.weightsOf(0, gain)
	p.weightsOf(1, router)
	d.record(p)
	return 3
}
