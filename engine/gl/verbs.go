//go:build cgo && !darwin

package gl

import (
	"math"
	"slices"

	"beyonder/engine/compute"
	"beyonder/shaders"
)

// groups is how many workgroups of size cover n.
func groups(n, size int) uint32 { return uint32((n + size - 1) / size) }

// mostGroups is how many workgroups every driver allows along each side.
const mostGroups = 65535

// tall refuses runs of rows that no dispatch covers; a model's batches are far smaller.
func (d *Device) tall(n int) bool {
	if n > mostGroups {
		d.failf("%d rows are more than the %d that the graphics engine takes at a time", n, mostGroups)
	}
	return n > mostGroups
}

// Write copies what another device computed.
func (d *Device) Write(dst compute.Rows, src []float32) {
	if len(src) != dst.N*dst.Width {
		d.failf("%d values were given for %d rows of %d", len(src), dst.N, dst.Width)
		return
	}
	if dst.N == 0 {
		return
	}
	wide := make([]float32, dst.N*padded(dst.Width))
	for t := range dst.N {
		copy(wide[t*padded(dst.Width):], src[t*dst.Width:(t+1)*dst.Width])
	}
	d.say(step{alone: func() { d.record(pass{to: buf(dst), where: 4 * int(at(dst)), data: bytesOf(wide)}) }})
}

// Embed copies rows of the table, dequantized.
func (d *Device) Embed(dst compute.Rows, table compute.Matrix, ids []int32) {
	m := table.(*matrix)
	for _, id := range ids {
		if id < 0 || int(id) >= m.out {
			d.failf("token %d is outside the vocabulary of %d", id, m.out)
			return
		}
	}
	if len(ids) != dst.N || dst.Width != m.in {
		d.failf("tensor %q has rows of %d values; %d ids were given for %d rows of %d", m.name, m.in, len(ids), dst.N, dst.Width)
		return
	}
	if len(ids) == 0 || d.tall(len(ids)) {
		return
	}
	ids = slices.Clone(ids)
	d.say(step{alone: func() { d.embed(dst, m, ids) }})
}

func (d *Device) embed(dst compute.Rows, m *matrix, ids []int32) {
	list := d.need(&d.scratch.ids, 4*int64(len(ids)))
	d.record(pass{to: list, data: bytesOf(ids)})
	for i, s := range m.slabs {
		d.record(pass{
			variant: shaders.Variant{Kernel: "embed", Format: m.format, Workgroup: d.tiles.wide},
			bind:    bindings{s.buf, s.buf, list, buf(dst)}, written: 1 << 3, joins: i > 0,
			args:   args{m.pieces, m.stride, uint32(s.first), uint32(s.rows), at(dst) / 4, pitch(dst) / 4},
			groups: [3]uint32{groups(int(m.pieces), d.tiles.wide), uint32(len(ids)), 1},
		})
	}
}

// RMSNorm normalises each row by its root mean square (Zhang and Sennrich 2019).
func (d *Device) RMSNorm(dst, x compute.Rows, gain compute.Matrix, eps float32) {
	m := gain.(*matrix)
	if m.in != x.Width || m.out != 1 || dst.Width != x.Width || dst.N != x.N {
		d.failf("tensor %q has %d weights to norm %d values with", m.name, m.in*m.out, x.Width)
		return
	}
	if x.N == 0 || d.tall(x.N) {
		return
	}
	d.say(step{kind: norming, dst: dst, x: x, m: m, eps: eps, alone: func() { d.norm(dst, x, m, eps) }})
}

func (d *Device) norm(dst, x compute.Rows, m *matrix, eps float32) {
	w := m.slabs[0].buf
	d.record(pass{
		variant: shaders.Variant{Kernel: "rmsnorm", Format: m.format, Workgroup: d.tiles.norm},
		bind:    bindings{w, w, buf(x), buf(dst)}, written: 1 << 3,
		args:   args{m.pieces, m.stride, at(x) / 4, at(dst) / 4, pitch(x) / 4, uint32(x.Width), math.Float32bits(eps)},
		groups: [3]uint32{uint32(x.N), 1, 1},
	})
}

// turn says which angles are in the table of Rotate: all layers of a step, queries
// and keys, use the same.
type turn struct {
	freqs  *float64
	pairs  int
	scale  float32
	pos, n int
}

// Rotate applies RoPE (Su et al. 2021). Angles are computed here in float64: at
// position 30,000 a float32 angle is already off by a thousandth.
func (d *Device) Rotate(x compute.Rows, r compute.Rope, pos int) {
	pairs, heads := len(r.Freqs), x.Width/r.HeadDim
	if x.N == 0 || pairs == 0 || d.tall(x.N) {
		return
	}
	d.say(step{kind: turning, x: x, rope: r, pos: pos, alone: func() { d.rotate(x, r, pos, heads) }})
}

// table is the angles of n rows from pos on, on the card.
func (d *Device) table(r compute.Rope, pos, n int) *buffer {
	pairs := len(r.Freqs)
	table := d.need(&d.scratch.turns, 8*int64(n)*int64(pairs))
	if want := (turn{&r.Freqs[0], pairs, r.Scale, pos, n}); d.turned != want {
		d.record(pass{to: table, data: bytesOf(angles(r, pos, n))})
		d.turned = want
	}
	return table
}

func (d *Device) rotate(x compute.Rows, r compute.Rope, pos, heads int) {
	pairs, table := len(r.Freqs), d.table(r, pos, x.N)
	half := uint32(0)
	if r.Half {
		half = 1
	}
	d.record(pass{
		variant: shaders.Variant{Kernel: "rotate", Workgroup: d.tiles.wide},
		bind:    bindings{buf(x), table}, written: 1,
		args:   args{at(x), pitch(x), uint32(heads), uint32(r.HeadDim), uint32(pairs), half},
		groups: [3]uint32{groups(heads*pairs, d.tiles.wide), uint32(x.N), 1},
	})
}

// angles are cosine and sine for each row and pair.
func angles(r compute.Rope, pos, n int) []float32 {
	t := make([]float32, 0, 2*n*len(r.Freqs))
	for i := range n {
		for _, f := range r.Freqs {
			s, c := math.Sincos(float64(pos+i) * f)
			t = append(t, float32(c)*r.Scale, float32(s)*r.Scale)
		}
	}
	return t
}

// SwiGLU gates up by silu(gate) (Shazeer 2020).
func (d *Device) SwiGLU(dst, gate, up compute.Rows) {
	if dst.Width != gate.Width || dst.Width != up.Width || dst.N != gate.N || dst.N != up.N {
		d.failf("%d × %d values cannot gate %d × %d", gate.N, gate.Width, up.N, up.Width)
		return
	}
	if dst.N == 0 || d.tall(dst.N) {
		return
	}
	d.say(step{kind: gating, dst: dst, x: gate, y: up, alone: func() { d.swiglu(dst, gate, up) }})
}

func (d *Device) swiglu(dst, gate, up compute.Rows) {
	d.record(pass{
		variant: shaders.Variant{Kernel: "swiglu", Workgroup: d.tiles.wide},
		bind:    bindings{buf(gate), buf(up), buf(dst)}, written: 1 << 2,
		args:   args{at(gate) / 4, at(up) / 4, at(dst) / 4, pitch(dst) / 4},
		groups: [3]uint32{groups(padded(dst.Width)/4, d.tiles.wide), uint32(dst.N), 1},
	})
}
