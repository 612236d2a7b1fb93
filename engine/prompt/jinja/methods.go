package jinja

import "slices"

// methodNamed returns a value's method, bound to it, or nil.
func methodNamed(v any, name string) any {
	var call builtin
	switch v := v.(type) {
	case string:
		call = stringMethod(v, name)
	case *dict:
		call = dictMethod(v, name)
	case *list:
		call = listMethod(v, name)
	case tuple:
		if name == "index" || name == "count" {
			call = listMethod(&list{v}, name)
		}
	}
	if call == nil {
		return nil
	}
	return &function{name, call}
}

func dictMethod(d *dict, name string) builtin {
	switch name {
	case "get":
		return func(m *machine, a arguments) any {
			p := a.bind(name, "key", "default")
			return d.take(m, p.or(0, nil), p.or(1, nil))
		}
	case "items":
		return func(m *machine, a arguments) any { a.bind(name); m.step(len(d.keys)); return &list{d.pairs()} }
	case "keys":
		return func(m *machine, a arguments) any { a.bind(name); return &list{slices.Clone(m.items(d))} }
	case "values":
		return func(m *machine, a arguments) any { a.bind(name); return d.values(m) }
	case "copy":
		return func(m *machine, a arguments) any { a.bind(name); m.step(len(d.keys)); return d.clone() }
	case "update":
		return func(m *machine, a arguments) any { m.update(d, m.dictOf(name, a)); return nil }
	case "pop":
		return func(m *machine, a arguments) any { return d.pop(m, a.bind(name, "key", "default")) }
	case "setdefault":
		return func(m *machine, a arguments) any {
			p := a.bind(name, "key", "default")
			v := d.take(m, p.or(0, nil), p.or(1, nil))
			d.set(p.or(0, nil), v)
			return v
		}
	}
	return nil
}

func (d *dict) take(m *machine, key, def any) any {
	m.chargeKey(key)
	if v, ok := d.lookup(key); ok {
		return v
	}
	return def
}

func (d *dict) values(m *machine) *list {
	m.step(len(d.keys))
	l := &list{make([]any, len(d.keys))}
	for i, key := range d.keys {
		l.items[i] = d.get(key)
	}
	return l
}

func (d *dict) pop(m *machine, p params) any {
	key := p.or(0, nil)
	for _, k := range m.items(d) {
		m.chargeKey(k)
	}
	v := d.take(m, key, missing{})
	if _, absent := v.(missing); absent {
		if !p.given(1) {
			fail("pop finds no item of that key")
		}
		return p[1]
	}
	d.remove(key)
	return v
}

func listMethod(l *list, name string) builtin {
	switch name {
	case "append":
		return func(m *machine, a arguments) any {
			l.items = append(l.items, a.bind(name, "object").or(0, nil))
			return nil
		}
	case "extend":
		return func(m *machine, a arguments) any {
			l.items = append(l.items, m.items(a.bind(name, "iterable").or(0, nil))...)
			return nil
		}
	case "insert":
		return func(m *machine, a arguments) any { return l.insert(m, a.bind(name, "index", "object")) }
	case "pop":
		return func(m *machine, a arguments) any { return l.pop(m, a.bind(name, "index").int(0, name, -1)) }
	case "index":
		return func(m *machine, a arguments) any { return l.find(m, a.bind(name, "value").or(0, nil)) }
	case "count":
		return func(m *machine, a arguments) any { return l.count(m, a.bind(name, "value").or(0, nil)) }
	case "copy":
		return func(m *machine, a arguments) any { a.bind(name); return &list{slices.Clone(m.items(l))} }
	}
	return nil
}

func (l *list) insert(m *machine, p params) any {
	m.step(len(l.items))
	i := p.int(0, "insert", 0)
	if i < 0 {
		i += len(l.items)
	}
	i = max(0, min(i, len(l.items)))
	// Cloned, because a for may be iterating over the array.
	l.items = slices.Insert(slices.Clone(l.items), i, p.or(1, nil))
	return nil
}

func (l *list) pop(m *machine, i int) any {
	m.step(len(l.items))
	if i < 0 {
		i += len(l.items)
	}
	if i < 0 || i >= len(l.items) {
		fail("pop finds no item at that index")
	}
	v := l.items[i]
	l.items = slices.Delete(slices.Clone(l.items), i, i+1)
	return v
}

func (l *list) find(m *machine, v any) any {
	for i, item := range m.items(l) {
		if m.equal(item, v, 0) {
			return int64(i)
		}
	}
	fail("index finds no such item in the list")
	return nil
}

func (l *list) count(m *machine, v any) any {
	n := int64(0)
	for _, item := range m.items(l) {
		if m.equal(item, v, 0) {
			n++
		}
	}
	return n
}
