package jinja

import "slices"

// builtin is a function or a bound method.
type builtin = func(m *machine, a arguments) any

// globalNamed returns the function of that name, or nil.
func globalNamed(name string) builtin {
	switch name {
	case "range":
		return globalRange
	case "namespace":
		return func(m *machine, a arguments) any { return &namespace{m.dictOf(name, a)} }
	case "dict":
		return func(m *machine, a arguments) any { return m.dictOf(name, a) }
	case "raise_exception":
		return globalRaise
	case "strftime_now":
		return globalNow
	case "cycler":
		return func(_ *machine, a arguments) any { return newCycler(a) }
	case "joiner":
		return globalJoiner
	}
	return nil
}

func globalRange(m *machine, a arguments) any {
	p := a.bind("range", "start", "stop", "step")
	start, stop, step := 0, p.int(0, "range", 0), p.int(2, "range", 1)
	if p.given(1) {
		start, stop = stop, p.int(1, "range", 0)
	}
	if step == 0 {
		fail("the step of range cannot be zero")
	}
	l := &list{}
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		if len(l.items) == maxRange {
			fail("range has more than %d numbers", maxRange)
		}
		m.step(1)
		l.items = append(l.items, int64(i))
	}
	return l
}

// dictOf is dict(mapping or pairs, name=value…).
func (m *machine) dictOf(of string, a arguments) *dict {
	if len(a.positional) > 1 {
		fail("%s takes at most one argument that is not named", of)
	}
	d := newDict()
	for _, from := range a.positional {
		m.update(d, from)
	}
	for i, name := range a.names {
		d.set(name, a.named[i])
	}
	return d
}

// update adds a mapping's items, or those of a sequence of pairs.
func (m *machine) update(d *dict, from any) {
	pairs := m.items(from)
	if other, ok := from.(*dict); ok {
		pairs = other.pairs()
	}
	for _, item := range pairs {
		pair := m.items(item)
		if len(pair) != 2 {
			fail("a mapping is made of pairs, not of %d values", len(pair))
		}
		m.chargeKey(pair[0])
		d.set(pair[0], pair[1])
	}
}

func globalRaise(m *machine, a arguments) any {
	message := m.str(a.bind("raise_exception", "message").or(0, "the conversation is refused"))
	panic(failure{&Raised{shorten(message)}})
}

func globalNow(m *machine, a arguments) any {
	return m.strftime(a.bind("strftime_now", "format").str(0, "strftime_now", ""))
}

// globalJoiner returns a function that gives nothing at first, then a separator.
func globalJoiner(m *machine, a arguments) any {
	separator, used := a.bind("joiner", "sep").or(0, ", "), false
	return &function{"joiner", func(*machine, arguments) any {
		if !used {
			used = true
			return ""
		}
		return separator
	}}
}

// cycler goes round its items.
type cycler struct {
	items []any
	at    int
}

func newCycler(a arguments) *cycler {
	if len(a.positional) == 0 {
		fail("cycler needs something to cycle through")
	}
	return &cycler{items: slices.Clone(a.positional)}
}

func (c *cycler) attribute(name string) any {
	switch name {
	case "current":
		return c.items[c.at]
	case "next":
		return &function{"next", func(*machine, arguments) any {
			current := c.items[c.at]
			c.at = (c.at + 1) % len(c.items)
			return current
		}}
	case "reset":
		return &function{"reset", func(*machine, arguments) any { c.at = 0; return nil }}
	}
	return undefined{name: "cycler." + name}
}
