package cpu

import (
	"beyonder/engine/compute"
	"beyonder/engine/cpu/kernel"
)

// keyRun is how many positions' keys stand together.
const keyRun = 16

// cache holds, for each layer and key/value head, all positions in one run, so
// that a head's attention reads memory straight through. Keys are interleaved,
// 16 positions at a time: number i of position p of a run is at 16·i + p, so that
// one vector serves 16 scores. Values are rows, padded to a multiple of 16.
type cache struct {
	shape    compute.CacheShape
	tokens   int // positions, whole runs
	valueDim int // headDim, a multiple of 16
	k16      []uint16
	v16      []uint16
	k32      []float32
	v32      []float32
	k8, v8   *blocks // rows, both
}

func (c *cache) Shape() compute.CacheShape { return c.shape }

// NewCache makes the KV cache; memory is touched only as positions are written.
func (d *Device) NewCache(s compute.CacheShape) (compute.Cache, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	c := &cache{shape: s, tokens: (s.Tokens + keyRun - 1) / keyRun * keyRun, valueDim: (s.HeadDim + 15) / 16 * 16}
	rows := s.Layers * s.KVHeads * c.tokens
	switch {
	case s.Q8:
		c.k8, c.v8 = newBlocks(rows*s.HeadDim), newBlocks(rows*c.valueDim)
	case s.F16:
		c.k16, c.v16 = make([]uint16, rows*s.HeadDim), make([]uint16, rows*c.valueDim)
	default:
		c.k32, c.v32 = make([]float32, rows*s.HeadDim), make([]float32, rows*c.valueDim)
	}
	return c, nil
}

// key is the index of a position's first number, value that of its value's.
func (c *cache) key(layer, head, p int) int {
	return ((layer*c.shape.KVHeads+head)*c.tokens+p/keyRun*keyRun)*c.shape.HeadDim + p%keyRun
}

func (c *cache) value(layer, head, p int) int {
	return ((layer*c.shape.KVHeads+head)*c.tokens + p) * c.valueDim
}

// mixKeys sets out[keyBlock·i + p] to the product of row i of q with the key of
// the p-th position of the run at `at`.
func (c *cache) mixKeys(k *kernel.Kernels, out, q []float32, at, cols int) {
	hd := c.shape.HeadDim
	if c.shape.F16 {
		k.MixF16(out, keyBlock, c.k16[at:], keyRun, q, hd, cols, hd, false)
	} else {
		k.MixF32(out, keyBlock, c.k32[at:], keyRun, q, hd, cols, hd, false)
	}
}

// mixValues sets, or adds, to out[valueDim·i + j] the sum over n positions of
// weight keyBlock·i + p times number j of the value at `at`, for 16 j.
func (c *cache) mixValues(k *kernel.Kernels, out, weights []float32, at, cols, n int, add bool) {
	if c.shape.F16 {
		k.MixF16(out, c.valueDim, c.v16[at:], c.valueDim, weights, keyBlock, cols, n, add)
	} else {
		k.MixF32(out, c.valueDim, c.v32[at:], c.valueDim, weights, keyBlock, cols, n, add)
	}
}

// Remember writes keys and values of positions pos, pos+1, … of a layer.
func (d *Device) Remember(kv compute.Cache, layer, pos int, k, v compute.Rows) {
	d.Finish()
	c := kv.(*cache)
	if pos+k.N > c.shape.Tokens {
		d.fail("position %d is outside the context window of %d", pos+k.N-1, c.shape.Tokens)
		return
	}
	d.args = args{d: d, cache: c, x: k, y: v, layer: layer, pos: pos}
	d.pool.run(k.N, (*rememberTask)(&d.args))
}

// store writes one position of one head.
func (d *Device) store(c *cache, key, value int, k, v []float32) {
	if c.k8 != nil {
		c.k8.put(value, k)
		c.v8.put(value, v)
		return
	}
	if c.shape.F16 {
		half := c.v16[value : value+len(k)] // the key passes through here
		d.k.F16Row(half, k)
		for i, x := range half {
			c.k16[key+i*keyRun] = x
		}
		d.k.F16Row(half, v)
		return
	}
	for i, x := range k {
		c.k32[key+i*keyRun] = x
	}
	copy(c.v32[value:], v)
}
