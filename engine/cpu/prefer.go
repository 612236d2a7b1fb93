package cpu

import "beyonder/engine/compute"

// Prefer adds the same numbers to every row.
func (d *Device) Prefer(x compute.Rows, bias []float32) {
	d.Finish()
	if len(bias) != x.Width {
		d.fail("%d values cannot be added to rows of %d", len(bias), x.Width)
		return
	}
	data := write(x)
	for t := range x.N {
		for i, b := range bias {
			data[t*x.Width+i] += b
		}
	}
}
