package sandbox

import "unicode/utf8"

// attribute is v.name: a method, else an item of that name. There are no other
// attributes than those listed here.
func attribute(v any, name string) any {
	if call := methodNamed(v, name); call != nil {
		return &function{name, call}
	}
	switch v := v.(type) {
	case undefined:
		fail("%s is read of %s", name, typeName(v))
	case *dict:
		if item, ok := v.lookup(name); ok {
			return item
		}
	case *namespace:
		if item, ok := v.lookup(name); ok {
			return item
		}
	case *loop:
		return v.attribute(name)
	case *function:
		if name == "name" {
			return v.name
		}
	}
	return undefined{name}
}

// item is v[key].
func (m *machine) item(v, key any) any {
	i, isIndex := key.(int)
	switch v := v.(type) {
	case *dict:
		if item, ok := v.lookup(key); ok {
			return item
		}
	case *list:
		if isIndex {
			if i < 0 {
				i += len(v.items)
			}
			return at(v.items, i, "an item that does not exist")
		}
	case string:
		if isIndex {
			return m.charAt(v, i)
		}
	}
	if name, ok := key.(string); ok {
		return attribute(v, name)
	}
	if is[undefined](v) {
		fail("an item is read of %s", typeName(v))
	}
	return undefined{"an item that does not exist"}
}

func at(items []any, i int, name string) any {
	if i < 0 || i >= len(items) {
		return undefined{name}
	}
	return items[i]
}

func (m *machine) charAt(s string, i int) any {
	if i < 0 {
		i += m.length(s)
	}
	if i >= 0 {
		for _, r := range s {
			if i == 0 {
				return string(r)
			}
			i--
		}
	}
	return undefined{"a character that does not exist"}
}

// length is len(v); of a string, its characters.
func (m *machine) length(v any) int {
	switch v := v.(type) {
	case string:
		return utf8.RuneCountInString(v)
	case *list:
		return len(v.items)
	case *dict:
		return len(v.keys)
	case undefined:
		return 0
	}
	fail("%s has no length", typeName(v))
	return 0
}

// slice is v[start:stop:step].
func (m *machine) slice(v any, bounds [3]any) any {
	switch v := v.(type) {
	case string:
		if n := len(v); bounds[2] == nil && utf8.RuneCountInString(v) == n {
			start, stop, _ := sliceBounds(bounds, n)
			return v[start:max(start, stop)]
		}
		m.step(len(v) / 8)
		m.room(4, len(v))
		return string(cut(m, []rune(v), bounds))
	case *list:
		return &list{cut(m, v.items, bounds), v.tuple}
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

// callValue calls a macro or a function.
func callValue(m *machine, v any, a arguments) any {
	switch v := v.(type) {
	case *function:
		return v.call(m, a)
	case undefined:
		unsupported("the function or method %s", v.name)
	}
	fail("%s cannot be called", typeName(v))
	return nil
}
