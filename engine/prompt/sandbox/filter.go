package sandbox

import (
	"html"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nikolalohinski/gonja/v2/builtins/methods/pystring"
)

// filter computes v|name(…). A filter that builds text larger than its input
// asks for room before it builds.
type filter = func(m *machine, v any, a arguments) any

// filters are all of them, by their names.
func filters() map[string]filter {
	all := map[string]filter{
		"tojson": toJSON, "default": orDefault, "d": orDefault, "items": itemsOf, "dictsort": dictsort,
		"sort": sortItems, "unique": unique, "reverse": reverse, "map": mapItems, "indent": indent,
		"int": intOf, "float": floatOf, "abs": absolute, "round": round, "sum": sum,
	}
	for name, f := range map[string]func(m *machine, v any) any{
		"string": func(m *machine, v any) any { return m.str(v) },
		"safe":   func(_ *machine, v any) any { return v },
		"length": func(m *machine, v any) any { return m.length(v) },
		"list":   func(m *machine, v any) any { return &list{items: slices.Clone(m.items(v))} },
		"first":  func(m *machine, v any) any { return at(m.items(v), 0, "the first item of nothing") },
		"last": func(m *machine, v any) any {
			items := m.items(v)
			return at(items, len(items)-1, "the last item of nothing")
		},
		"escape": func(m *machine, v any) any { return html.EscapeString(m.str(v)) },
		"title":  func(m *machine, v any) any { return titleWords(m.str(v)) },
	} {
		all[name] = func(m *machine, v any, a arguments) any { a.bind(name, ""); return f(m, v) }
	}
	all["count"], all["e"] = all["length"], all["escape"]
	for name, of := range map[string]string{"upper": "upper", "lower": "lower", "capitalize": "capitalize",
		"trim": "strip", "replace": "replace"} {
		words, call := stringMethod(of)
		all[name] = func(m *machine, v any, a arguments) any { return call(m, m.str(v), a.bind(name, words)) }
	}
	for _, name := range []string{"select", "reject", "selectattr", "rejectattr"} {
		all[name] = func(m *machine, v any, a arguments) any { return m.pick(name, v, a) }
	}
	for _, name := range []string{"min", "max"} {
		all[name] = func(m *machine, v any, a arguments) any { return m.extreme(name, v, a) }
	}
	all["join"] = func(m *machine, v any, a arguments) any {
		p := a.bind("join", "d attribute")
		return m.join(v, m.str(p.or(0, "")), p.or(1, nil))
	}
	return all
}

func orDefault(_ *machine, v any, a arguments) any {
	p := a.bind("default", "default_value boolean")
	if is[undefined](v) || p.bool(1, false) && !truth(v) {
		return p.or(0, "")
	}
	return v
}

// titleWords is Jinja's title filter, which begins a word only after blanks
// and opening brackets or hyphens. Python's str.title differs ("It'S").
func titleWords(s string) string {
	var all strings.Builder
	for s != "" {
		end := strings.IndexFunc(s, func(r rune) bool { return isSpace(r) || strings.ContainsRune("-({[<", r) }) + 1
		if end == 0 {
			end = len(s)
		}
		all.WriteString(pystring.Capitalize(s[:end]))
		s = s[end:]
	}
	return all.String()
}

// indent indents all lines but the first; empty ones stay empty.
func indent(m *machine, v any, a arguments) any {
	p := a.bind("indent", "width first blank")
	by, ok := p.or(0, 4).(string)
	if !ok {
		by = m.repeat(" ", p.int(0, "indent", 4))
	}
	lines := pystring.SplitLines(m.str(v)+"\n", false)
	m.step(len(lines))
	out := m.text()
	for i, line := range lines {
		if i > 0 {
			out.write("\n")
		}
		if i == 0 && p.bool(1, false) || i > 0 && (line != "" || p.bool(2, false)) {
			out.write(by)
		}
		out.write(line)
	}
	return out.String()
}

func (m *machine) join(v any, separator string, attribute any) string {
	all := m.text()
	for i, item := range m.items(v) {
		if i > 0 {
			all.write(separator)
		}
		all.str(m.path(item, attribute))
	}
	return all.String()
}

func intOf(_ *machine, v any, a arguments) any {
	p := a.bind("int", "default")
	if s, ok := v.(string); ok {
		if n, err := strconv.Atoi(strings.TrimFunc(s, isSpace)); err == nil {
			return n
		}
		v = toFloat(s)
	}
	if f, integer, ok := number64(v); ok && integer {
		return toInt(v, "int")
	} else if ok && math.Abs(f) < 1<<63 {
		return int(f)
	}
	return p.or(0, 0)
}

func floatOf(_ *machine, v any, a arguments) any {
	p := a.bind("float", "default")
	if s, ok := v.(string); ok {
		v = toFloat(s)
	}
	if f, _, ok := number64(v); ok {
		return f
	}
	return p.or(0, 0.0)
}

// toFloat is Python's float(s), which knows no hexadecimal; nil if it fails.
func toFloat(s string) any {
	f, err := strconv.ParseFloat(strings.TrimFunc(s, isSpace), 64)
	if err != nil || strings.ContainsAny(s, "xXpP") {
		return nil
	}
	return f
}

func absolute(m *machine, v any, a arguments) any {
	a.bind("abs", "")
	if m.order(v, 0, 0) < 0 {
		return m.arithmetic("-", 0, v)
	}
	return m.arithmetic("+", 0, v)
}

// round is exact in decimal and rounds halves to even, as Python does.
func round(_ *machine, v any, a arguments) any {
	precision := a.bind("round", "precision").int(0, "round", 0)
	f, integer, ok := number64(v)
	if !ok || precision < 0 || precision > 300 {
		fail("round needs a number and at most 300 digits, not %s and %d", typeName(v), precision)
	}
	if integer {
		return v
	}
	return toFloat(strconv.FormatFloat(f, 'f', precision, 64))
}

func sum(m *machine, v any, a arguments) any {
	p := a.bind("sum", "attribute start")
	total := p.or(1, 0)
	for _, item := range m.items(v) {
		total = m.arithmetic("+", total, m.path(item, p.or(0, nil)))
	}
	return total
}
