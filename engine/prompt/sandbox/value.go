package sandbox

import (
	"maps"
	"math"
	"slices"
)

// A value is one of: nil (None), bool, int, float64, string, *list, *dict,
// undefined, *namespace, *loop, *function. There is no way for a Go value of
// another type to get in, and gonja is never asked to look into one of these.

type (
	// undefined is the value of a name or an item that does not exist. It is
	// false, empty and prints as nothing; its attributes do not exist.
	undefined struct{ name string }

	list struct {
		items []any
		tuple bool
	}

	// namespace is the one thing whose attributes a template may set.
	namespace struct{ *dict }

	// function is a built-in, a macro, or a method bound to its value.
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

	// box carries a value through gonja's own "or" and "and", which would
	// judge by Go's kinds; a box counts as true there.
	box struct{ value any }
)

func newDict() *dict { return &dict{index: map[any]any{}} }

// hash returns what equal keys have in common.
func hash(key any) any {
	switch k := key.(type) {
	case nil, string, int, undefined:
		return k
	case bool:
		return toInt(k, "")
	case float64:
		if k == math.Trunc(k) && math.Abs(k) < 1<<53 {
			return int(k)
		}
		return k
	}
	fail("%s cannot be a key", typeName(key))
	return nil
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

// pairs returns the items as tuples of key and value.
func (d *dict) pairs() []any {
	pairs := make([]any, len(d.keys))
	for i, key := range d.keys {
		pairs[i] = tupleOf(key, d.get(key))
	}
	return pairs
}

func tupleOf(items ...any) *list { return &list{items: items, tuple: true} }

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
	case nil, bool, int, float64, string:
		return v
	case int64:
		return int(v)
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
	l := &list{items: make([]any, len(items))}
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
	case int:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case *list:
		if v.tuple {
			return "tuple"
		}
		return "list"
	case *dict:
		return "dict"
	case undefined:
		return v.name + ", which is undefined"
	case *namespace:
		return "namespace"
	case *loop:
		return "loop"
	default:
		return "function"
	}
}

// truth is Python's bool().
func truth(v any) bool {
	switch v := v.(type) {
	case nil, undefined:
		return false
	case bool:
		return v
	case int:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v != ""
	case *list:
		return len(v.items) > 0
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
	}
	fail("%s cannot be iterated over", typeName(v))
	return nil
}
