//go:build cgo && !darwin

package gl

import (
	"fmt"
	"math"

	"beyonder/engine/compute"
	"beyonder/shaders"
)

// cache has two buffers for each layer; in each, all positions of a head in one
// run, so that a head's attention reads memory straight through.
type cache struct {
	shape compute.CacheShape
	k, v  []*buffer
}

func (c *cache) Shape() compute.CacheShape { return c.shape }

// mostHead is the largest head whose queries fit into shared memory one by one.
const mostHead = 4096

// NewCache makes the KV cache.
func (d *Device) NewCache(s compute.CacheShape) (compute.Cache, error) {
	if s.HeadDim > mostHead {
		return nil, fmt.Errorf("heads of %d values are larger than the %d that the graphics engine takes", s.HeadDim, mostHead)
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	c := &cache{shape: s}
	for range s.Layers {
		for _, side := range []*[]*buffer{&c.k, &c.v} {
			b, err := d.newBuffer(4*int64(words(s))*int64(s.KVHeads)*int64(s.Tokens), true)
			if err != nil {
				return nil, fmt.Errorf("making room for a context of %d tokens: %w", s.Tokens, err)
			}
			*side = append(*side, b)
		}
	}
	return c, nil
}

// words is how many words a head of one position takes, as in cache.glsl.
func words(s compute.CacheShape) int {
	switch {
	case s.Q8:
		return s.HeadDim/4 + s.HeadDim/32
	case s.F16:
		return (s.HeadDim + 1) / 2
	}
	return s.HeadDim
}

// Remember writes keys and values of positions pos, pos+1, … of a layer.
func (d *Device) Remember(kv compute.Cache, layer, pos int, k, v compute.Rows) {
	c := kv.(*cache)
	s := c.shape
	switch {
	case pos+k.N > s.Tokens:
		d.failf("position %d is outside the context window of %d", pos+k.N-1, s.Tokens)
		return
	case k.Width != s.KVHeads*s.HeadDim || v.Width != k.Width || v.N != k.N:
		d.failf("keys of %d and values of %d do not fit a cache of %d heads of %d", k.Width, v.Width, s.KVHeads, s.HeadDim)
		return
	case k.N == 0 || d.tall(k.N):
		return
	}
	d.say(step{kind: remembering, x: k, y: v, cache: c, layer: layer, pos: pos, alone: func() { d.remember(c, layer, pos, k, v) }})
}

func (d *Device) remember(c *cache, layer, pos int, k, v compute.Rows) {
	s := c.shape
	d.record(pass{
		variant: shaders.Variant{Kernel: "remember", Workgroup: d.tiles.wide, HeadDim: s.HeadDim, F16: s.F16 && !s.Q8, Q8: s.Q8},
		bind:    bindings{buf(k), buf(v), c.k[layer], c.v[layer]}, written: 1<<2 | 1<<3,
		args:   args{uint32(s.KVHeads), uint32(s.Tokens), uint32(pos), at(k), at(v), pitch(k)},
		groups: [3]uint32{groups(s.KVHeads*words(s), d.tiles.wide), uint32(k.N), 1},
	})
}

// Attend computes, for each row and head, softmax(q·Kᵀ/√d)·V over the positions
// up to the row's own. Head h reads key/value head h·kvHeads/heads. A long
// context is cut into parts, so that one token keeps the whole card busy.
func (d *Device) Attend(dst, q compute.Rows, kv compute.Cache, layer, pos int) {
	c := kv.(*cache)
	s := c.shape
	heads := q.Width / s.HeadDim
	if heads*s.HeadDim != q.Width || heads%s.KVHeads != 0 || dst.Width != q.Width || dst.N != q.N || pos+q.N > s.Tokens {
		d.failf("%d queries of %d values at position %d do not fit a cache of %d heads of %d and %d positions", q.N, q.Width, pos, s.KVHeads, s.HeadDim, s.Tokens)
		return
	}
	if q.N == 0 || d.tall(q.N) {
		return
	}
	d.say(step{alone: func() { d.attend(dst, q, c, layer, pos, heads) }})
}

func (d *Device) attend(dst, q compute.Rows, c *cache, layer, pos, heads int) {
	s := c.shape
	part, parts := cut(pos+q.N, q.N*heads)
	memory := d.need(&d.scratch.parts, 4*int64(q.N*heads*parts)*int64(s.HeadDim+2))
	d.attendParts(q, c, layer, pos, part, parts, memory)
	d.record(pass{
		variant: shaders.Variant{Kernel: "combine", Workgroup: d.tiles.wide, HeadDim: s.HeadDim},
		bind:    bindings{memory, buf(dst)}, written: 1 << 1,
		args:   args{uint32(parts), at(dst), pitch(dst)},
		groups: [3]uint32{uint32(heads), uint32(q.N), 1},
	})
}

// cut divides the positions among workgroups: parts of at least 256, as many as
// there is work for. 64 Ki positions are the most that one part may have.
func cut(seen, queries int) (part, parts int) {
	parts = min(max(1, 2048/queries), (seen+255)/256)
	parts = max(parts, (seen+1<<16-1)>>16)
	part = (seen + parts - 1) / parts
	return part, (seen + part - 1) / part
}

// attendParts records the dispatches of attend.comp, each short enough that the
// desktop is not kept waiting.
func (d *Device) attendParts(q compute.Rows, c *cache, layer, pos, part, parts int, memory *buffer) {
	s := c.shape
	group := q.Width / s.HeadDim / s.KVHeads
	v := shaders.Variant{Kernel: "attend", Workgroup: d.tiles.wide, HeadDim: s.HeadDim, F16: s.F16 && !s.Q8, Q8: s.Q8, Queries: d.queries(q.N*group, s.HeadDim)}
	all := int(groups(q.N*group, v.Queries))
	each := 2 * int64(v.Queries) * int64(s.HeadDim) * int64(pos+q.N) * int64(s.KVHeads)
	most := min(max(1, int(d.budget()/each)), mostGroups)
	for from := 0; from < all; from += most {
		n := min(most, all-from)
		d.record(pass{
			variant: v, joins: from > 0, work: each * int64(n),
			bind: bindings{buf(q), c.k[layer], c.v[layer], memory}, written: 1 << 3,
			args: args{
				at(q), pitch(q), uint32(q.N), uint32(pos), uint32(group), uint32(s.Tokens), uint32(part), uint32(parts),
				math.Float32bits(float32(1 / math.Sqrt(float64(s.HeadDim)))), uint32(s.KVHeads), uint32(from),
			},
			groups: [3]uint32{uint32(n), uint32(s.KVHeads), uint32(parts)},
		})
	}
}

// queries is how many queries a workgroup takes: no more than there are, and than
// shared memory holds.
func (d *Device) queries(n, headDim int) int {
	most := 1
	for most < n && most < d.tiles.queries && 2*most*headDim <= 4096 {
		most *= 2
	}
	return most
}
