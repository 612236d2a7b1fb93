package jinja

import (
	"unicode/utf8"
)

// attribute is v.name: a method, else an item of that name. There are no other
// attributes than those listed here.
func attribute(v any, name string) any {
	if method := methodNamed(v, name); method != nil {
		return method
	}
	switch v := v.(type) {
	case undefined:
		fail("%s is read of %s", name, v.what())
	case *dict:
		if item, ok := v.lookup(name); ok {
			return item
		}
	case *namespace:
		if item, ok := v.attributes.lookup(name); ok {
			return item
		}
	case *loop:
		return v.attribute(name)
	case *cycler:
		return v.attribute(name)
	case *macro:
		if name == "name" {
			return v.name
		}
	}
	return undefined{name: name}
}

// item is v[key].
func (m *machine) item(v, key any) any {
	m.chargeKey(key)
	switch v := v.(type) {
	case *dict:
		if item, ok := v.lookup(key); ok {
			return item
		}
	case *list:
		return at(v.items, key)
	case tuple:
		return at(v, key)
	case string:
		if i, ok := key.(int64); ok {
			return m.charAt(v, i)
		}
	}
	if name, ok := key.(string); ok {
		return attribute(v, name)
	}
	if u, ok := v.(undefined); ok {
		fail("an item is read of %s", u.what())
	}
	return undefined{name: "an item that does not exist"}
}

// at indexes a sequence; negative indexes count from the end. A key that is no
// index may be a method's name.
func at(items []any, key any) any {
	switch key := key.(type) {
	case int64:
		if key < 0 {
			key += int64(len(items))
		}
		if key >= 0 && key < int64(len(items)) {
			return items[key]
		}
	case string:
		return attribute(&list{items}, key)
	}
	return undefined{name: "an item that does not exist"}
}

func (m *machine) charAt(s string, i int64) any {
	m.step(1 + len(s)/64)
	n := int64(utf8.RuneCountInString(s))
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return undefined{name: "a character that does not exist"}
	}
	if n == int64(len(s)) {
		return s[i : i+1]
	}
	m.step(len(s) / 8)
	return string([]rune(s)[i])
}

// slice is v[start:stop:step].
func (m *machine) slice(v any, bounds [3]any) any {
	switch v := v.(type) {
	case string:
		m.grow(len(v))
		if bounds[2] == nil && utf8.RuneCountInString(v) == len(v) {
			start, stop, _ := sliceBounds(bounds, len(v))
			return v[start:max(start, stop)]
		}
		m.step(len(v) / 8)
		return string(cut(m, []rune(v), bounds))
	case *list:
		return &list{cut(m, v.items, bounds)}
	case tuple:
		return tuple(cut(m, v, bounds))
	case undefined:
		fail("a slice is taken of %s", v.what())
	}
	fail("a slice cannot be taken of %s", typeName(v))
	return nil
}

func cut[T any](m *machine, items []T, bounds [3]any) []T {
	start, stop, step := sliceBounds(bounds, len(items))
	var out []T
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		m.step(1)
		out = append(out, items[i])
	}
	return out
}

// sliceBounds is Python's slice.indices: it clips the bounds to a sequence of n.
func sliceBounds(bounds [3]any, n int) (start, stop, step int) {
	step = 1
	if bounds[2] != nil {
		step = toInt(bounds[2], "a slice")
	}
	if step == 0 {
		fail("the step of a slice cannot be zero")
	}
	// A step longer than the sequence is one step, and must not overflow.
	step = max(min(step, n+1), -n-1)
	low, high, first, last := 0, n, 0, n
	if step < 0 {
		low, high, first, last = -1, n-1, n-1, -1
	}
	clip := func(bound any, absent int) int {
		if bound == nil {
			return absent
		}
		i := toInt(bound, "a slice")
		if i < 0 {
			i += n
		}
		return max(low, min(high, i))
	}
	return clip(bounds[0], first), clip(bounds[1], last), step
}

// callValue calls a macro, a function, or the loop of a recursive for.
func (m *machine) callValue(f any, a arguments) any {
	switch f := f.(type) {
	case *function:
		return f.call(m, a)
	case *macro:
		return f.invoke(m, a)
	case *loop:
		if f.recurse == nil {
			fail("loop can be called only in a recursive for")
		}
		return f.recurse(a.bind("loop", "iterable").or(0, undefined{}))
	case undefined:
		if f.name == "" {
			fail("an undefined value is called")
		}
		unsupported("the function or method %s", f.name)
	}
	fail("%s cannot be called", typeName(f))
	return nil
}
