package sandbox

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

func itemsOf(m *machine, v any, a arguments) any {
	a.bind("items", "")
	switch v := v.(type) {
	case undefined:
		return &list{}
	case *dict:
		m.items(v)
		return &list{items: v.pairs()}
	}
	fail("only a mapping has items, not %s", typeName(v))
	return nil
}

func dictsort(m *machine, v any, a arguments) any {
	p := a.bind("dictsort", "case_sensitive by reverse")
	d, ok := v.(*dict)
	part := slices.Index([]string{"key", "value"}, p.str(1, "key"))
	if !ok || part < 0 {
		fail("dictsort sorts a mapping by key or value")
	}
	m.items(d)
	return m.sorted(d.pairs(), p.bool(2, false), func(item any) any {
		return fold(item.(*list).items[part], p.bool(0, false))
	})
}

// fold is what sorting compares: strings without case, unless it matters.
func fold(v any, caseSensitive bool) any {
	if s, ok := v.(string); ok && !caseSensitive {
		return strings.ToLower(s)
	}
	return v
}

// sorted sorts a copy of items, stably.
func (m *machine) sorted(items []any, reverse bool, key func(any) any) *list {
	m.step(len(items) * bits.Len(uint(len(items))))
	type keyed struct{ key, item any }
	all := make([]keyed, len(items))
	for i, item := range items {
		all[i] = keyed{key(item), item}
		m.touch(all[i].key)
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		if reverse {
			a, b = b, a
		}
		return m.order(a.key, b.key, 0)
	})
	return convert(all, func(k keyed) any { return k.item })
}

func sortItems(m *machine, v any, a arguments) any {
	p := a.bind("sort", "reverse case_sensitive attribute")
	return m.sorted(m.items(v), p.bool(0, false), func(item any) any {
		return fold(m.path(item, p.or(2, nil)), p.bool(1, false))
	})
}

// extreme is the min and max filter.
func (m *machine) extreme(name string, v any, a arguments) any {
	p := a.bind(name, "case_sensitive attribute")
	sorted := m.sorted(m.items(v), name == "max", func(item any) any {
		return fold(m.path(item, p.or(1, nil)), p.bool(0, false))
	})
	return at(sorted.items, 0, "the "+name+" of nothing")
}

func unique(m *machine, v any, a arguments) any {
	p := a.bind("unique", "case_sensitive attribute")
	seen, out := newDict(), &list{}
	for _, item := range m.items(v) {
		key := fold(m.path(item, p.or(1, nil)), p.bool(0, false))
		m.touch(key)
		if _, ok := seen.lookup(key); !ok {
			seen.set(key, nil)
			out.items = append(out.items, item)
		}
	}
	return out
}

func reverse(m *machine, v any, a arguments) any {
	a.bind("reverse", "")
	items := slices.Clone(m.items(v))
	slices.Reverse(items)
	if is[string](v) {
		return m.join(&list{items: items}, "", nil)
	}
	return &list{items: items}
}

// path follows a dotted attribute such as "function.name"; nil is the item
// itself, an integer is an index.
func (m *machine) path(v, path any) any {
	words, ok := path.(string)
	if !ok && path != nil {
		return m.item(v, path)
	}
	for part := range strings.SplitSeq(words, ".") {
		m.step(1)
		if n, err := strconv.Atoi(part); err == nil {
			v = m.item(v, n)
		} else if path != nil {
			v = m.item(v, part)
		}
	}
	return v
}

// mapItems is map: attribute=…, or another filter and its own arguments.
func mapItems(m *machine, v any, a arguments) any {
	apply := func(item any) any { return m.filter(a.word("map"), item, a.tail()) }
	if len(a.positional) == 0 {
		p := a.bind("map", "attribute default")
		apply = func(item any) any {
			found := m.path(item, p.or(0, nil))
			if is[undefined](found) {
				return p.or(1, found)
			}
			return found
		}
	}
	out := &list{}
	if truth(v) { // Jinja2 takes None for nothing, here and in pick
		for _, item := range m.items(v) {
			out.items = append(out.items, apply(item))
		}
	}
	return out
}

// filter applies a filter by its name.
func (m *machine) filter(name string, v any, a arguments) any {
	f := m.filters[name]
	if f == nil {
		unsupported("the filter %s", name)
	}
	m.touch(v)
	result := f(m, v, a)
	if s, ok := result.(string); ok {
		m.grow(len(s))
	}
	return result
}

// word is the first argument, which names a filter or a test.
func (a arguments) word(of string) string {
	if name, ok := a.positional[0].(string); ok {
		return name
	}
	fail("%s needs a name, not %s", of, typeName(a.positional[0]))
	return ""
}

// tail returns the arguments from the second positional one on, to be used anew.
func (a arguments) tail() arguments {
	named := slices.Clone(*a.named)
	return arguments{a.positional[1:], &named}
}

// pick is select, reject, selectattr and rejectattr.
func (m *machine) pick(name string, v any, a arguments) any {
	var attribute any
	if strings.HasSuffix(name, "attr") {
		if len(a.positional) == 0 {
			fail("%s needs an attribute", name)
		}
		attribute, a = a.positional[0], a.tail()
	}
	out := &list{}
	if !truth(v) {
		return out
	}
	for _, item := range m.items(v) {
		tested := m.path(item, attribute)
		holds := truth(tested)
		if len(a.positional) > 0 {
			holds = m.test(a.word(name), tested, a.tail())
		}
		if holds == strings.HasPrefix(name, "select") {
			out.items = append(out.items, item)
		}
	}
	return out
}
