package jinja

// forStmt is {% for … in … if … recursive %} … {% else %} … {% endfor %}.
type forStmt struct {
	line      int
	target    target
	over      expr
	filter    expr // may be nil
	recursive bool
	body      []stmt
	otherwise []stmt
}

// loop is the variable of that name within a for.
type loop struct {
	items   []any
	index0  int
	depth0  int
	changed *[]any             // what changed() was last asked about
	recurse func(over any) any // nil unless the for is recursive
}

func (st *forStmt) run(s *scope) signal {
	s.m.line = st.line
	st.iterate(s, s.eval(st.over), 0)
	return signalNone
}

func (st *forStmt) iterate(s *scope, over any, depth int) {
	l := &loop{items: st.selected(s, s.m.items(over)), depth0: depth}
	if st.recursive {
		l.recurse = func(over any) any {
			return s.m.nest(func() any {
				return s.m.capture(func() { st.iterate(s, over, depth+1) })
			})
		}
	}
	for l.index0 = range l.items {
		s.m.step(3) // about what a scope costs
		inner := &scope{m: s.m, parent: s, vars: make([]variable, 0, 2)}
		inner.set("loop", l)
		st.target.assign(inner, l.items[l.index0])
		if runAll(inner, st.body) == signalBreak {
			return
		}
	}
	if len(l.items) == 0 {
		runAll(s.inner(), st.otherwise)
	}
}

// selected applies the loop's own if, before the loop counts its items.
func (st *forStmt) selected(s *scope, items []any) []any {
	if st.filter == nil {
		return items
	}
	var kept []any
	for _, item := range items {
		inner := s.inner()
		st.target.assign(inner, item)
		if truth(inner.eval(st.filter)) {
			kept = append(kept, item)
		}
	}
	return kept
}

func (l *loop) attribute(name string) any {
	n := len(l.items)
	switch name {
	case "index":
		return int64(l.index0 + 1)
	case "index0":
		return int64(l.index0)
	case "revindex":
		return int64(n - l.index0)
	case "revindex0":
		return int64(n - l.index0 - 1)
	case "first":
		return l.index0 == 0
	case "last":
		return l.index0 == n-1
	case "length":
		return int64(n)
	case "depth":
		return int64(l.depth0 + 1)
	case "depth0":
		return int64(l.depth0)
	case "previtem":
		return l.at(l.index0-1, name)
	case "nextitem":
		return l.at(l.index0+1, name)
	case "cycle":
		return &function{"cycle", l.cycle}
	case "changed":
		return &function{"changed", l.change}
	}
	return undefined{name: "loop." + name}
}

func (l *loop) at(i int, name string) any {
	if i < 0 || i >= len(l.items) {
		return undefined{name: "loop." + name}
	}
	return l.items[i]
}

func (l *loop) cycle(_ *machine, a arguments) any {
	if len(a.positional) == 0 {
		fail("loop.cycle needs something to cycle through")
	}
	return a.positional[l.index0%len(a.positional)]
}

func (l *loop) change(m *machine, a arguments) any {
	same := l.changed != nil && m.equalItems(*l.changed, a.positional, 0)
	l.changed = &a.positional
	return !same
}
