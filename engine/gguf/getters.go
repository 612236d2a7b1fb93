package gguf

import (
	"fmt"
	"math"
)

// The typed getters. Each returns the value, whether the key is there, and an
// error if it is there with a value of another type or out of range; then the
// bool is false. Integers may be stored in any width, signed or not. A missing
// key is no error: what it means is for the caller to know.

// String returns a string.
func (m *metadata) String(key string) (string, bool, error) {
	e, ok, err := m.typed(key, "a string", func(k kind) bool { return k == kindString })
	if !ok {
		return "", false, err
	}
	return m.body(e), true, nil
}

// Uint returns an integer that is not negative.
func (m *metadata) Uint(key string) (uint64, bool, error) {
	e, ok, err := m.typed(key, "an integer", kind.integer)
	if !ok {
		return 0, false, err
	}
	v, negative := widen(e.kind, word(m.body(e)))
	if negative {
		return 0, false, m.wrong("key %q is %d, which must not be negative", key, int64(v))
	}
	return v, true, nil
}

// Int returns an integer.
func (m *metadata) Int(key string) (int64, bool, error) {
	e, ok, err := m.typed(key, "an integer", kind.integer)
	if !ok {
		return 0, false, err
	}
	v, negative := widen(e.kind, word(m.body(e)))
	if !negative && v > math.MaxInt64 {
		return 0, false, m.wrong("key %q is %d, more than %d", key, v, int64(math.MaxInt64))
	}
	return int64(v), true, nil
}

// Float returns a number stored as float32 or float64.
func (m *metadata) Float(key string) (float64, bool, error) {
	e, ok, err := m.typed(key, "a float", kind.float)
	if !ok {
		return 0, false, err
	}
	return toFloat(e.kind, word(m.body(e))), true, nil
}

// Bool returns a bool.
func (m *metadata) Bool(key string) (value, ok bool, err error) {
	e, ok, err := m.typed(key, "a bool", func(k kind) bool { return k == kindBool })
	if !ok {
		return false, false, err
	}
	return word(m.body(e)) != 0, true, nil
}

// Strings returns an array of strings. They share memory with the File's
// metadata and stay valid after Close.
func (m *metadata) Strings(key string) ([]string, bool, error) {
	e, ok, err := m.typedArray(key, "strings", func(k kind) bool { return k == kindString })
	if !ok {
		return nil, false, err
	}
	return m.strings(e), true, nil
}

// Floats returns an array of float32, or of float64 rounded to float32.
func (m *metadata) Floats(key string) ([]float32, bool, error) {
	e, ok, err := m.typedArray(key, "floats", kind.float)
	if !ok {
		return nil, false, err
	}
	return numbers(m, e, func(v uint64) float32 { return float32(toFloat(e.elem, v)) }), true, nil
}

// Ints returns an array of integers, each of which fits an int32.
func (m *metadata) Ints(key string) ([]int32, bool, error) {
	e, ok, err := m.typedArray(key, "integers", kind.integer)
	if !ok {
		return nil, false, err
	}
	outside := -1
	i := 0
	values := numbers(m, e, func(raw uint64) int32 {
		v, negative := widen(e.elem, raw)
		if s := int64(v); negative && s < math.MinInt32 || !negative && v > math.MaxInt32 {
			outside = i
		}
		i++
		return int32(v)
	})
	if outside >= 0 {
		return nil, false, m.wrong("element %d of key %q does not fit 32 bits", outside, key)
	}
	return values, true, nil
}

// typed finds a value whose kind is wanted; what names these kinds in the error.
func (m *metadata) typed(key, what string, wanted func(kind) bool) (entry, bool, error) {
	e, ok := m.find(key)
	if !ok {
		return entry{}, false, nil
	}
	if e.kind == kindArray || !wanted(e.kind) {
		return entry{}, false, m.wrong("key %q holds %s, not %s", key, e.kindName(), what)
	}
	return e, true, nil
}

func (m *metadata) typedArray(key, what string, wanted func(kind) bool) (entry, bool, error) {
	e, ok := m.find(key)
	if !ok {
		return entry{}, false, nil
	}
	if e.kind != kindArray || !wanted(e.elem) {
		return entry{}, false, m.wrong("key %q holds %s, not an array of %s", key, e.kindName(), what)
	}
	return e, true, nil
}

func (m *metadata) wrong(format string, args ...any) error {
	return fmt.Errorf("%s: %s", m.file, fmt.Sprintf(format, args...))
}

func (k kind) integer() bool { return !k.float() && k.width() > 0 && k != kindBool }
func (k kind) float() bool   { return k == kindFloat32 || k == kindFloat64 }

// widen extends an integer's sign, if it has one, to 64 bits.
func widen(k kind, v uint64) (wide uint64, negative bool) {
	switch k {
	case kindInt8:
		v = uint64(int8(v))
	case kindInt16:
		v = uint64(int16(v))
	case kindInt32:
		v = uint64(int32(v))
	case kindInt64:
	default:
		return v, false
	}
	return v, int64(v) < 0
}

func toFloat(k kind, v uint64) float64 {
	if k == kindFloat32 {
		return float64(toFloat32(v))
	}
	return math.Float64frombits(v)
}
