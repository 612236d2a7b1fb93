package jinja

import (
	"cmp"
	"strings"
)

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

// tooDeep guards every recursion over values: a list can hold itself.
func tooDeep(depth int) {
	if depth > maxDepth {
		fail("a list or mapping is nested more than %d deep", maxDepth)
	}
}

// equal is Python's ==. depth counts the values around these.
func (m *machine) equal(a, b any, depth int) bool {
	m.step(1)
	tooDeep(depth)
	if x, _, ok := number(a); ok {
		y, _, ok := number(b)
		if i, isInt := a.(int64); isInt { // a float64 would blur large integers
			if j, isInt := b.(int64); isInt {
				return i == j
			}
		}
		return ok && x == y
	}
	switch a := a.(type) {
	case nil:
		return b == nil
	case string:
		s, ok := b.(string)
		m.step(min(len(a), len(s)) / 64)
		return ok && a == s
	case undefined:
		_, ok := b.(undefined)
		return ok
	case *list:
		l, ok := b.(*list)
		return ok && m.equalItems(a.items, l.items, depth)
	case tuple:
		t, ok := b.(tuple)
		return ok && m.equalItems(a, t, depth)
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
	x, xInt, xOK := number(a)
	y, yInt, yOK := number(b)
	if xOK && yOK {
		if xInt && yInt {
			return cmp.Compare(toInt(a, ""), toInt(b, ""))
		}
		return cmp.Compare(x, y)
	}
	switch a := a.(type) {
	case string:
		if s, ok := b.(string); ok {
			m.step(min(len(a), len(s)) / 64)
			return strings.Compare(a, s) // the order of UTF-8 is that of code points
		}
	case *list:
		if l, ok := b.(*list); ok {
			return m.orderItems(a.items, l.items, depth)
		}
	case tuple:
		if t, ok := b.(tuple); ok {
			return m.orderItems(a, t, depth)
		}
	}
	failOperands("a comparison", a, b)
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
		m.step((len(of) + len(part)) / 16)
		return strings.Contains(of, part)
	case *dict:
		m.chargeKey(v)
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
