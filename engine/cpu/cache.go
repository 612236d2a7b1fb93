package cpu

import (
	"beyonder/engine/compute"
)

// cache holds, for each layer and key/value head, all positions in one run, so
// that a head's attention reads memory straight through.
type cache struct {
	shape compute.CacheShape
	k16   []uint16
	v16   []uint16
	k32   []float32
	v32   []float32
}

func (c *cache) Shape() compute.CacheShape { return c.shape }

// NewCache makes the KV cache; memory is touched only as positions are written.
func (d *Device) NewCache(s compute.CacheShape) (compute.Cache, error) {
	n := s.Layers * s.KVHeads * s.Tokens * s.HeadDim
	if s.F16 {
		return &cache{shape: s, k16: make([]uint16, n), v16: make([]uint16, n)}, nil
	}
	return &cache{shape: s, k32: make([]float32, n), v32: make([]float32, n)}, nil
}

// at is the index of a head's first position.
func (c *cache) at(layer, head int) int {
	return (layer*c.shape.KVHeads + head) * c.shape.Tokens * c.shape.HeadDim
}

// Remember writes keys and values of positions pos, pos+1, … of a layer.
func (d *Device) Remember(kv compute.Cache, layer, pos int, k, v compute.Rows) {
	c := kv.(*cache)
	if pos+k.N > c.shape.Tokens {
		d.fail("position %d is outside the context window of %d", pos+k.N-1, c.shape.Tokens)
		return
	}
	ks, vs, hd := read(k), read(v), c.shape.HeadDim
	d.pool.run(c.shape.KVHeads, func(head, _ int) {
		to := c.at(layer, head) + pos*hd
		for t := range k.N {
			from := t*k.Width + head*hd
			d.store(c, to, ks[from:from+hd], vs[from:from+hd])
			to += hd
		}
	})
}

func (d *Device) store(c *cache, at int, k, v []float32) {
	if c.shape.F16 {
		d.k.F16Row(c.k16[at:at+len(k)], k)
		d.k.F16Row(c.v16[at:at+len(v)], v)
		return
	}
	copy(c.k32[at:], k)
	copy(c.v32[at:], v)
}
