package jinja

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

func listFilter(name string) filter {
	switch name {
	case "length", "count":
		return filterLength
	case "first":
		return filterFirst
	case "last":
		return filterLast
	case "list":
		return filterList
	case "items":
		return filterItems
	case "dictsort":
		return filterDictsort
	case "sort":
		return filterSort
	case "min":
		return func(m *machine, v any, a arguments) any { return m.extreme("min", v, a) }
	case "max":
		return func(m *machine, v any, a arguments) any { return m.extreme("max", v, a) }
	case "unique":
		return filterUnique
	case "reverse":
		return filterReverse
	case "batch":
		return filterBatch
	case "slice":
		return filterSlice
	case "groupby":
		return filterGroupby
	}
	return nil
}

func filterLength(m *machine, v any, a arguments) any {
	a.bind("length")
	return m.length(v)
}

// length is len(v); of a string, its characters.
func (m *machine) length(v any) int64 {
	switch v := v.(type) {
	case string:
		return int64(utf8.RuneCountInString(v))
	case *list:
		return int64(len(v.items))
	case tuple:
		return int64(len(v))
	case *dict:
		return int64(len(v.keys))
	case undefined:
		return 0
	case *loop:
		return int64(len(v.items))
	}
	fail("%s has no length", typeName(v))
	return 0
}

func filterFirst(m *machine, v any, a arguments) any {
	a.bind("first")
	if items := m.items(v); len(items) > 0 {
		return items[0]
	}
	return undefined{name: "the first item of nothing"}
}

func filterLast(m *machine, v any, a arguments) any {
	a.bind("last")
	if items := m.items(v); len(items) > 0 {
		return items[len(items)-1]
	}
	return undefined{name: "the last item of nothing"}
}

func filterList(m *machine, v any, a arguments) any {
	a.bind("list")
	return &list{slices.Clone(m.items(v))}
}

func filterItems(m *machine, v any, a arguments) any {
	a.bind("items")
	switch v := v.(type) {
	case undefined:
		return &list{}
	case *dict:
		m.step(len(v.keys))
		return &list{v.pairs()}
	}
	fail("only a mapping has items, not %s", typeName(v))
	return nil
}

func filterDictsort(m *machine, v any, a arguments) any {
	p := a.bind("dictsort", "case_sensitive", "by", "reverse")
	d, ok := v.(*dict)
	if !ok {
		fail("dictsort needs a mapping, not %s", typeName(v))
	}
	by := map[string]int{"key": 0, "value": 1}
	part, ok := by[p.str(1, "dictsort", "key")]
	if !ok {
		fail("dictsort sorts by key or value")
	}
	return m.sorted(d.pairs(), p.bool(2, false), func(item any) any {
		return fold(item.(tuple)[part], p.bool(0, false))
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
	m.step(len(items) * (1 + int(math.Log2(float64(1+len(items))))))
	type keyed struct{ key, item any }
	all := make([]keyed, len(items))
	for i, item := range items {
		all[i] = keyed{key(item), item}
		m.chargeText(all[i].key)
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		if reverse {
			a, b = b, a
		}
		return m.order(a.key, b.key, 0)
	})
	out := &list{make([]any, len(all))}
	for i, k := range all {
		out.items[i] = k.item
	}
	return out
}

func filterSort(m *machine, v any, a arguments) any {
	p := a.bind("sort", "reverse", "case_sensitive", "attribute")
	key := func(item any) any { return fold(m.path(item, p.or(2, nil)), p.bool(1, false)) }
	if names, ok := p.or(2, nil).(string); ok && strings.Contains(names, ",") {
		key = func(item any) any { return m.paths(item, strings.Split(names, ","), p.bool(1, false)) }
	}
	return m.sorted(m.items(v), p.bool(0, false), key)
}

// paths is the key of a sort by several attributes.
func (m *machine) paths(item any, names []string, caseSensitive bool) tuple {
	var key tuple
	for _, name := range names {
		key = append(key, fold(m.path(item, name), caseSensitive))
	}
	return key
}

// extreme is the min and max filter.
func (m *machine) extreme(name string, v any, a arguments) any {
	p := a.bind(name, "case_sensitive", "attribute")
	items := m.items(v)
	if len(items) == 0 {
		return undefined{name: "the " + name + " of nothing"}
	}
	sorted := m.sorted(items, name == "max", func(item any) any {
		return fold(m.path(item, p.or(1, nil)), p.bool(0, false))
	})
	return sorted.items[0]
}

func filterUnique(m *machine, v any, a arguments) any {
	p := a.bind("unique", "case_sensitive", "attribute")
	seen, out := newDict(), &list{}
	for _, item := range m.items(v) {
		key := fold(m.path(item, p.or(1, nil)), p.bool(0, false))
		m.chargeKey(key)
		if _, ok := seen.lookup(key); !ok {
			seen.set(key, nil)
			out.items = append(out.items, item)
		}
	}
	return out
}

func filterReverse(m *machine, v any, a arguments) any {
	a.bind("reverse")
	items := slices.Clone(m.items(v))
	slices.Reverse(items)
	if _, ok := v.(string); ok {
		all := m.text()
		for _, c := range items {
			all.str(c)
		}
		return all.String()
	}
	return &list{items}
}

func filterBatch(m *machine, v any, a arguments) any {
	p := a.bind("batch", "linecount", "fill_with")
	size := p.int(0, "batch", 0)
	if size < 1 {
		fail("batch needs a positive count")
	}
	out := &list{}
	for row := range slices.Chunk(m.items(v), size) {
		row = slices.Clone(row)
		if fill := p.or(1, nil); fill != nil && len(row) < size {
			m.step(size)
			row = append(row, slices.Repeat([]any{fill}, size-len(row))...)
		}
		out.items = append(out.items, &list{row})
	}
	return out
}

func filterSlice(m *machine, v any, a arguments) any {
	p := a.bind("slice", "slices", "fill_with")
	n, items := p.int(0, "slice", 0), m.items(v)
	if n < 1 {
		fail("slice needs a positive count")
	}
	m.step(n)
	out, each, longer := &list{}, len(items)/n, len(items)%n
	for i := range n {
		size := each
		if i < longer {
			size++
		}
		part := slices.Clone(items[:size])
		items = items[size:]
		if fill := p.or(1, nil); fill != nil && longer > 0 && i >= longer {
			part = append(part, fill)
		}
		out.items = append(out.items, &list{part})
	}
	return out
}

func filterGroupby(m *machine, v any, a arguments) any {
	p := a.bind("groupby", "attribute", "default", "case_sensitive")
	key := func(item any) any {
		k := m.path(item, p.or(0, nil))
		if _, absent := k.(undefined); absent {
			k = p.or(1, k)
		}
		return fold(k, p.bool(2, false))
	}
	out := &list{}
	var group *list
	var last any
	for _, item := range m.sorted(m.items(v), false, key).items {
		k := key(item)
		if group == nil || !m.equal(k, last, 0) {
			group, last = &list{}, k
			out.items = append(out.items, tuple{k, group})
		}
		group.items = append(group.items, item)
	}
	return out
}
