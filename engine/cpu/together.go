package cpu

import (
	"slices"

	"beyonder/engine/compute"
)

// together is what products have in common that wait to be done at once: a token's
// queries, keys and values, or gate and up of its experts. Cores then meet once for
// all of them, no matrix is too small to occupy every core, and activations are
// prepared once. Every other verb has them done first.
type together struct {
	x       compute.Rows
	version uint64   // of x
	choices *choices // nil: one matrix for all rows
	n       int      // rows of choices
}

// join reports whether a product is done with those that wait; else these are done
// first, and it is the first of others.
func (d *Device) join(t together, dst compute.Rows) (joined bool) {
	x, to := t.x.Buf.(*floats), dst.Buf.(*floats)
	t.version = x.version
	if len(d.jobs) > 0 && d.waiting == t && to != x && !slices.Contains(d.results, to) {
		d.results = append(d.results, to)
		return true
	}
	d.Finish()
	d.waiting, d.results = t, append(d.results[:0], to)
	return false
}

// Finish does the products that wait. No two of them write to the same row.
func (d *Device) Finish() {
	if len(d.jobs) == 0 {
		return
	}
	d.stretch()
	parts := 0
	for i := range d.jobs {
		j := &d.jobs[i]
		j.first = parts
		parts += (j.w.Out + j.chunk - 1) / j.chunk
	}
	d.pool.run(parts, (*productTask)(d))
	d.jobs = d.jobs[:0]
}

// add has a product wait whose columns are rows of x chosen by pick, or all if pick
// is nil. Where `like` is a job's number, that one's have been chosen in the same way.
func (d *Device) add(j job, x compute.Rows, pick []int, like int) {
	slot := len(d.jobs)
	d.jobs = append(d.jobs, j)
	added := &d.jobs[slot]
	if like >= 0 && d.form(d.jobs[like].w) == d.form(j.w) {
		added.take(&d.jobs[like])
		added.chunk = d.chunk(j.w, added.columns)
		return
	}
	d.feed(added, slot, x, pick)
}

// form is what activations are made into for a matrix.
type form struct{ integers, halves bool }

func (d *Device) form(w *matrix) form {
	return form{integers: !d.exact && !w.HalfInput && d.k.HasInt(w.Type), halves: w.HalfInput}
}

// take takes over another job's activations.
func (j *job) take(from *job) {
	j.columns, j.q8, j.x16, j.tiles, j.x32, j.wide = from.columns, from.q8, from.x16, from.tiles, from.x32, from.wide
}
