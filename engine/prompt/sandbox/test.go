package sandbox

import (
	"strings"

	"github.com/nikolalohinski/gonja/v2/builtins/methods/pystring"
)

// test decides "v is name(…)".
func (m *machine) test(name string, v any, a arguments) bool {
	m.touch(v)
	if operator := comparisonTest(name); operator != "" {
		return m.compare(operator, v, a.bind(name, "other").or(0, nil))
	}
	if name == "divisibleby" {
		return m.equal(m.arithmetic("%", v, a.bind(name, "num").or(0, nil)), 0, 0)
	}
	if name == "startingwith" { // not in Jinja2; some templates were written for it
		return truth(affix(strings.HasPrefix)(m, m.str(v), a.bind(name, "prefix")))
	}
	t := kindTest(name)
	if t == nil {
		unsupported("the test %s", name)
	}
	a.bind(name, "")
	return t(m, v)
}

// comparisonTest returns the operator that a test is another name of, or "".
func comparisonTest(name string) string {
	switch name {
	case "eq", "equalto", "sameas", "==":
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
		return kind[undefined]
	case "none":
		return func(_ *machine, v any) bool { return v == nil }
	case "string":
		return kind[string]
	case "number":
		return func(_ *machine, v any) bool { _, _, ok := number64(v); return ok }
	case "integer":
		return kind[int]
	case "float":
		return kind[float64]
	case "boolean":
		return kind[bool]
	case "true":
		return func(_ *machine, v any) bool { return v == true }
	case "false":
		return func(_ *machine, v any) bool { return v == false }
	case "mapping":
		return kind[*dict]
	case "iterable", "sequence": // undefined, too: in Jinja2 it is an empty sequence
		return func(_ *machine, v any) bool {
			return is[string](v) || is[*list](v) || is[*dict](v) || is[undefined](v)
		}
	case "callable":
		return func(_ *machine, v any) bool { return is[*function](v) || is[undefined](v) }
	case "odd":
		return func(m *machine, v any) bool { return m.equal(m.arithmetic("%", v, 2), 1, 0) }
	case "even":
		return func(m *machine, v any) bool { return m.equal(m.arithmetic("%", v, 2), 0, 0) }
	case "lower":
		return func(m *machine, v any) bool { return lower(m.str(v)) }
	case "filter":
		return func(m *machine, v any) bool { return m.filters[m.str(v)] != nil }
	case "test":
		return func(m *machine, v any) bool { return comparisonTest(m.str(v)) != "" || kindTest(m.str(v)) != nil }
	case "upper":
		return func(m *machine, v any) bool { return pystring.IsUpper(m.str(v)) }
	}
	return nil
}

func kind[T any](_ *machine, v any) bool { return is[T](v) }
