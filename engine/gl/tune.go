//go:build cgo && !darwin

package gl

import (
	"context"
	"slices"
	"time"

	"beyonder/engine/compute"
	"beyonder/shaders"
)

// tuningTime is what finding the fastest shapes may take, all formats together.
const tuningTime = 900 * time.Millisecond

// shapeOf is the workgroup of a product of one row with weights of a format.
func (d *Device) shapeOf(format string) shape {
	if s, ok := d.shapes[format]; ok {
		return s
	}
	return shape{d.tiles.vecThreads, d.tiles.vecRows}
}

// Tune finds, for each weight format that is there, the fastest shape of
// workgroup for products of one row, which is what writing consists of. What was
// found before on this driver is taken as it is; software has its own shape.
// Results differ from shape to shape by rounding only.
func (d *Device) Tune(ctx context.Context) error {
	if softwareName(d.thread.renderer) != "" && !d.tunes {
		return nil
	}
	d.Begin(ctx)
	deadline := time.Now().Add(tuningTime)
	fresh := false
	for _, m := range d.largest() {
		if _, ok := d.shapes[m.format]; ok || time.Now().After(deadline) {
			continue
		}
		best, err := d.fastest(m, deadline)
		if err != nil {
			return err
		}
		d.shapes[m.format], fresh = best, true
	}
	if fresh {
		d.cabinet.keepShapes(d.shapes)
	}
	return nil
}

// largest is the largest matrix of each format, the largest first.
func (d *Device) largest() []*matrix {
	best := map[string]*matrix{}
	for _, m := range d.matrices {
		if b := best[m.format]; m.single() && m.out >= 64 && (b == nil || m.bytes() > b.bytes()) {
			best[m.format] = m
		}
	}
	var all []*matrix
	for _, m := range best {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b *matrix) int { return int(b.bytes() - a.bytes()) })
	return all
}

func (m *matrix) bytes() int64 { return int64(m.out) * int64(m.stride) * 16 }

// fastest tries the candidates as long as there is time.
func (d *Device) fastest(m *matrix, deadline time.Time) (shape, error) {
	x, err := d.NewRows(1, m.in)
	if err != nil {
		return shape{}, err
	}
	y, err := d.NewRows(1, m.out)
	if err != nil {
		return shape{}, err
	}
	defer func() {
		d.do(func() { d.q.drop(buf(x)); d.q.drop(buf(y)) })
		d.allocated -= buf(x).bytes + buf(y).bytes
	}()
	best, least := shape{d.tiles.vecThreads, d.tiles.vecRows}, time.Duration(0)
	for i, s := range candidates {
		if i > 0 && time.Now().After(deadline) {
			break
		}
		took, err := d.timeShape(m, s, x, y)
		if err != nil {
			return best, err
		}
		if least == 0 || took < least {
			best, least = s, took
		}
	}
	return best, nil
}

// timeShape is what a product takes in a shape: the least of a few runs, by our
// own clock around several of them.
func (d *Device) timeShape(m *matrix, s shape, x, y compute.Rows) (time.Duration, error) {
	const runs, each = 3, 4
	least := time.Duration(0)
	for run := range runs + 1 { // the first one compiles
		began := time.Now()
		for range each {
			p := product{m: m, x: x, to: buf(y), step: pitch(y), slots: 1, share: 1}
			d.spread(&p, shaders.Variant{Kernel: "matvec", Workgroup: s.Threads, Rows: s.Rows, Columns: 1}, 1)
		}
		if err := d.fetch(nil); err != nil {
			return 0, err
		}
		if took := time.Since(began); run > 0 && (least == 0 || took < least) {
			least = took
		}
	}
	return least, nil
}
