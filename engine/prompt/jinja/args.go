package jinja

import "slices"

// callArguments are a call's arguments as written.
type callArguments struct {
	positional  []expr
	names       []string
	named       []expr // parallel to names
	spread      expr   // *list, or nil
	spreadNamed expr   // **dict, or nil
}

// arguments are a call's arguments as values.
type arguments struct {
	positional []any
	names      []string
	named      []any // parallel to names; takenMark once used
}

// takenMark replaces a named argument that has found its parameter.
type takenMark struct{}

func (c callArguments) eval(s *scope) arguments {
	a := arguments{positional: evalAll(s, c.positional), names: slices.Clone(c.names), named: evalAll(s, c.named)}
	if c.spread != nil {
		a.positional = append(a.positional, s.m.items(s.eval(c.spread))...)
	}
	if c.spreadNamed != nil {
		d, ok := s.eval(c.spreadNamed).(*dict)
		if !ok {
			fail("only a mapping can follow ** in a call")
		}
		for _, key := range d.keys {
			name, ok := key.(string)
			if !ok {
				fail("the keys of a mapping that follows ** must be strings")
			}
			a.names, a.named = append(a.names, name), append(a.named, d.get(key))
		}
	}
	return a
}

// takeNamed returns a named argument and marks it as used.
func (a arguments) takeNamed(name string) (any, bool) {
	i := slices.Index(a.names, name)
	if i < 0 || a.taken(i) {
		return nil, false
	}
	v := a.named[i]
	a.named[i] = takenMark{}
	return v, true
}

func (a arguments) taken(i int) bool {
	_, ok := a.named[i].(takenMark)
	return ok
}

// missing marks a parameter that was not given.
type missing struct{}

// params are the arguments of a built-in, in the order of its parameters.
type params []any

// bind sorts arguments by parameter names; what is not given is missing{}.
func (a arguments) bind(of string, names ...string) params {
	if len(a.positional) > len(names) {
		fail("%s takes at most %d arguments and is given %d", of, len(names), len(a.positional))
	}
	values := make(params, len(names))
	for i, name := range names {
		v, named := a.takeNamed(name)
		switch {
		case i < len(a.positional):
			values[i] = a.positional[i]
		case named:
			values[i] = v
		default:
			values[i] = missing{}
		}
	}
	for i, name := range a.names {
		if !a.taken(i) {
			fail("%s has no parameter %s", of, name)
		}
	}
	return values
}

func (p params) given(i int) bool {
	_, absent := p[i].(missing)
	return !absent
}

// or returns the i-th parameter, or def if it was not given.
func (p params) or(i int, def any) any {
	if p.given(i) {
		return p[i]
	}
	return def
}

func (p params) str(i int, of, def string) string {
	v := p.or(i, def)
	s, ok := v.(string)
	if !ok {
		fail("%s needs a string, not %s", of, typeName(v))
	}
	return s
}

func (p params) int(i int, of string, def int) int {
	return toInt(p.or(i, int64(def)), of)
}

func (p params) bool(i int, def bool) bool { return truth(p.or(i, def)) }

// toInt converts an index, a width or a count.
func toInt(v any, of string) int {
	switch n := v.(type) {
	case int64:
		return int(n)
	case bool:
		if n {
			return 1
		}
		return 0
	}
	fail("%s needs an integer, not %s", of, typeName(v))
	return 0
}
