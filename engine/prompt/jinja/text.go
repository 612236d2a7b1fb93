package jinja

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// str writes a value as Python's str() does.
func (t *text) str(v any) {
	if s, ok := v.(string); ok {
		t.write(s)
		return
	}
	t.repr(v, 0)
}

// str is the value as a string.
func (m *machine) str(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	t := m.text()
	t.str(v)
	return t.String()
}

// repr writes a value as Python's repr() does; undefined is nothing.
func (t *text) repr(v any, depth int) {
	t.m.step(1)
	tooDeep(depth)
	switch v := v.(type) {
	case nil:
		t.write("None")
	case bool:
		t.write(pythonBool(v))
	case int64:
		t.write(strconv.FormatInt(v, 10))
	case float64:
		t.write(pythonFloat(v))
	case string:
		t.quoted(v)
	case *list:
		t.sequence("[", v.items, "]", depth)
	case tuple:
		t.sequence("(", v, tupleEnd(v), depth)
	case *dict:
		t.mapping(v, depth)
	case *namespace:
		t.write("<Namespace ")
		t.mapping(v.attributes, depth)
		t.write(">")
	case undefined:
		if depth > 0 {
			t.write("Undefined")
		}
	default:
		t.write("<" + typeName(v) + ">")
	}
}

func tupleEnd(t tuple) string {
	if len(t) == 1 {
		return ",)"
	}
	return ")"
}

func (t *text) sequence(begin string, items []any, end string, depth int) {
	t.write(begin)
	for i, item := range items {
		if i > 0 {
			t.write(", ")
		}
		t.repr(item, depth+1)
	}
	t.write(end)
}

func (t *text) mapping(d *dict, depth int) {
	t.write("{")
	for i, key := range d.keys {
		if i > 0 {
			t.write(", ")
		}
		t.repr(key, depth+1)
		t.write(": ")
		t.repr(d.get(key), depth+1)
	}
	t.write("}")
}

func pythonBool(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// pythonFloat is repr(float): the shortest digits that read back as f, with an
// exponent below 1e-4 and from 1e16 on.
func pythonFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case f != 0 && (math.Abs(f) < 1e-4 || math.Abs(f) >= 1e16):
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// quoted writes a string with quotes and escapes, as repr() does.
func (t *text) quoted(s string) {
	quote := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	t.m.grow(2 + len(s)) // escapes are spent below, as they come
	t.b.WriteRune(quote)
	for _, r := range s {
		switch {
		case r == quote || r == '\\':
			t.write(`\` + string(r))
		case r == '\n':
			t.write(`\n`)
		case r == '\r':
			t.write(`\r`)
		case r == '\t':
			t.write(`\t`)
		case unicode.IsPrint(r):
			t.b.WriteRune(r)
		case r < 0x100:
			t.write(fmt.Sprintf(`\x%02x`, r))
		case r < 0x10000:
			t.write(fmt.Sprintf(`\u%04x`, r))
		default:
			t.write(fmt.Sprintf(`\U%08x`, r))
		}
	}
	t.b.WriteRune(quote)
}
