package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/engine"
)

// mixText says what an experiment does, as app.MixText does for commands:
// "without code, math favoured, 1 expert per token"; "" for none.
func mixText(m engine.Mix, experts []string) string {
	var parts []string
	say := func(format string, e int) {
		name := fmt.Sprintf(lang.L("expert %d"), e+1)
		if e < len(experts) {
			name = experts[e]
		}
		parts = append(parts, fmt.Sprintf(format, name))
	}
	for e, off := range m.Off {
		if off {
			say(lang.L("without %s"), e)
		}
	}
	for e, bias := range m.Favour {
		switch {
		case e < len(m.Off) && m.Off[e] || bias == 0:
		case bias < 0:
			say(lang.L("%s avoided"), e)
		case bias >= app.Strongly:
			say(lang.L("%s strongly favoured"), e)
		default:
			say(lang.L("%s favoured"), e)
		}
	}
	if m.Used > 0 {
		parts = append(parts, counted(m.Used, lang.L("1 expert per token"), lang.L("%s experts per token")))
	}
	return strings.Join(parts, ", ")
}
