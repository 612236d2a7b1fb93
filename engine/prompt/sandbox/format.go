package sandbox

import (
	"regexp"
	"strconv"

	"github.com/nikolalohinski/gonja/v2/builtins/methods/pystring"
)

// field is what a layout of str.format holds besides text. Attributes and
// items of a value, as in {0.name}, are none: in Python they are the classic
// way out of a sandbox. Neither are widths of more than four digits.
var (
	field = regexp.MustCompile(`\{\{|\}\}|\{(\w*)(?::([^{}]*))?\}|\{[^{}]*\}?|\}`)
	wide  = regexp.MustCompile(`\d{5}`)
)

// format is layout.format(…).
func (m *machine) format(layout string, a arguments) any {
	out, done, auto := m.text(), 0, 0
	for _, at := range field.FindAllStringSubmatchIndex(layout, -1) {
		m.step(1)
		out.write(layout[done:at[0]])
		done = at[1]
		switch whole := layout[at[0]:at[1]]; {
		case whole == "{{" || whole == "}}":
			out.write(whole[:1])
		case at[2] < 0 || wide.MatchString(whole):
			unsupported("%s in a format", whole)
		case at[4] < 0:
			out.str(a.formatted(layout[at[2]:at[3]], &auto))
		default:
			out.write(m.laidOut(a.formatted(layout[at[2]:at[3]], &auto), layout[at[4]:at[5]]))
		}
	}
	out.write(layout[done:])
	return out.String()
}

// formatted finds the value of a field by its name or number, or the next one.
func (a arguments) formatted(name string, auto *int) any {
	i, err := strconv.Atoi(name)
	if name == "" {
		i, err = *auto, nil
		*auto++
	}
	if err == nil && i < len(a.positional) {
		return a.positional[i]
	}
	for _, n := range *a.named {
		if n.name == name {
			return n.value
		}
	}
	fail("there is no value for {%s} in a format", name)
	return nil
}

// laidOut writes one value as gonja's reading of Python's format language says.
func (m *machine) laidOut(v any, layout string) string {
	if _, _, ok := number64(v); !ok || is[bool](v) {
		v = m.str(v)
	}
	spec, err := pystring.NewFormatterSpecFromStr(layout)
	if err == nil {
		var s string
		if s, err = spec.Format(v); err == nil {
			return s
		}
	}
	unsupported("{:%s} in a format of %s", layout, typeName(v))
	return ""
}
