package jinja

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// A value is one of: nil (None), bool, int64, float64, string, *list, tuple,
// *dict, undefined, *namespace, *loop, *macro, *function, *cycler. There is no
// way for a Go value of another type to get in.

type (
	// undefined is the value of a name or an item that does not exist. It is
	// false, empty and prints as nothing; its attributes do not exist.
	undefined struct{ name string }

	list struct{ items []any }

	tuple []any

	// namespace is the one thing whose attributes a template may set.
	namespace struct{ attributes *dict }

	// function is a built-in, or a method bound to its value.
	function struct {
		name string
		call func(m *machine, a arguments) any
	}

	// dict is a Python dict: it keeps the order of insertion, and 1, 1.0 and
	// true are the same key.
	dict struct {
		keys  []any
		index map[any]any // hash of the key → value
	}
)

func newDict() *dict { return &dict{index: map[any]any{}} }

// hash returns what equal keys have in common.
func hash(key any) any {
	switch k := key.(type) {
	case nil, string, int64:
		return k
	case bool:
		return int64(toInt(k, ""))
	case float64:
		if k == math.Trunc(k) && math.Abs(k) < 1<<53 {
			return int64(k)
		}
		return k
	case tuple:
		return hashTuple(k)
	case undefined:
		return undefined{}
	}
	fail("%s cannot be a key", typeName(key))
	return nil
}

// tupleHash is a type of its own, so that no string key equals a tuple.
type tupleHash string

func hashTuple(t tuple) tupleHash {
	var h []byte
	for _, item := range t {
		if _, nested := item.(tuple); nested {
			unsupported("a tuple within a tuple as a key")
		}
		k := hash(item)
		h = fmt.Appendf(h, "%T %q ", k, fmt.Sprint(k))
	}
	return tupleHash(h)
}

// chargeKey spends what hashing a key costs.
func (m *machine) chargeKey(key any) {
	switch k := key.(type) {
	case string:
		m.step(len(k) / 64)
	case tuple:
		for _, item := range k {
			m.step(1 + len(m.str(item))/8)
		}
	}
}

func (d *dict) set(key, v any) {
	h := hash(key)
	if _, ok := d.index[h]; !ok {
		d.keys = append(d.keys, key)
	}
	d.index[h] = v
}

func (d *dict) lookup(key any) (any, bool) {
	v, ok := d.index[hash(key)]
	return v, ok
}

func (d *dict) get(key any) any { return d.index[hash(key)] }

func (d *dict) remove(key any) {
	h := hash(key)
	delete(d.index, h)
	d.keys = slices.DeleteFunc(slices.Clone(d.keys), func(k any) bool { return hash(k) == h })
}

func (d *dict) clone() *dict {
	return &dict{slices.Clone(d.keys), maps.Clone(d.index)}
}

// pairs returns the items as tuples of key and value.
func (d *dict) pairs() []any {
	pairs := make([]any, len(d.keys))
	for i, key := range d.keys {
		pairs[i] = tuple{key, d.get(key)}
	}
	return pairs
}

// Pairs is a mapping whose order matters.
type Pairs []Pair

// Pair is one item of a mapping.
type Pair struct {
	Key   string
	Value any
}

// fromGo converts what a caller gives to Render.
func (m *machine) fromGo(v any, depth int) any {
	m.step(1)
	if depth > maxDepth {
		fail("a value given to the template is nested more than %d deep", maxDepth)
	}
	switch v := v.(type) {
	case nil, bool, int64, float64, string:
		return v
	case int:
		return int64(v)
	case []string:
		return convert(v, func(s string) any { return s })
	case []any:
		return convert(v, func(item any) any { return m.fromGo(item, depth+1) })
	case []Pairs:
		return convert(v, func(p Pairs) any { return m.fromGo(p, depth+1) })
	case Pairs:
		d := newDict()
		for _, p := range v {
			d.set(p.Key, m.fromGo(p.Value, depth+1))
		}
		return d
	case map[string]any:
		d := newDict()
		for _, key := range slices.Sorted(maps.Keys(v)) {
			d.set(key, m.fromGo(v[key], depth+1))
		}
		return d
	}
	fail("a value of the Go type %T cannot be given to a template", v)
	return nil
}

func convert[T any](items []T, f func(T) any) *list {
	l := &list{make([]any, len(items))}
	for i, item := range items {
		l.items[i] = f(item)
	}
	return l
}

// typeName is Python's name of the value's type, for error messages.
func typeName(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return "bool"
	case int64:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case *list:
		return "list"
	case tuple:
		return "tuple"
	case *dict:
		return "dict"
	case undefined:
		return v.what()
	case *namespace:
		return "namespace"
	case *loop:
		return "loop"
	case *macro:
		return "macro"
	default:
		return "function"
	}
}

func (u undefined) what() string {
	if u.name == "" {
		return "an undefined value"
	}
	return u.name + ", which is undefined"
}

// truth is Python's bool().
func truth(v any) bool {
	switch v := v.(type) {
	case nil, undefined:
		return false
	case bool:
		return v
	case int64:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v != ""
	case *list:
		return len(v.items) > 0
	case tuple:
		return len(v) > 0
	case *dict:
		return len(v.keys) > 0
	default:
		return true
	}
}

// items returns what iterating over v gives.
func (m *machine) items(v any) []any {
	switch v := v.(type) {
	case *list:
		m.step(len(v.items))
		return v.items
	case tuple:
		m.step(len(v))
		return v
	case *dict:
		m.step(len(v.keys))
		return v.keys
	case undefined:
		return nil
	case string:
		m.step(len(v))
		chars := make([]any, 0, len(v))
		for _, r := range v {
			chars = append(chars, string(r))
		}
		return chars
	case *loop:
		return v.items
	}
	fail("%s cannot be iterated over", typeName(v))
	return nil
}
