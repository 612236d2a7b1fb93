package jinja

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

func textFilter(name string) filter {
	switch name {
	case "tojson":
		return (*machine).toJSON
	case "string":
		return func(m *machine, v any, a arguments) any { a.bind(name); return m.str(v) }
	case "safe":
		return func(_ *machine, v any, a arguments) any { a.bind(name); return v }
	case "trim":
		return filterTrim
	case "upper":
		return onText(name, upper)
	case "lower":
		return onText(name, strings.ToLower)
	case "title":
		return onText(name, titleWords)
	case "capitalize":
		return onText(name, capitalize)
	case "escape", "e", "forceescape":
		return onText(name, html.EscapeString)
	case "wordcount":
		return filterWordcount
	case "replace":
		return filterReplace
	case "indent":
		return filterIndent
	case "truncate":
		return filterTruncate
	case "center":
		return func(m *machine, v any, a arguments) any { return m.pad("center", m.str(v), a, 80) }
	case "format":
		return func(m *machine, v any, a arguments) any { return m.filterFormat(v, a) }
	}
	return nil
}

// onText makes a filter of a function on strings, which may lengthen its
// argument sixfold at most.
func onText(name string, f func(string) string) filter {
	return func(m *machine, v any, a arguments) any {
		a.bind(name)
		s := m.str(v)
		m.growTimes(6, len(s))
		return f(s)
	}
}

func filterTrim(m *machine, v any, a arguments) any {
	return trimChars(m.str(v), a.bind("trim", "chars"), "trim", strings.TrimFunc)
}

// trimChars trims the given characters, or whitespace.
func trimChars(s string, p params, of string, trim func(string, func(rune) bool) string) string {
	if p.or(0, nil) == nil {
		return trim(s, isSpace)
	}
	chars := map[rune]bool{} // a set, because both strings may be long
	for _, r := range p.str(0, of, "") {
		chars[r] = true
	}
	return trim(s, func(r rune) bool { return chars[r] })
}

// titleWords is Jinja's title filter, which begins a word only after blanks
// and opening brackets or hyphens. Python's str.title differs ("It'S").
func titleWords(s string) string {
	start := true
	return strings.Map(func(r rune) rune {
		first := start
		start = isSpace(r) || strings.ContainsRune("-({[<", r)
		if first {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, s)
}

func capitalize(s string) string {
	first := true
	return strings.Map(func(r rune) rune {
		if first {
			first = false
			return unicode.ToTitle(r)
		}
		return unicode.ToLower(r)
	}, s)
}

func filterWordcount(m *machine, v any, a arguments) any {
	a.bind("wordcount")
	words := strings.FieldsFunc(m.str(v), func(r rune) bool { return !isWord(r) })
	return int64(len(words))
}

func filterReplace(m *machine, v any, a arguments) any {
	p := a.bind("replace", "old", "new", "count")
	return m.replace(m.str(v), m.str(p.or(0, "")), m.str(p.or(1, "")), p.or(2, nil))
}

// replace is str.replace; count is nil for all.
func (m *machine) replace(s, old, new string, count any) string {
	n := -1
	if count != nil {
		n = toInt(count, "replace")
	}
	hits := strings.Count(s, old)
	if n >= 0 {
		hits = min(hits, n)
	}
	m.step((len(s) + len(old)) / 16)
	m.growTimes(hits, len(new))
	m.grow(len(s))
	return strings.Replace(s, old, new, n)
}

// filterIndent indents all lines but the first; empty ones stay empty.
func filterIndent(m *machine, v any, a arguments) any {
	p := a.bind("indent", "width", "first", "blank")
	indent, ok := p.or(0, int64(4)).(string)
	if !ok {
		indent = m.repeatText(" ", max(0, p.int(0, "indent", 4)))
	}
	lines := splitLines(m.str(v)+"\n", false)
	m.step(len(lines))
	out := m.text()
	for i, line := range lines {
		if i > 0 {
			out.write("\n")
		}
		if i == 0 && p.bool(1, false) || i > 0 && (line != "" || p.bool(2, false)) {
			out.write(indent)
		}
		out.write(line)
	}
	return out.String()
}

// splitLines is str.splitlines.
func splitLines(s string, keepEnds bool) []string {
	var lines []string
	for s != "" {
		end := strings.IndexFunc(s, isLineEnd)
		if end < 0 {
			return append(lines, s)
		}
		_, size := utf8.DecodeRuneInString(s[end:])
		next := end + size
		if strings.HasPrefix(s[end:], "\r\n") {
			next = end + 2
		}
		if keepEnds {
			end = next
		}
		lines = append(lines, s[:end])
		s = s[next:]
	}
	return lines
}

func isLineEnd(r rune) bool {
	switch r {
	case '\n', '\v', '\f', '\r', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029:
		return true
	}
	return false
}

func filterTruncate(m *machine, v any, a arguments) any {
	p := a.bind("truncate", "length", "killwords", "end", "leeway")
	s, end := []rune(m.str(v)), p.str(2, "truncate", "...")
	length := p.int(0, "truncate", 255)
	keep := length - len([]rune(end))
	if keep < 0 {
		fail("truncate needs a length of at least %d", len([]rune(end)))
	}
	if len(s) <= length+max(0, min(len(s), p.int(3, "truncate", 5))) {
		return string(s)
	}
	cut := string(s[:keep])
	if i := strings.LastIndexByte(cut, ' '); i >= 0 && !p.bool(1, false) {
		cut = cut[:i]
	}
	m.grow(len(cut) + len(end))
	return cut + end
}
