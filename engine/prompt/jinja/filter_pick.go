package jinja

import (
	"strconv"
	"strings"
)

// pickFilter finds the filters that apply a test, or another filter, or look
// at an attribute of every item.
func pickFilter(name string) filter {
	switch name {
	case "map":
		return filterMap
	case "select", "reject", "selectattr", "rejectattr":
		return func(m *machine, v any, a arguments) any { return m.pick(name, v, a) }
	case "join":
		return filterJoin
	}
	return nil
}

// path follows a dotted attribute such as "function.name"; nil is the item
// itself, an integer is an index.
func (m *machine) path(v, path any) any {
	switch path := path.(type) {
	case nil:
		return v
	case string:
		for part := range strings.SplitSeq(path, ".") {
			m.step(1)
			if n, err := strconv.ParseInt(part, 10, 64); err == nil {
				v = m.item(v, n)
			} else {
				v = m.item(v, part)
			}
		}
		return v
	}
	return m.item(v, path)
}

func filterMap(m *machine, v any, a arguments) any {
	apply := m.mapper(a)
	out := &list{}
	if !truth(v) { // Jinja2 takes None for nothing, here and in pick
		return out
	}
	for _, item := range m.items(v) {
		out.items = append(out.items, apply(item))
	}
	return out
}

// mapper reads the arguments of map: attribute=…, or a filter and its own.
func (m *machine) mapper(a arguments) func(any) any {
	if len(a.positional) == 0 {
		p := a.bind("map", "attribute", "default")
		if !p.given(0) {
			fail("map needs a filter or an attribute")
		}
		return func(item any) any {
			v := m.path(item, p[0])
			if _, absent := v.(undefined); absent {
				return p.or(1, v)
			}
			return v
		}
	}
	name, ok := a.positional[0].(string)
	if !ok {
		fail("map needs the name of a filter, not %s", typeName(a.positional[0]))
	}
	return func(item any) any { return m.applyFilter(name, item, a.tail(1)) }
}

// tail returns the arguments from the n-th positional one on, to be used anew.
func (a arguments) tail(n int) arguments {
	named := append([]any(nil), a.named...)
	return arguments{a.positional[min(n, len(a.positional)):], a.names, named}
}

// pick is select, reject, selectattr and rejectattr.
func (m *machine) pick(name string, v any, a arguments) any {
	var attribute any
	if strings.HasSuffix(name, "attr") {
		if len(a.positional) == 0 {
			fail("%s needs an attribute", name)
		}
		attribute, a = a.positional[0], a.tail(1)
	}
	keep := strings.HasPrefix(name, "select")
	out := &list{}
	if !truth(v) {
		return out
	}
	for _, item := range m.items(v) {
		if m.holds(m.path(item, attribute), a) == keep {
			out.items = append(out.items, item)
		}
	}
	return out
}

// holds applies the test that the arguments name, or asks for the truth.
func (m *machine) holds(v any, a arguments) bool {
	if len(a.positional) == 0 {
		return truth(v)
	}
	name, ok := a.positional[0].(string)
	if !ok {
		fail("a test is named by a string, not %s", typeName(a.positional[0]))
	}
	return m.applyTest(name, v, a.tail(1))
}

func filterJoin(m *machine, v any, a arguments) any {
	p := a.bind("join", "d", "attribute")
	separator := m.str(p.or(0, ""))
	all := m.text()
	for i, item := range m.items(v) {
		if i > 0 {
			all.write(separator)
		}
		all.str(m.path(item, p.or(1, nil)))
	}
	return all.String()
}
