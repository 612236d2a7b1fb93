package cpu

import (
	"math"

	"beyonder/engine/compute"
)

// Attend computes, for each row and head, softmax(q·Kᵀ/√d)·V over the positions
// up to the row's own. Head h reads key/value head h·kvHeads/heads.
func (d *Device) Attend(dst, q compute.Rows, kv compute.Cache, layer, pos int) {
	c := kv.(*cache)
	hd := c.shape.HeadDim
	heads := q.Width / hd
	out, qs := write(dst), read(q)
	scale := float32(1 / math.Sqrt(float64(hd)))
	// The last rows of a prompt have the most to read: draw them first.
	d.pool.run(heads*q.N, func(part, worker int) {
		t, head := q.N-1-part/heads, part%heads
		seen := pos + t + 1
		scores := d.need(worker, seen+hd)
		query := scores[seen:]
		for i, x := range qs[t*q.Width+head*hd:][:hd] {
			query[i] = x * scale
		}
		o := out[t*dst.Width+head*hd:][:hd]
		at := c.at(layer, head*c.shape.KVHeads/heads)
		d.scores(scores[:seen], query, c, at)
		d.k.Softmax(scores[:seen])
		d.weigh(o, scores[:seen], c, at)
	})
}

// scores sets s[p] to the product of the query and the key at position p.
func (d *Device) scores(s, query []float32, c *cache, at int) {
	hd := len(query)
	for p := range s {
		if c.shape.F16 {
			s[p] = d.k.DotF16(query, c.k16[at+p*hd:][:hd])
		} else {
			s[p] = d.k.DotF32(query, c.k32[at+p*hd:][:hd])
		}
	}
}

// weigh sets o to the sum of the values weighted by s.
func (d *Device) weigh(o, s []float32, c *cache, at int) {
	hd := len(o)
	clear(o)
	for p, w := range s {
		if c.shape.F16 {
			d.k.AxpyF16(o, w, c.v16[at+p*hd:][:hd])
		} else {
			d.k.AxpyF32(o, w, c.v32[at+p*hd:][:hd])
		}
	}
}
