package jinja

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// spec is how one value is laid out: the fields that % and str.format share.
// https://docs.python.org/3/library/string.html#formatspec
type spec struct {
	fill      string
	align     byte // '<', '>', '^', '=' (after the sign), or 0
	sign      byte // '+', ' ' or 0
	alternate bool // #
	comma     byte // ',' or '_' between thousands, or 0
	width     int
	precision int  // -1: none
	verb      byte // 0: none
}

// percent is "layout" % values.
func (m *machine) percent(layout string, values any) string {
	rest, ok := values.(tuple)
	if !ok {
		rest = tuple{values}
	}
	out := m.text()
	for layout != "" {
		text, after, found := strings.Cut(layout, "%")
		out.write(text)
		if !found {
			break
		}
		var s spec
		s, layout = percentSpec(after)
		if s.verb == '%' {
			out.write("%")
			continue
		}
		if len(rest) == 0 {
			fail("there are fewer values than %% in a format")
		}
		m.layOut(out, rest[0], s)
		rest = rest[1:]
	}
	if len(rest) > 0 && !is[*dict](values) {
		fail("there are more values than %% in a format")
	}
	return out.String()
}

// percentSpec parses what follows a %.
func percentSpec(s string) (spec, string) {
	f := spec{fill: " ", align: '>', precision: -1}
	for ; s != "" && strings.IndexByte("-+ 0#", s[0]) >= 0; s = s[1:] {
		switch s[0] {
		case '-':
			f.align = '<'
		case '0':
			if f.align != '<' {
				f.fill, f.align = "0", '='
			}
		case '#':
			f.alternate = true
		default:
			f.sign = s[0]
		}
	}
	f.width, s = leadingInt(s, 0)
	if strings.HasPrefix(s, ".") {
		f.precision, s = leadingInt(s[1:], 0)
	}
	if s == "" || strings.IndexByte("srdiufFeEgGxXoc%", s[0]) < 0 {
		unsupported("%%%s in a format", s[:min(1, len(s))])
	}
	f.verb = s[0]
	return f, s[1:]
}

// leadingInt reads digits; def if there are none.
func leadingInt(s string, def int) (int, string) {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n == 0 {
		return def, s
	}
	if n > 9 {
		fail("a width of a format is out of range")
	}
	i, _ := strconv.Atoi(s[:n]) // at most nine digits
	return i, s[n:]
}

func (m *machine) filterFormat(v any, a arguments) any {
	if len(a.names) > 0 {
		unsupported("format with named values")
	}
	return m.percent(m.str(v), tuple(a.positional))
}

// format is "layout".format(…). Attributes and items of a field, as in
// {0.name}, are not read: in Python they are the classic way out of a sandbox.
func (m *machine) format(layout string, a arguments) string {
	out, auto := m.text(), 0
	for layout != "" {
		i := strings.IndexAny(layout, "{}")
		if i < 0 {
			out.write(layout)
			break
		}
		out.write(layout[:i])
		brace := layout[i]
		layout = layout[i+1:]
		if layout != "" && layout[0] == brace {
			out.write(string(brace))
			layout = layout[1:]
			continue
		}
		field, after, closed := strings.Cut(layout, "}")
		if brace == '}' || !closed {
			fail("a brace in a format stands alone")
		}
		m.formatField(out, field, a, &auto)
		layout = after
	}
	return out.String()
}

// formatField writes the field {name!conversion:spec}.
func (m *machine) formatField(out *text, field string, a arguments, auto *int) {
	name, layout, _ := strings.Cut(field, ":")
	name, conversion, converted := strings.Cut(name, "!")
	v := formatValue(name, a, auto)
	switch {
	case converted && conversion == "r":
		t := m.text()
		t.repr(v, 1)
		v = t.String()
	case converted && conversion == "s":
		v = m.str(v)
	case converted || strings.Contains(layout, "{"):
		unsupported("{%s} in a format", field)
	}
	m.layOut(out, v, formatSpec(layout))
}

// allNumbered is the automatic number once a field has had one of its own.
const allNumbered = -1

func formatValue(name string, a arguments, auto *int) any {
	if strings.ContainsAny(name, ".[") {
		unsupported("the attribute in {%s} of a format", name)
	}
	i, numbered := *auto, false
	if n, rest := leadingInt(name, 0); name == "" {
		*auto++
	} else if rest == "" {
		i, numbered = n, true
	} else if v, ok := a.lookup(name); ok {
		return v
	} else {
		fail("there is no value for {%s} in a format", name)
	}
	if name == "" && i == allNumbered || numbered && *auto > 0 {
		fail("a format has fields with and without numbers")
	}
	if numbered {
		*auto = allNumbered
	}
	if i >= len(a.positional) {
		fail("there are fewer values than fields in a format")
	}
	return a.positional[i]
}

func (a arguments) lookup(name string) (any, bool) {
	for i := range a.names {
		if a.names[i] == name {
			return a.named[i], true
		}
	}
	return nil, false
}

// formatSpec parses [[fill]align][sign][#][0][width][,][.precision][verb].
func formatSpec(s string) spec {
	f := spec{fill: " ", precision: -1}
	all := s
	if _, size := utf8.DecodeRuneInString(s); size < len(s) && strings.IndexByte("<>^=", s[size]) >= 0 {
		f.fill, f.align, s = s[:size], s[size], s[size+1:]
	} else if s != "" && strings.IndexByte("<>^=", s[0]) >= 0 {
		f.align, s = s[0], s[1:]
	}
	if s != "" && strings.IndexByte("+- ", s[0]) >= 0 {
		if s[0] != '-' {
			f.sign = s[0]
		}
		s = s[1:]
	}
	s, f.alternate = strings.TrimPrefix(s, "#"), strings.HasPrefix(s, "#")
	if strings.HasPrefix(s, "0") && f.align == 0 {
		f.fill, f.align = "0", '='
	}
	f.width, s = leadingInt(s, 0)
	if s != "" && (s[0] == ',' || s[0] == '_') {
		f.comma, s = s[0], s[1:]
	}
	if strings.HasPrefix(s, ".") {
		f.precision, s = leadingInt(s[1:], 0)
	}
	if s != "" {
		f.verb, s = s[0], s[1:]
	}
	if s != "" || strings.IndexByte("\x00sdfFeEgGxXobc%", f.verb) < 0 {
		unsupported("{:%s} in a format", all)
	}
	return f
}

// layOut writes a value as a spec says.
func (m *machine) layOut(out *text, v any, f spec) {
	m.growTimes(1, f.width+max(0, f.precision))
	sign, body := "", ""
	switch f.verb {
	case 's', 'r', 0:
		if _, _, ok := number(v); ok && f.verb == 0 && !is[bool](v) && (f.precision >= 0 || f.comma != 0 || f.sign != 0 || f.align == '=') {
			sign, body = m.layOutNumber(v, f)
			break
		}
		body = m.layOutText(v, f)
	case 'c':
		body = string(rune(toInt(v, "%c")))
	default:
		sign, body = m.layOutNumber(v, f)
	}
	out.padded(sign, body, v, f)
}

func (m *machine) layOutText(v any, f spec) string {
	t := m.text()
	if f.verb == 'r' {
		t.repr(v, 1)
	} else {
		t.str(v)
	}
	if s := []rune(t.String()); f.precision >= 0 && len(s) > f.precision {
		return string(s[:f.precision])
	}
	return t.String()
}

// padded writes sign and body, filled to the width.
func (t *text) padded(sign, body string, v any, f spec) {
	align := f.align
	if align == 0 {
		align = '<'
		if _, _, ok := number(v); ok {
			align = '>'
		}
	}
	n := max(0, f.width-utf8.RuneCountInString(sign+body))
	left, middle, right := 0, 0, 0
	switch align {
	case '<':
		right = n
	case '^':
		left, right = n/2, n-n/2
	case '=':
		middle = n
	default:
		left = n
	}
	t.write(t.m.repeatText(f.fill, left) + sign + t.m.repeatText(f.fill, middle) + body + t.m.repeatText(f.fill, right))
}

// layOutNumber formats the magnitude of a number; the sign is apart.
func (m *machine) layOutNumber(v any, f spec) (sign, body string) {
	x, integer, ok := number(v)
	if !ok {
		fail("a format needs a number, not %s", typeName(v))
	}
	verb := f.verb
	if verb == 0 && !integer {
		verb = 'g'
		if f.precision < 0 {
			verb = 'r'
		}
	}
	if x < 0 {
		sign = "-"
	} else if f.sign != 0 {
		sign = string(f.sign)
	}
	switch verb {
	case 0, 'd', 'i', 'u', 'x', 'X', 'o', 'b':
		if !integer && f.verb != 'd' && f.verb != 'i' {
			fail("a format needs an integer, not %s", typeName(v))
		}
		body = integerDigits(v, x, verb)
	default:
		body = floatDigits(x, verb, f.precision)
	}
	return sign, group(body, f.comma)
}

func integerDigits(v any, x float64, verb byte) string {
	n, ok := v.(int64)
	if !ok {
		n = int64(x)
	}
	base := map[byte]int{'x': 16, 'X': 16, 'o': 8, 'b': 2}[verb]
	if base == 0 {
		base = 10
	}
	s := strconv.FormatUint(magnitude(n), base)
	if verb == 'X' {
		return strings.ToUpper(s)
	}
	return s
}

func floatDigits(x float64, verb byte, precision int) string {
	if x < 0 {
		x = -x
	}
	suffix := ""
	if verb == '%' {
		x, verb, suffix = x*100, 'f', "%"
	}
	if verb == 'r' {
		return pythonFloat(x)
	}
	if precision < 0 {
		precision = 6
	}
	if verb|0x20 == 'g' {
		return generalDigits(x, verb, max(1, precision))
	}
	return strings.TrimPrefix(strconv.FormatFloat(x, verb|0x20, precision, 64), "+") + suffix
}

// generalDigits is %g: without trailing zeros, and with an exponent only from
// precision digits on, or below 1e-4.
func generalDigits(x float64, verb byte, precision int) string {
	s := strconv.FormatFloat(x, 'e', precision-1, 64)
	mantissa, exponent, ok := strings.Cut(s, "e")
	e, err := strconv.Atoi(exponent)
	if !ok || err != nil {
		return strings.ToLower(strings.TrimPrefix(s, "+"))
	}
	trim := func(s string) string {
		if strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		return s
	}
	if e < -4 || e >= precision {
		return trim(mantissa) + string(verb-'g'+'e') + exponent
	}
	return trim(strconv.FormatFloat(x, 'f', max(0, precision-1-e), 64))
}

// group puts a separator between the thousands of the integer part.
func group(digits string, separator byte) string {
	if separator == 0 {
		return digits
	}
	end := strings.IndexAny(digits, ".e%")
	if end < 0 {
		end = len(digits)
	}
	var b strings.Builder
	for i := range digits {
		if i > 0 && i < end && (end-i)%3 == 0 {
			b.WriteByte(separator)
		}
		b.WriteByte(digits[i])
	}
	return b.String()
}
