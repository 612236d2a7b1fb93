package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// globals are the variables a template begins with: the functions of the
// language, what the caller gives, and undefined for every other name it uses.
func (m *machine) globals(names []string, vars map[string]any) map[string]any {
	all := map[string]any{}
	for _, name := range names {
		all[name] = undefined{name}
	}
	for name, call := range map[string]func(*machine, arguments) any{
		"range": globalRange, "raise_exception": raise, "strftime_now": strftimeNow,
		"namespace": func(m *machine, a arguments) any { return &namespace{m.dictOf("namespace", a)} },
		"dict":      func(m *machine, a arguments) any { return m.dictOf("dict", a) },
	} {
		all[name] = &function{name, call}
	}
	for name, v := range vars {
		all[name] = m.fromGo(v, 0)
	}
	return all
}

func globalRange(m *machine, a arguments) any {
	p := a.bind("range", "start stop step")
	start, stop, step := 0, p.int(0, "range", 0), p.int(2, "range", 1)
	if !is[missing](p[1]) {
		start, stop = stop, p.int(1, "range", 0)
	}
	if step == 0 {
		fail("the step of range cannot be zero")
	}
	l := &list{}
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		if len(l.items) == maxRange {
			fail("range has more than %d numbers", maxRange)
		}
		m.step(1)
		l.items = append(l.items, i)
	}
	return l
}

// dictOf is dict(mapping or pairs, name=value…).
func (m *machine) dictOf(of string, a arguments) *dict {
	if len(a.positional) > 1 {
		fail("%s takes at most one argument that is not named", of)
	}
	d := newDict()
	for _, from := range a.positional {
		m.update(d, from)
	}
	for _, n := range *a.named {
		d.set(n.name, n.value)
	}
	return d
}

// update adds a mapping's items, or those of a sequence of pairs.
func (m *machine) update(d *dict, from any) {
	pairs := m.items(from)
	if other, ok := from.(*dict); ok {
		pairs = other.pairs()
	}
	for _, item := range pairs {
		pair := m.items(item)
		if len(pair) != 2 {
			fail("a mapping is made of pairs, not of %d values", len(pair))
		}
		m.touch(pair[0])
		d.set(pair[0], pair[1])
	}
}

func raise(m *machine, a arguments) any {
	message := m.str(a.bind("raise_exception", "message").or(0, "the conversation is refused"))
	panic(failure{&Raised{shorten(message)}})
}

// strftimeNow is datetime.now().strftime(layout) of Python in the C locale.
func strftimeNow(m *machine, a arguments) any {
	layout, out := a.bind("strftime_now", "format").str(0, ""), m.text()
	for layout != "" {
		before, after, found := strings.Cut(layout, "%")
		out.write(before)
		if layout = after; !found || after == "" {
			break
		}
		directive := after[:1]
		if directive == "-" && len(after) > 1 { // as glibc: without padding
			directive = after[:2]
		}
		layout = after[len(directive):]
		field := timeField(m.now, directive[len(directive)-1])
		if len(directive) == 2 {
			field = strings.TrimLeft(field[:len(field)-1], "0 ") + field[len(field)-1:]
		}
		out.write(field)
	}
	return out.String()
}

// timeField is the value of one directive. It is never empty.
func timeField(t time.Time, directive byte) string {
	const layouts = "|aMon|AMonday|bJan|BJanuary|hJan|d02|m01|y06|Y2006|H15|I03|M04|S05|pPM|j002|ZMST|z-0700|" +
		"cMon Jan _2 15:04:05 2006|x01/02/06|X15:04:05|D01/02/06|F2006-01-02|T15:04:05|R15:04|e_2|"
	if directive == '%' {
		return "%"
	}
	_, after, ok := strings.Cut(layouts, "|"+string(rune(directive)))
	if !ok || directive == '|' {
		unsupported("%s in a date", fmt.Sprintf("%%%c", directive))
	}
	layout, _, _ := strings.Cut(after, "|")
	return t.Format(layout)
}
