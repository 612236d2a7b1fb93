package sandbox

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

// tooDeep guards every recursion over values: a list can hold itself.
func tooDeep(depth int) {
	if depth > maxDepth {
		fail("a list or mapping is nested more than %d deep", maxDepth)
	}
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
	case int:
		t.write(strconv.Itoa(v))
	case float64:
		t.write(pythonFloat(v))
	case string:
		t.quoted(v)
	case *list:
		t.sequence(v, depth)
	case *dict:
		t.mapping(v, depth)
	case *namespace:
		t.write("<Namespace ")
		t.mapping(v.dict, depth)
		t.write(">")
	case undefined:
		if depth > 0 {
			t.write("Undefined")
		}
	default:
		t.write("<" + typeName(v) + ">")
	}
}

func (t *text) sequence(l *list, depth int) {
	begin, end := "[", "]"
	if l.tuple {
		begin, end = "(", ")"
		if len(l.items) == 1 {
			end = ",)"
		}
	}
	t.write(begin)
	for i, item := range l.items {
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
	case math.IsInf(f, 0):
		return strings.TrimPrefix(strings.ToLower(fmt.Sprint(f)), "+")
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
	t.write(string(quote))
	for _, r := range s {
		switch i := strings.IndexRune("\n\r\t", r); {
		case i >= 0:
			t.write(`\` + "nrt"[i:i+1])
		case r == quote || r == '\\':
			t.write(`\` + string(r))
		case unicode.IsPrint(r):
			t.write(string(r))
		case r < 0x100:
			t.write(fmt.Sprintf(`\x%02x`, r))
		case r < 0x10000:
			t.write(fmt.Sprintf(`\u%04x`, r))
		default:
			t.write(fmt.Sprintf(`\U%08x`, r))
		}
	}
	t.write(string(quote))
}
