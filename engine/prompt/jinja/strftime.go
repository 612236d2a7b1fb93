package jinja

import (
	"fmt"
	"strings"
	"time"
)

// strftime formats the machine's time as Python's datetime.strftime does in
// the C locale.
func (m *machine) strftime(layout string) string {
	out := m.text()
	for i := 0; i < len(layout); i++ {
		if layout[i] != '%' || i+1 == len(layout) {
			out.write(layout[i : i+1])
			continue
		}
		i++
		plain := layout[i] == '-' // as glibc: without padding
		if plain && i+1 < len(layout) {
			i++
		}
		s := timeField(m.now, layout[i])
		if plain {
			s = strings.TrimLeft(s[:len(s)-1], "0 ") + s[len(s)-1:]
		}
		out.write(s)
	}
	return out.String()
}

// timeField is the value of one directive. It is never empty.
func timeField(t time.Time, directive byte) string {
	const goLayouts = "aMon|AMonday|bJan|BJanuary|hJan|d02|m01|y06|Y2006|H15|I03|M04|S05|pPM|j002|ZMST|z-0700|" +
		"cMon Jan _2 15:04:05 2006|x01/02/06|X15:04:05|D01/02/06|F2006-01-02|T15:04:05|R15:04|e_2|"
	if i := strings.Index("|"+goLayouts, "|"+string(directive)); i >= 0 && directive != '|' {
		layout, _, _ := strings.Cut(goLayouts[i+1:], "|")
		return t.Format(layout)
	}
	switch directive {
	case '%':
		return "%"
	case 'f':
		return fmt.Sprintf("%06d", t.Nanosecond()/1000)
	case 'w':
		return fmt.Sprint(int(t.Weekday()))
	case 'u':
		return fmt.Sprint((int(t.Weekday())+6)%7 + 1)
	case 's':
		return fmt.Sprint(t.Unix())
	case 'n':
		return "\n"
	case 't':
		return "\t"
	}
	unsupported("%%%c in a date", directive)
	return ""
}
