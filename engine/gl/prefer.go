//go:build cgo && !darwin

package gl

import (
	"slices"

	"beyonder/engine/compute"
	"beyonder/shaders"
)

// Prefer adds the same numbers to every row.
func (d *Device) Prefer(x compute.Rows, bias []float32) {
	if len(bias) != x.Width {
		d.failf("%d values cannot be added to rows of %d", len(bias), x.Width)
		return
	}
	if x.N == 0 || d.tall(x.N) {
		return
	}
	list := d.need(&d.scratch.bias, 4*int64(len(bias)))
	d.record(pass{to: list, data: slices.Clone(bytesOf(bias))})
	d.record(pass{
		variant: shaders.Variant{Kernel: "prefer", Workgroup: d.tiles.wide},
		bind:    [6]*buffer{list, buf(x)}, written: 1 << 1,
		args:   [16]uint32{uint32(x.Width), at(x), step(x)},
		groups: [3]uint32{groups(x.Width, d.tiles.wide), uint32(x.N), 1},
	})
}
