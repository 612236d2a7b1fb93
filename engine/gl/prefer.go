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
	bias = slices.Clone(bias)
	d.say(step{alone: func() { d.prefer(x, bias) }})
}

func (d *Device) prefer(x compute.Rows, bias []float32) {
	list := d.need(&d.scratch.bias, 4*int64(len(bias)))
	d.record(pass{to: list, data: bytesOf(bias)})
	d.record(pass{
		variant: shaders.Variant{Kernel: "prefer", Workgroup: d.tiles.wide},
		bind:    bindings{list, buf(x)}, written: 1 << 1,
		args:   args{uint32(x.Width), at(x), pitch(x)},
		groups: [3]uint32{groups(x.Width, d.tiles.wide), uint32(x.N), 1},
	})
}
