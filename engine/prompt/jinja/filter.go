package jinja

import "math"

// filter computes v|name(…). A filter that builds text larger than its input
// spends before it builds.
type filter func(m *machine, v any, a arguments) any

// applyFilter applies the named filter, and spends for the text it returns.
func (m *machine) applyFilter(name string, v any, a arguments) any {
	f := filterNamed(name)
	if f == nil {
		unsupported("the filter %s", name)
	}
	m.chargeText(v)
	return f(m, v, a)
}

// chargeText spends for one pass over a string and one copy of it.
func (m *machine) chargeText(v any) {
	if s, ok := v.(string); ok {
		m.step(len(s) / 16)
		m.grow(len(s))
	}
}

// filterNamed returns nil for a filter that there is not.
func filterNamed(name string) filter {
	for _, find := range [...]func(string) filter{textFilter, listFilter, pickFilter, numberFilter} {
		if f := find(name); f != nil {
			return f
		}
	}
	return nil
}

func numberFilter(name string) filter {
	switch name {
	case "default", "d":
		return filterDefault
	case "int":
		return filterInt
	case "float":
		return filterFloat
	case "abs":
		return filterAbs
	case "round":
		return filterRound
	case "sum":
		return filterSum
	}
	return nil
}

func filterDefault(_ *machine, v any, a arguments) any {
	p := a.bind("default", "default_value", "boolean")
	if _, absent := v.(undefined); absent || p.bool(1, false) && !truth(v) {
		return p.or(0, "")
	}
	return v
}

func filterInt(_ *machine, v any, a arguments) any {
	p := a.bind("int", "default", "base")
	if n, ok := parseInt(v, p.int(1, "int", 10)); ok {
		return n
	}
	return p.or(0, int64(0))
}

func filterFloat(_ *machine, v any, a arguments) any {
	p := a.bind("float", "default")
	if f, _, ok := number(v); ok {
		return f
	}
	if s, ok := v.(string); ok {
		if f, ok := parseFloat(s); ok {
			return f
		}
	}
	return p.or(0, 0.0)
}

func filterAbs(m *machine, v any, a arguments) any {
	a.bind("abs")
	if m.order(v, int64(0), 0) < 0 {
		return m.arithmetic("-", int64(0), v)
	}
	return m.arithmetic("+", int64(0), v)
}

// filterRound rounds halves to even, as Python does.
func filterRound(_ *machine, v any, a arguments) any {
	p := a.bind("round", "precision", "method")
	f, _, ok := number(v)
	if !ok {
		fail("round needs a number, not %s", typeName(v))
	}
	precision := max(-300, min(300, p.int(0, "round", 0)))
	scale := math.Pow(10, float64(precision))
	switch p.str(1, "round", "common") {
	case "common":
		if n, isInt := v.(int64); isInt && precision >= 0 {
			return n
		} else if isInt {
			return int64(roundDecimal(f, precision))
		}
		return roundDecimal(f, precision)
	case "ceil":
		return math.Ceil(f*scale) / scale
	case "floor":
		return math.Floor(f*scale) / scale
	}
	fail("the method of round must be common, ceil or floor")
	return nil
}

func filterSum(m *machine, v any, a arguments) any {
	p := a.bind("sum", "attribute", "start")
	total := p.or(1, int64(0))
	for _, item := range m.items(v) {
		total = m.arithmetic("+", total, m.path(item, p.or(0, nil)))
	}
	return total
}
