package sandbox

import (
	"cmp"
	"strings"
)

// compareAll compares as Python does: a < b < c is a < b and b < c.
func (m *machine) compareAll(left any, rest []any) any {
	for ; len(rest) > 0; rest = rest[2:] {
		if !m.compare(rest[0].(string), left, rest[1]) {
			return false
		}
		left = rest[1]
	}
	return true
}

// compare decides left op right for one of the comparison operators.
func (m *machine) compare(op string, left, right any) bool {
	switch op {
	case "==":
		return m.equal(left, right, 0)
	case "!=":
		return !m.equal(left, right, 0)
	case "in":
		return m.contains(right, left)
	case "not in":
		return !m.contains(right, left)
	case "<":
		return m.order(left, right, 0) < 0
	case "<=":
		return m.order(left, right, 0) <= 0
	case ">":
		return m.order(left, right, 0) > 0
	default:
		return m.order(left, right, 0) >= 0
	}
}

// equal is Python's ==. depth counts the values around these.
func (m *machine) equal(a, b any, depth int) bool {
	m.step(1)
	tooDeep(depth)
	if x, xInt, ok := number64(a); ok {
		y, yInt, ok := number64(b)
		if xInt && yInt { // a float64 would blur large integers
			return toInt(a, "") == toInt(b, "")
		}
		return ok && x == y
	}
	switch a := a.(type) {
	case string:
		m.touch(a)
	case undefined:
		return is[undefined](b)
	case *list:
		l, ok := b.(*list)
		return ok && a.tuple == l.tuple && m.equalItems(a.items, l.items, depth)
	case *dict:
		d, ok := b.(*dict)
		return ok && m.equalDicts(a, d, depth)
	}
	return a == b
}

func (m *machine) equalItems(a, b []any, depth int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !m.equal(a[i], b[i], depth+1) {
			return false
		}
	}
	return true
}

func (m *machine) equalDicts(a, b *dict, depth int) bool {
	if len(a.keys) != len(b.keys) {
		return false
	}
	for _, key := range a.keys {
		v, ok := b.lookup(key)
		if !ok || !m.equal(a.get(key), v, depth+1) {
			return false
		}
	}
	return true
}

// order is negative, zero or positive as a is less than, equal to or more
// than b. Unlike values have no order.
func (m *machine) order(a, b any, depth int) int {
	m.step(1)
	tooDeep(depth)
	x, xInt, xOK := number64(a)
	y, yInt, yOK := number64(b)
	switch {
	case xInt && yInt:
		return cmp.Compare(toInt(a, ""), toInt(b, ""))
	case xOK && yOK:
		return cmp.Compare(x, y)
	case is[string](a) && is[string](b):
		m.touch(a)
		return strings.Compare(a.(string), b.(string)) // the order of UTF-8 is that of code points
	case is[*list](a) && is[*list](b):
		return m.orderItems(a.(*list).items, b.(*list).items, depth)
	}
	fail("a comparison cannot be made between %s and %s", typeName(a), typeName(b))
	return 0
}

func (m *machine) orderItems(a, b []any, depth int) int {
	for i := range min(len(a), len(b)) {
		if !m.equal(a[i], b[i], depth+1) {
			return m.order(a[i], b[i], depth+1)
		}
	}
	return cmp.Compare(len(a), len(b))
}

// contains is "v in of".
func (m *machine) contains(of, v any) bool {
	switch of := of.(type) {
	case string:
		part, ok := v.(string)
		if !ok {
			fail("only a string can be in a string, not %s", typeName(v))
		}
		return strings.Contains(of, part)
	case *dict:
		_, ok := of.lookup(v)
		return ok
	}
	for _, item := range m.items(of) {
		if m.equal(item, v, 0) {
			return true
		}
	}
	return false
}
