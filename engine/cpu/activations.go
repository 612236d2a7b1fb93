package cpu

import (
	"beyonder/engine/compute"
	"beyonder/engine/cpu/kernel"
)

// activations holds rows quantized to 8 bits for the integer kernels. Several
// matrices multiply the same rows (q, k and v; gate and up), so the last set is
// kept until its buffer is written again.
type activations struct {
	rows  []kernel.Q8
	tiles []kernel.Tile

	buf     *floats // what rows were made from
	version uint64
	from, n int
	inTiles bool // tiles are made of rows

	sixteen kernel.Rows16 // the same rows rounded to bfloat16
	made    source16      // what they were made of
}

// source16 is what rows were rounded from.
type source16 struct {
	buf     *floats
	version uint64
	from, n int
}

// of returns x's rows as Q8.
func (a *activations) of(d *Device, x compute.Rows) []kernel.Q8 {
	b := x.Buf.(*floats)
	if a.buf == b && a.version == b.version && a.from == x.From && a.n == x.N {
		return a.rows[:x.N]
	}
	for len(a.rows) < x.N {
		a.rows = append(a.rows, kernel.Q8{})
	}
	a.buf, a.version, a.from, a.n, a.inTiles = b, b.version, x.From, x.N, false
	d.args = args{d: d, x: x, quantized: read(x)}
	d.pool.run(x.N, (*quantizeTask)(&d.args))
	return a.rows[:x.N]
}

// forget has the next call of `of` or `rounded` begin anew.
func (a *activations) forget() { a.buf, a.made = nil, source16{} }

// rounded returns x's rows as bfloat16.
func (a *activations) rounded(d *Device, x compute.Rows) *kernel.Rows16 {
	b := x.Buf.(*floats)
	if from := (source16{b, b.version, x.From, x.N}); a.made != from {
		a.made = from
		d.round(&a.sixteen, x, nil)
	}
	return &a.sixteen
}

// tiled returns the rows of the last call of `of` as tiles.
func (a *activations) tiled(d *Device) []kernel.Tile {
	count := (a.n + tileRows - 1) / tileRows
	for len(a.tiles) < count {
		a.tiles = append(a.tiles, kernel.Tile{})
	}
	if !a.inTiles {
		d.tile(a.tiles[:count], a.rows[:a.n], nil)
		a.inTiles = true
	}
	return a.tiles[:count]
}
