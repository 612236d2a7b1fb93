package jinja

import (
	"strings"
	"unicode"
)

// applyTest decides "v is name(…)".
func (m *machine) applyTest(name string, v any, a arguments) bool {
	if s, ok := v.(string); ok {
		m.step(len(s) / 64)
	}
	if t := comparisonTest(name); t != "" {
		return m.compare(t, v, a.bind(name, "other").or(0, nil))
	}
	switch name {
	case "divisibleby":
		return m.equal(m.arithmetic("%", v, a.bind(name, "num").or(0, nil)), int64(0), 0)
	case "sameas":
		return m.same(v, a.bind(name, "other").or(0, nil))
	case "startingwith": // not in Jinja2; some templates were written for it
		return strings.HasPrefix(m.str(v), m.str(a.bind(name, "prefix").or(0, "")))
	case "filter":
		return filterNamed(m.str(v)) != nil
	case "test":
		return comparisonTest(m.str(v)) != "" || kindTest(m.str(v)) != nil
	}
	t := kindTest(name)
	if t == nil {
		unsupported("the test %s", name)
	}
	a.bind(name)
	return t(m, v)
}

// comparisonTest returns the operator that a test is another name of, or "".
func comparisonTest(name string) string {
	switch name {
	case "eq", "equalto", "==":
		return "=="
	case "ne", "!=":
		return "!="
	case "lt", "lessthan", "<":
		return "<"
	case "le", "<=":
		return "<="
	case "gt", "greaterthan", ">":
		return ">"
	case "ge", ">=":
		return ">="
	case "in":
		return "in"
	}
	return ""
}

// kindTest returns the test that looks at v alone, or nil.
func kindTest(name string) func(m *machine, v any) bool {
	switch name {
	case "defined":
		return func(_ *machine, v any) bool { return !is[undefined](v) }
	case "undefined":
		return func(_ *machine, v any) bool { return is[undefined](v) }
	case "none":
		return func(_ *machine, v any) bool { return v == nil }
	case "string":
		return func(_ *machine, v any) bool { return is[string](v) }
	case "number":
		return func(_ *machine, v any) bool { _, _, ok := number(v); return ok }
	case "integer":
		return func(_ *machine, v any) bool { return is[int64](v) }
	case "float":
		return func(_ *machine, v any) bool { return is[float64](v) }
	case "boolean":
		return func(_ *machine, v any) bool { return is[bool](v) }
	case "true":
		return func(_ *machine, v any) bool { return is[bool](v) && truth(v) }
	case "false":
		return func(_ *machine, v any) bool { return is[bool](v) && !truth(v) }
	case "mapping":
		return func(_ *machine, v any) bool { return is[*dict](v) }
	case "iterable", "sequence":
		return func(_ *machine, v any) bool { return iterable(v) }
	case "callable":
		return func(_ *machine, v any) bool { return is[*function](v) || is[*macro](v) || is[undefined](v) }
	case "escaped":
		return func(_ *machine, _ any) bool { return false }
	case "odd":
		return func(m *machine, v any) bool { return m.equal(m.arithmetic("%", v, int64(2)), int64(1), 0) }
	case "even":
		return func(m *machine, v any) bool { return m.equal(m.arithmetic("%", v, int64(2)), int64(0), 0) }
	case "lower":
		return func(m *machine, v any) bool { return cased(m.str(v), unicode.IsUpper, unicode.IsLower) }
	case "upper":
		return func(m *machine, v any) bool { return cased(m.str(v), unicode.IsLower, unicode.IsUpper) }
	}
	return nil
}

func is[T any](v any) bool {
	_, ok := v.(T)
	return ok
}

// iterable is true of undefined as well: in Jinja2 it is an empty sequence.
func iterable(v any) bool {
	switch v.(type) {
	case string, *list, tuple, *dict, undefined:
		return true
	}
	return false
}

// cased says whether s has letters of the wanted case and none of the other.
func cased(s string, other, wanted func(rune) bool) bool {
	return strings.IndexFunc(s, other) < 0 && strings.IndexFunc(s, wanted) >= 0
}

// same is Python's "is": the same object, or the same simple value.
func (m *machine) same(a, b any) bool {
	switch a.(type) {
	case tuple:
		return is[tuple](b) && m.equal(a, b, 0)
	case nil, bool, int64, float64, string:
		return typeName(a) == typeName(b) && m.equal(a, b, 0)
	}
	return !is[tuple](b) && a == b
}
