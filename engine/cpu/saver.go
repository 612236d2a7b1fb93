package cpu

import (
	"encoding/binary"
	"math"

	"beyonder/engine/compute"
)

var _ compute.Saver = (*cache)(nil)

// PositionBytes is what the keys and values of one position take in all layers.
func (c *cache) PositionBytes() int {
	one := c.shape
	one.Tokens = 1
	return int(one.Bytes())
}

// Save writes each layer's and head's key and value, little-endian.
func (c *cache) Save(b []byte, p int) {
	c.each(p, func(key, value int) {
		if c.k8 != nil {
			b = c.v8.save(c.k8.save(b, value, c.shape.HeadDim), value, c.shape.HeadDim)
			return
		}
		for i := range c.shape.HeadDim {
			k, v := key+i*keyRun, value+i
			if c.shape.F16 {
				b = put16(put16(b, c.k16[k]), c.v16[v])
			} else {
				b = put32(put32(b, c.k32[k]), c.v32[v])
			}
		}
	})
}

// Restore reads what Save wrote.
func (c *cache) Restore(b []byte, p int) {
	c.each(p, func(key, value int) {
		if c.k8 != nil {
			b = c.v8.restore(c.k8.restore(b, value, c.shape.HeadDim), value, c.shape.HeadDim)
			return
		}
		for i := range c.shape.HeadDim {
			k, v := key+i*keyRun, value+i
			if c.shape.F16 {
				c.k16[k], c.v16[v] = binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:])
				b = b[4:]
			} else {
				c.k32[k], c.v32[v] = get32(b), get32(b[4:])
				b = b[8:]
			}
		}
	})
}

// save writes n values from `at` on, the scale of each block before them, and
// returns what is left of b.
func (x *blocks) save(b []byte, at, n int) []byte {
	for ; n > 0; n, at = n-blockValues, at+blockValues {
		b = put32(b, x.scales[at/blockValues])
		for i, q := range x.q[at:][:blockValues] {
			b[i] = byte(q)
		}
		b = b[blockValues:]
	}
	return b
}

// restore reads what save wrote.
func (x *blocks) restore(b []byte, at, n int) []byte {
	for ; n > 0; n, at = n-blockValues, at+blockValues {
		x.scales[at/blockValues] = get32(b)
		for i := range blockValues {
			x.q[at+i] = int8(b[4+i])
		}
		b = b[4+blockValues:]
	}
	return b
}

func (c *cache) each(p int, visit func(key, value int)) {
	for layer := range c.shape.Layers {
		for head := range c.shape.KVHeads {
			visit(c.key(layer, head, p), c.value(layer, head, p))
		}
	}
}

func put16(b []byte, v uint16) []byte {
	binary.LittleEndian.PutUint16(b, v)
	return b[2:]
}

func put32(b []byte, v float32) []byte {
	binary.LittleEndian.PutUint32(b, math.Float32bits(v))
	return b[4:]
}

func get32(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }
