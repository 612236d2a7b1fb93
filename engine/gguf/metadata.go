package gguf

import (
	"encoding/binary"
	"math"
)

// metadata is what a file says about itself: keys and values in the file's order.
type metadata struct {
	file    string // its name, for errors
	bytes   string // the file up to the end of the tensor table; all strings are pieces of it
	wide    bool   // as in cursor
	entries []entry
	index   map[string]int // key → index in entries
}

// entry is a key with its value, left undecoded: a vocabulary is read once or never.
type entry struct {
	key     string
	kind    kind
	elem    kind   // of an array's elements
	count   uint64 // of an array's elements
	at, end uint64 // where the value is in bytes; of a string, without its length
}

// kind is the id of a value's type.
type kind uint32

const (
	kindUint8 kind = iota
	kindInt8
	kindUint16
	kindInt16
	kindUint32
	kindInt32
	kindFloat32
	kindBool
	kindString
	kindArray
	kindUint64
	kindInt64
	kindFloat64
	kinds // how many there are
)

var kindNames = [kinds]string{"uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "bool",
	"string", "array", "uint64", "int64", "float64"}

// width is the bytes of a number or bool, 0 for what has no fixed size.
func (k kind) width() uint64 {
	switch k {
	case kindUint8, kindInt8, kindBool:
		return 1
	case kindUint16, kindInt16:
		return 2
	case kindUint32, kindInt32, kindFloat32:
		return 4
	case kindUint64, kindInt64, kindFloat64:
		return 8
	}
	return 0
}

// kindName is what the value is called in errors.
func (e entry) kindName() string {
	if e.kind == kindArray {
		return "an array of " + kindNames[e.elem]
	}
	return "a " + kindNames[e.kind]
}

// read checks the value that the cursor stands before and remembers where it is.
func (e *entry) read(c *cursor) {
	e.kind = kind(c.u32())
	switch {
	case c.err != nil:
	case e.kind >= kinds:
		c.fail("key %.80q has a value of type %d, which does not exist", e.key, e.kind)
	case e.kind == kindArray:
		e.readArray(c)
	case e.kind == kindString:
		n := uint64(len(c.text(maxString)))
		e.at, e.end = c.pos-n, c.pos
	default:
		e.at, e.end = c.pos, c.pos+e.kind.width()
		e.checkBools(c, c.take(e.kind.width()), e.kind)
	}
}

func (e *entry) readArray(c *cursor) {
	e.elem, e.count = kind(c.u32()), c.count()
	if c.err != nil {
		return
	}
	if e.elem >= kinds || e.elem == kindArray {
		c.fail("key %.80q is an array of type %d, which cannot be in an array", e.key, e.elem)
		return
	}
	least := e.elem.width()
	if e.elem == kindString {
		least = c.lengthBytes()
	}
	if e.count > maxArray || e.count > (c.size-c.pos)/least {
		c.fail("key %.80q claims %d elements, more than the rest of the file can hold", e.key, e.count)
		return
	}
	e.at = c.pos
	if e.elem == kindString {
		c.skipTexts(e.count, maxString)
	} else {
		e.checkBools(c, c.take(e.count*least), e.elem)
	}
	e.end = c.pos
}

func (e *entry) checkBools(c *cursor, b []byte, k kind) {
	if k != kindBool {
		return
	}
	for _, v := range b {
		if v > 1 {
			c.fail("key %.80q has a bool that is %d, neither 0 nor 1", e.key, v)
			return
		}
	}
}

// Keys are the keys in the file's order.
func (m *metadata) Keys() []string {
	keys := make([]string, len(m.entries))
	for i, e := range m.entries {
		keys[i] = e.key
	}
	return keys
}

// Value is the value of a key as it is stored: an integer of any width, a
// float32 or float64, a bool, a string, or a slice of these. A slice is made
// anew by each call.
func (m *metadata) Value(key string) (any, bool) {
	e, ok := m.find(key)
	if !ok {
		return nil, false
	}
	if e.kind == kindArray {
		return m.array(e), true
	}
	return m.scalar(e), true
}

func (m *metadata) find(key string) (entry, bool) {
	i, ok := m.index[key]
	if !ok {
		return entry{}, false
	}
	return m.entries[i], true
}

// arrayLen is the number of elements, if the key holds an array.
func (m *metadata) arrayLen(key string) (uint64, bool) {
	e, ok := m.find(key)
	return e.count, ok && e.kind == kindArray
}

func (m *metadata) body(e entry) string { return m.bytes[e.at:e.end] }

func (m *metadata) scalar(e entry) any {
	if e.kind == kindString {
		return m.body(e)
	}
	v := word(m.body(e))
	switch e.kind {
	case kindUint8:
		return uint8(v)
	case kindInt8:
		return int8(v)
	case kindUint16:
		return uint16(v)
	case kindInt16:
		return int16(v)
	case kindUint32:
		return uint32(v)
	case kindInt32:
		return int32(v)
	case kindInt64:
		return int64(v)
	case kindFloat32:
		return toFloat32(v)
	case kindFloat64:
		return math.Float64frombits(v)
	case kindBool:
		return v != 0
	}
	return v
}

func (m *metadata) array(e entry) any {
	switch e.elem {
	case kindString:
		return m.strings(e)
	case kindUint8:
		return numbers(m, e, func(v uint64) uint8 { return uint8(v) })
	case kindInt8:
		return numbers(m, e, func(v uint64) int8 { return int8(v) })
	case kindUint16:
		return numbers(m, e, func(v uint64) uint16 { return uint16(v) })
	case kindInt16:
		return numbers(m, e, func(v uint64) int16 { return int16(v) })
	case kindUint32:
		return numbers(m, e, func(v uint64) uint32 { return uint32(v) })
	case kindInt32:
		return numbers(m, e, func(v uint64) int32 { return int32(v) })
	case kindInt64:
		return numbers(m, e, func(v uint64) int64 { return int64(v) })
	case kindFloat32:
		return numbers(m, e, toFloat32)
	case kindFloat64:
		return numbers(m, e, math.Float64frombits)
	case kindBool:
		return numbers(m, e, func(v uint64) bool { return v != 0 })
	}
	return numbers(m, e, func(v uint64) uint64 { return v })
}

func numbers[T any](m *metadata, e entry, from func(uint64) T) []T {
	body, width := m.body(e), int(e.elem.width())
	values := make([]T, e.count)
	for i := range values {
		values[i] = from(word(body[i*width : (i+1)*width]))
	}
	return values
}

// strings cuts the array out of the one copy of the metadata: a vocabulary of
// 130,000 tokens costs one allocation.
func (m *metadata) strings(e entry) []string {
	body, width := m.body(e), 4
	if m.wide {
		width = 8
	}
	values := make([]string, e.count)
	for i := range values {
		n := word(body[:width])
		body = body[width:]
		values[i], body = body[:n], body[n:]
	}
	return values
}

// word is a little-endian integer of 1, 2, 4 or 8 bytes.
func word(s string) uint64 {
	var b [8]byte
	copy(b[:], s)
	return binary.LittleEndian.Uint64(b[:])
}

func toFloat32(v uint64) float32 { return math.Float32frombits(uint32(v)) }
