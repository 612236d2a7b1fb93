package sandbox

import "slices"

// method is a method bound to its value.
type method = func(m *machine, a arguments) any

// methodNamed returns a value's method, or nil.
func methodNamed(v any, name string) method {
	switch v := v.(type) {
	case string:
		words, call := stringMethod(name)
		if call == nil {
			return nil
		}
		return func(m *machine, a arguments) any {
			m.touch(v)
			if name == "format" {
				return m.format(v, a)
			}
			return call(m, v, a.bind(name, words))
		}
	case *dict:
		return dictMethod(v, name)
	case *list:
		return listMethod(v, name)
	}
	return nil
}

func dictMethod(d *dict, name string) method {
	switch name {
	case "get":
		return func(_ *machine, a arguments) any {
			p := a.bind(name, "key default")
			if v, ok := d.lookup(p.or(0, nil)); ok {
				return v
			}
			return p.or(1, nil)
		}
	case "items":
		return func(m *machine, _ arguments) any { m.items(d); return &list{items: d.pairs()} }
	case "keys":
		return func(m *machine, _ arguments) any { return &list{items: slices.Clone(m.items(d))} }
	case "values":
		return func(m *machine, _ arguments) any { return convert(m.items(d), d.get) }
	case "update":
		return func(m *machine, a arguments) any { m.update(d, m.dictOf(name, a)); return nil }
	case "pop":
		return func(m *machine, a arguments) any { return d.pop(m, a.bind(name, "key default")) }
	}
	return nil
}

func (d *dict) pop(m *machine, p params) any {
	key := p.or(0, nil)
	m.items(d)
	if v, ok := d.lookup(key); ok {
		d.remove(key)
		return v
	}
	if is[missing](p[1]) {
		fail("pop finds no item of that key")
	}
	return p[1]
}

func listMethod(l *list, name string) method {
	switch name {
	case "index", "count":
		return func(m *machine, a arguments) any { return l.search(m, name, a.bind(name, "value").or(0, nil)) }
	}
	if l.tuple {
		return nil
	}
	switch name {
	case "append":
		return func(_ *machine, a arguments) any {
			l.items = append(l.items, a.bind(name, "object").or(0, nil))
			return nil
		}
	case "extend":
		return func(m *machine, a arguments) any {
			l.items = append(l.items, m.items(a.bind(name, "iterable").or(0, nil))...)
			return nil
		}
	case "pop":
		return func(m *machine, a arguments) any { return l.pop(m, a.bind(name, "index").int(0, name, -1)) }
	}
	return nil
}

// search is index and count.
func (l *list) search(m *machine, name string, v any) any {
	n := 0
	for i, item := range m.items(l) {
		if !m.equal(item, v, 0) {
			continue
		}
		if n++; name == "index" {
			return i
		}
	}
	if name == "index" {
		fail("index finds no such item in the list")
	}
	return n
}

func (l *list) pop(m *machine, i int) any {
	if i < 0 {
		i += len(l.items)
	}
	if i < 0 || i >= len(l.items) {
		fail("pop finds no item at that index")
	}
	v := l.items[i]
	l.items = slices.Delete(slices.Clone(m.items(l)), i, i+1) // cloned: a for may be iterating over the array
	return v
}
