//go:build cgo && !darwin

package gl

import (
	"beyonder/engine/compute"
	"beyonder/shaders"
)

// MatMul sets dst = x·wᵀ.
func (d *Device) MatMul(dst compute.Rows, w compute.Matrix, x compute.Rows) {
	d.dense(dst, w.(*matrix), x, 0)
}

// MatMulAdd adds x·wᵀ to dst.
func (d *Device) MatMulAdd(dst compute.Rows, w compute.Matrix, x compute.Rows) {
	d.dense(dst, w.(*matrix), x, 1)
}

func (d *Device) dense(dst compute.Rows, m *matrix, x compute.Rows, add uint32) {
	if x.Width != m.in || dst.Width != m.out || x.N != dst.N {
		d.failf("tensor %q takes %d values to %d, but was given %d for %d", m.name, m.in, m.out, x.Width, dst.Width)
		return
	}
	if x.N == 0 || d.tall(x.N) {
		return
	}
	kind := product1
	if add != 0 {
		kind = other
	}
	d.say(step{kind: kind, dst: dst, x: x, m: m, alone: func() { d.product(dst, m, x, add) }})
}

func (d *Device) product(dst compute.Rows, m *matrix, x compute.Rows, add uint32) {
	if m.half {
		x = d.halve(x)
	}
	p := product{m: m, x: x, to: buf(dst), at: at(dst), step: pitch(dst), slots: x.N, share: 1, add: add}
	d.multiply(&p)
}

// product is x times the rows of one matrix, or of the experts that were chosen.
type product struct {
	m        *matrix
	x        compute.Rows
	to       *buffer
	at, step uint32 // of the result, in float32
	slots    int    // rows of the result
	share    int    // of which so many have the same row of x
	add      uint32

	chosen  *buffer // nil: no experts
	list    uint32  // where the choices, or the sorted slots, begin there
	experts int     // in all
	joins   bool    // the output was begun by a pass before
}

// fewRows is up to how many rows of activations each weight is decoded for each
// four of them; above, tiles of decoded weights are shared.
const fewRows = 8

// multiply records the product: for few rows as matrix times vectors, for many
// in tiles.
func (d *Device) multiply(p *product) {
	if p.slots <= fewRows {
		columns := 1
		if p.slots > 1 && p.chosen == nil {
			columns = 4
		}
		in := shape{d.tiles.vecThreads, d.tiles.vecRows}
		if columns == 1 {
			in = d.shapeOf(p.m.format)
		}
		v := shaders.Variant{Kernel: "matvec", Workgroup: in.Threads, Rows: in.Rows, Columns: columns}
		d.spread(p, v, 1)
		return
	}
	t := d.tiles.narrow
	if p.slots >= 2*d.tiles.broad.columns {
		t = d.tiles.broad
	}
	v := shaders.Variant{Kernel: "matmul", Rows: t.rows, Columns: t.columns, Each: t.each, Workgroup: t.rows * t.columns / (t.each * t.each)}
	held := 1
	if p.chosen != nil {
		held = 0 // as many as a slab has
	}
	d.spread(p, v, held)
}

// spread records the product of one program over all slabs, in dispatches short
// enough that the desktop is not kept waiting. held is how many matrices a
// dispatch goes through along z, 0 for all of a slab.
func (d *Device) spread(p *product, v shaders.Variant, held int) {
	v.Format, v.Experts = p.m.format, p.chosen != nil
	for _, s := range p.m.slabs {
		depth := held
		if held == 0 {
			depth = s.held
		}
		columns := (p.slots + v.Columns - 1) / v.Columns
		each := int64(v.Rows) * int64(p.m.in) * int64(p.slots) // multiply-adds of one group along x
		most := min(max(1, int(d.budget()/each)), mostGroups) * v.Rows
		for from := 0; from < s.rows; from += most {
			rows := min(most, s.rows-from)
			d.record(pass{
				variant: v, joins: p.joins, work: each * int64(rows/v.Rows),
				bind: bindings{s.buf, s.buf, buf(p.x), p.to, p.chosen}, written: 1 << 3,
				args: args{
					p.m.pieces, p.m.stride, uint32(s.rows), uint32(from), uint32(s.first),
					at(p.x) / 4, pitch(p.x) / 4, p.at, p.step, uint32(p.slots), p.add,
					uint32(s.expert), uint32(s.held), uint32(p.share), uint32(p.experts), p.list,
				},
				groups: [3]uint32{groups(rows, v.Rows), uint32(columns), uint32(depth)},
			})
			p.joins = true
		}
	}
}

// halve rounds activations to float16 (compute.Weights.HalfInput).
func (d *Device) halve(x compute.Rows) compute.Rows {
	to := d.need(&d.scratch.halved, 4*int64(x.N)*int64(pitch(x)))
	d.record(pass{
		variant: shaders.Variant{Kernel: "halve", Workgroup: d.tiles.wide},
		bind:    bindings{buf(x), to}, written: 1 << 1,
		args:   args{at(x), pitch(x)},
		groups: [3]uint32{groups(padded(x.Width), d.tiles.wide), uint32(x.N), 1},
	})
	return compute.Rows{Buf: to, N: x.N, Width: x.Width}
}
