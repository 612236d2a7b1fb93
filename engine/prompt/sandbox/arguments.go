package sandbox

import (
	"slices"
	"strings"
)

// arguments are those of a call. Copies share the named ones, of which each is
// taken once.
type arguments struct {
	positional []any
	named      *[]namedArgument
}

type namedArgument struct {
	name  string
	value any
}

// arguments sorts the values of a call by its shape (see expressions.arguments).
func (m *machine) arguments(values []any) arguments {
	shape, values := values[0].(string), values[1:]
	a := arguments{named: new([]namedArgument)}
	if strings.Trim(shape, ",") == "" {
		a.positional = values
		return a
	}
	for i, name := range strings.Split(shape, ",") {
		switch name {
		case "":
			a.positional = append(a.positional, values[i])
		case "*":
			a.positional = append(a.positional, m.items(values[i])...)
		case "**":
			a.spread(values[i])
		default:
			*a.named = append(*a.named, namedArgument{name, values[i]})
		}
	}
	return a
}

func (a arguments) spread(v any) {
	d, ok := v.(*dict)
	if !ok {
		fail("only a mapping can follow ** in a call")
	}
	for _, key := range d.keys {
		name, ok := key.(string)
		if !ok {
			fail("the keys of a mapping that follows ** must be strings")
		}
		*a.named = append(*a.named, namedArgument{name, d.get(key)})
	}
}

// take returns a named argument and removes it.
func (a arguments) take(name string) (any, bool) {
	i := slices.IndexFunc(*a.named, func(n namedArgument) bool { return n.name == name })
	if i < 0 {
		return nil, false
	}
	v := (*a.named)[i].value
	*a.named = slices.Delete(*a.named, i, i+1)
	return v, true
}

// missing marks a parameter that was not given.
type missing struct{}

// params are the arguments of a built-in, in the order of its parameters.
type params []any

// bind sorts arguments by parameter names, given as words; what is not given
// is missing{}.
func (a arguments) bind(of, words string) params {
	names := strings.Fields(words)
	if len(a.positional) > len(names) {
		fail("%s takes at most %d arguments and is given %d", of, len(names), len(a.positional))
	}
	values := make(params, len(names))
	for i, name := range names {
		v, named := a.take(name)
		switch {
		case i < len(a.positional):
			values[i] = a.positional[i]
		case named:
			values[i] = v
		default:
			values[i] = missing{}
		}
	}
	if len(*a.named) > 0 {
		fail("%s has no parameter %s", of, (*a.named)[0].name)
	}
	return values
}

// or returns the i-th parameter, or def if it was not given.
func (p params) or(i int, def any) any {
	if is[missing](p[i]) {
		return def
	}
	return p[i]
}

func (p params) str(i int, def string) string {
	v := p.or(i, def)
	s, ok := v.(string)
	if !ok {
		fail("a string is needed, not %s", typeName(v))
	}
	return s
}

func (p params) int(i int, of string, def int) int { return toInt(p.or(i, def), of) }

func (p params) bool(i int, def bool) bool { return truth(p.or(i, def)) }

// toInt converts an index, a width or a count.
func toInt(v any, of string) int {
	switch n := v.(type) {
	case int:
		return n
	case bool:
		if n {
			return 1
		}
		return 0
	}
	fail("%s needs an integer, not %s", of, typeName(v))
	return 0
}

func is[T any](v any) bool {
	_, ok := v.(T)
	return ok
}
