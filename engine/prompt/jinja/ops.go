package jinja

import (
	"math"
	"math/bits"
)

// arithmetic computes left op right with Python's rules.
func (m *machine) arithmetic(op string, left, right any) any {
	if v, ok := m.sequences(op, left, right); ok {
		return v
	}
	a, aInt, aOK := number(left)
	b, bInt, bOK := number(right)
	if !aOK || !bOK {
		failOperands(op, left, right)
	}
	if aInt && bInt && op != "/" {
		return integers(op, int64(toInt(left, op)), int64(toInt(right, op)))
	}
	return floats(op, a, b)
}

func failOperands(op string, left, right any) {
	for _, v := range [...]any{left, right} {
		if u, ok := v.(undefined); ok {
			fail("%s is used with %s", op, u.what())
		}
	}
	fail("%s cannot be used with %s and %s", op, typeName(left), typeName(right))
}

// number converts to float and says whether v is an integer, and a number.
func number(v any) (f float64, integer, ok bool) {
	switch v := v.(type) {
	case int64:
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
	switch op {
	case "+":
		return m.add(left, right)
	case "*":
		if v, ok := m.repeat(left, right); ok {
			return v, true
		}
		return m.repeat(right, left)
	case "%":
		if s, ok := left.(string); ok {
			return m.percent(s, right), true
		}
	}
	return nil, false
}

func (m *machine) add(left, right any) (any, bool) {
	switch a := left.(type) {
	case string:
		if b, ok := right.(string); ok {
			m.grow(len(a) + len(b))
			return a + b, true
		}
	case *list:
		if b, ok := right.(*list); ok {
			return &list{m.concat(a.items, b.items)}, true
		}
	case tuple:
		if b, ok := right.(tuple); ok {
			return tuple(m.concat(a, b)), true
		}
	}
	return nil, false
}

func (m *machine) concat(a, b []any) []any {
	m.step(len(a) + len(b))
	return append(append(make([]any, 0, len(a)+len(b)), a...), b...)
}

func (m *machine) repeat(of, times any) (any, bool) {
	if _, integer, _ := number(times); !integer {
		return nil, false
	}
	n := max(0, toInt(times, "*"))
	switch v := of.(type) {
	case string:
		return m.repeatText(v, n), true
	case *list:
		return &list{m.repeatItems(v.items, n)}, true
	case tuple:
		return tuple(m.repeatItems(v, n)), true
	}
	return nil, false
}

func (m *machine) repeatItems(items []any, n int) []any {
	if len(items) > 0 && n > m.steps/len(items) {
		m.step(math.MaxInt)
	}
	m.step(n * len(items))
	var out []any
	for range n {
		if len(items) == 0 {
			break
		}
		out = append(out, items...)
	}
	return out
}

func floats(op string, a, b float64) any {
	if b == 0 && (op == "/" || op == "//" || op == "%") {
		fail("division by zero")
	}
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
	case "%":
		return floatModulo(a, b)
	default:
		return math.Pow(a, b)
	}
}

// floatModulo has the sign of the divisor, as Python's % has.
func floatModulo(a, b float64) float64 {
	r := math.Mod(a, b)
	if r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return r
}

func integers(op string, a, b int64) any {
	switch op {
	case "+":
		if c := a + b; (c > a) == (b > 0) {
			return c
		}
	case "-":
		if c := a - b; (c < a) == (b > 0) {
			return c
		}
	case "*":
		if c, ok := multiply(a, b); ok {
			return c
		}
	case "**":
		return integerPower(a, b)
	default:
		return integerDivision(op, a, b)
	}
	return failRange()
}

func failRange() any {
	fail("an integer of more than 64 bits is not supported")
	return nil
}

func multiply(a, b int64) (int64, bool) {
	high, low := bits.Mul64(magnitude(a), magnitude(b))
	negative := (a < 0) != (b < 0)
	if high != 0 || low > math.MaxInt64 {
		return 0, false
	}
	if negative {
		return -int64(low), true
	}
	return int64(low), true
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// integerDivision rounds down, as Python does; Go rounds towards zero.
func integerDivision(op string, a, b int64) any {
	if b == 0 {
		fail("division by zero")
	}
	if a == math.MinInt64 && b == -1 {
		if op == "%" {
			return int64(0)
		}
		return failRange()
	}
	quotient, rest := a/b, a%b
	if rest != 0 && (rest < 0) != (b < 0) {
		quotient, rest = quotient-1, rest+b
	}
	if op == "%" {
		return rest
	}
	return quotient
}

func integerPower(a, b int64) any {
	if b < 0 {
		if a == 0 {
			fail("division by zero")
		}
		return math.Pow(float64(a), float64(b))
	}
	result := int64(1)
	for ok := true; b > 0; b >>= 1 {
		if b&1 == 1 {
			if result, ok = multiply(result, a); !ok {
				return failRange()
			}
		}
		if b > 1 {
			if a, ok = multiply(a, a); !ok {
				return failRange()
			}
		}
	}
	return result
}
