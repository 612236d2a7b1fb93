package sandbox

import (
	"math"
	"strings"

	"github.com/nikolalohinski/gonja/v2/exec"
)

// operator computes an operation that expressions are made of.
type operator func(m *machine, v any, operands []any) any

// operators are all of them but the filters, by names that the parser gives them.
func operators() map[string]operator {
	all := map[string]operator{
		"bool":         func(_ *machine, v any, _ []any) any { return truth(v) },
		"not":          func(_ *machine, v any, _ []any) any { return !truth(v) },
		"box":          func(_ *machine, v any, _ []any) any { return &box{v} },
		"unbox":        func(_ *machine, v any, _ []any) any { return v.(*box).value },
		"box if true":  func(_ *machine, v any, _ []any) any { return boxIf(truth(v), v) },
		"box if false": func(_ *machine, v any, _ []any) any { return boxIf(!truth(v), v) },
		"[]":           func(_ *machine, _ any, items []any) any { return &list{items: items} },
		"(,)":          func(_ *machine, _ any, items []any) any { return tupleOf(items...) },
		"{}":           makeDict,
		".":            func(_ *machine, v any, name []any) any { return attribute(v, name[0].(string)) },
		"[i]":          func(m *machine, v any, key []any) any { return m.item(v, key[0]) },
		"[:]":          func(m *machine, v any, bounds []any) any { return m.slice(v, [3]any(bounds)) },
		"()":           func(m *machine, v any, values []any) any { return callValue(m, v, m.arguments(values)) },
		"is": func(m *machine, v any, values []any) any {
			return m.test(values[0].(string), v, m.arguments(values[1:]))
		},
		"compare":     (*machine).compareAll,
		"~":           func(m *machine, v any, other []any) any { return m.concat(v, other[0]) },
		"unsupported": func(_ *machine, _ any, what []any) any { unsupported("%s", what[0]); return nil },
	}
	for _, sign := range []string{"+", "-", "*", "/", "//", "%", "**"} {
		all[sign] = func(m *machine, v any, other []any) any { return m.arithmetic(sign, v, other[0]) }
	}
	return all
}

// operations are the operators and filters as gonja takes them, each with its
// price: a step, one for each operand, and what the strings cost that it is
// given and gives.
func (m *machine) operations() map[string]exec.FilterFunction {
	all := map[string]exec.FilterFunction{}
	for name, operate := range operators() {
		all[name] = m.priced(operate)
	}
	for name, filter := range m.filters {
		all[name] = m.priced(func(m *machine, v any, values []any) any { return filter(m, v, m.arguments(values)) })
	}
	return all
}

func (m *machine) priced(operate operator) exec.FilterFunction {
	return func(_ *exec.Evaluator, in *exec.Value, params *exec.VarArgs) *exec.Value {
		v, operands := in.Interface(), make([]any, len(params.Args))
		m.step(2 + len(operands))
		m.touch(v)
		for i, operand := range params.Args {
			if operand.IsError() {
				panic(failure{operand})
			}
			operands[i] = operand.Interface()
			m.touch(operands[i])
		}
		result := operate(m, v, operands)
		if s, ok := result.(string); ok {
			m.grow(len(s))
		}
		return exec.AsValue(result)
	}
}

func boxIf(condition bool, v any) any {
	if condition {
		return &box{v}
	}
	return false
}

// makeDict is given all keys, then all values.
func makeDict(_ *machine, _ any, operands []any) any {
	d, n := newDict(), len(operands)/2
	for i, key := range operands[:n] {
		d.set(key, operands[n+i])
	}
	return d
}

func (m *machine) concat(a, b any) string {
	return m.add(m.str(a), m.str(b))
}

func (m *machine) add(a, b string) string {
	m.room(1, len(a)+len(b))
	return a + b
}

// arithmetic computes left op right with Python's rules.
func (m *machine) arithmetic(op string, left, right any) any {
	if v, ok := m.sequences(op, left, right); ok {
		return v
	}
	a, aInt, aOK := number64(left)
	b, bInt, bOK := number64(right)
	switch {
	case !aOK || !bOK:
		for _, v := range [...]any{left, right} {
			if is[undefined](v) {
				fail("%s is used with %s", op, typeName(v))
			}
		}
		fail("%s cannot be used with %s and %s", op, typeName(left), typeName(right))
	case b == 0 && strings.Contains("//%", op):
		fail("division by zero")
	case aInt && bInt && op != "/" && !(op == "**" && b < 0):
		return integers(op, toInt(left, op), toInt(right, op))
	}
	return floats(op, a, b)
}

// number64 converts to float and says whether v is an integer, and a number.
func number64(v any) (f float64, integer, ok bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true, true
	case bool:
		return float64(toInt(v, "")), true, true
	case float64:
		return v, false, true
	}
	return 0, false, false
}

// sequences is the arithmetic of strings and lists: +, * and the formatting %.
func (m *machine) sequences(op string, left, right any) (any, bool) {
	a, aOK := left.(string)
	b, bOK := right.(string)
	x, xOK := left.(*list)
	y, yOK := right.(*list)
	switch {
	case op == "%" && aOK:
		unsupported("formatting with %%")
	case op == "+" && aOK && bOK:
		return m.add(a, b), true
	case op == "+" && xOK && yOK && x.tuple == y.tuple:
		return m.repeatItems([]any{x, y}, 1, x.tuple), true
	case op == "*" && aOK && is[int](right):
		return m.repeat(a, right.(int)), true
	case op == "*" && xOK && is[int](right):
		return m.repeatItems([]any{x}, right.(int), x.tuple), true
	case op == "*" && is[int](left) && (bOK || yOK):
		return m.sequences(op, right, left)
	}
	return nil, false
}

// repeatItems joins the lists, n times.
func (m *machine) repeatItems(lists []any, n int, tuple bool) *list {
	joined := &list{tuple: tuple}
	for range max(0, n) {
		m.step(1)
		for _, l := range lists {
			joined.items = append(joined.items, m.items(l)...)
		}
	}
	return joined
}

func floats(op string, a, b float64) any {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	case "//":
		return math.Floor(a / b)
	case "**":
		return math.Pow(a, b)
	}
	r := math.Mod(a, b) // % has the sign of the divisor in Python
	if r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return r
}

// integers computes on 64 bits where Python knows no bound; floats tell when a
// result does not fit.
func integers(op string, a, b int) any {
	switch op {
	case "//", "%": // rounded down, as Python does; Go rounds towards zero
		quotient, rest := a/b, a%b
		if rest != 0 && (rest < 0) != (b < 0) {
			quotient, rest = quotient-1, rest+b
		}
		if op == "%" {
			return rest
		}
		return quotient
	}
	if math.Abs(floats(op, float64(a), float64(b)).(float64)) >= 1<<63 {
		unsupported("an integer of more than 64 bits")
	}
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	}
	if a*a <= 1 {
		b = min(b, 2-b%2)
	}
	power := 1
	for range b { // at most 63 times
		power *= a
	}
	return power
}
