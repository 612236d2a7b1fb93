package jinja

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// stringMethod returns a method of a Python str, or nil.
func stringMethod(s, name string) builtin {
	call := caseMethod(s, name)
	for _, find := range [...]func(s, name string) builtin{searchMethod, splitMethod, shapeMethod} {
		if call == nil {
			call = find(s, name)
		}
	}
	if call == nil {
		return nil
	}
	return func(m *machine, a arguments) any {
		m.chargeText(s)
		return call(m, a)
	}
}

func caseMethod(s, name string) builtin {
	if f := caseChange(name); f != nil {
		return func(m *machine, a arguments) any {
			a.bind(name)
			m.growTimes(2, len(s))
			return f(s)
		}
	}
	if test := characterTest(name); test != nil {
		return func(_ *machine, a arguments) any { a.bind(name); return s != "" && strings.TrimFunc(s, test) == "" }
	}
	switch name {
	case "islower":
		return func(_ *machine, a arguments) any { a.bind(name); return cased(s, unicode.IsUpper, unicode.IsLower) }
	case "isupper":
		return func(_ *machine, a arguments) any { a.bind(name); return cased(s, unicode.IsLower, unicode.IsUpper) }
	}
	return nil
}

func caseChange(name string) func(string) string {
	switch name {
	case "upper":
		return upper
	case "lower", "casefold":
		return strings.ToLower
	case "capitalize":
		return capitalize
	case "title":
		return title
	case "swapcase":
		return swapCase
	}
	return nil
}

// characterTest returns what every character of the string must be.
func characterTest(name string) func(rune) bool {
	switch name {
	case "isdigit", "isdecimal":
		return unicode.IsDigit
	case "isnumeric":
		return unicode.IsNumber
	case "isalpha":
		return unicode.IsLetter
	case "isspace":
		return isSpace
	case "isalnum":
		return func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
	}
	return nil
}

// upper adds to strings.ToUpper the one letter in use that becomes two.
func upper(s string) string { return strings.ReplaceAll(strings.ToUpper(s), "ß", "SS") }

// title is Python's str.title: a word is any run of letters ("It'S").
func title(s string) string {
	inWord := false
	return strings.Map(func(r rune) rune {
		first := !inWord
		inWord = unicode.IsLetter(r)
		if first {
			return unicode.ToTitle(r)
		}
		return unicode.ToLower(r)
	}, s)
}

func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}

func searchMethod(s, name string) builtin {
	switch name {
	case "startswith":
		return func(m *machine, a arguments) any {
			return m.affix(s, a.bind(name, "prefix", "start", "end"), strings.HasPrefix)
		}
	case "endswith":
		return func(m *machine, a arguments) any {
			return m.affix(s, a.bind(name, "suffix", "start", "end"), strings.HasSuffix)
		}
	case "find", "index":
		return func(m *machine, a arguments) any { return m.find(s, name, a, strings.Index) }
	case "rfind", "rindex":
		return func(m *machine, a arguments) any { return m.find(s, name, a, strings.LastIndex) }
	case "count":
		return func(m *machine, a arguments) any {
			p := a.bind(name, "sub", "start", "end")
			return int64(strings.Count(m.part(s, p), p.str(0, name, "")))
		}
	}
	return nil
}

// part is s[start:end], of the second and third parameter.
func (m *machine) part(s string, p params) string {
	if !p.given(1) && !p.given(2) {
		return s
	}
	return m.slice(s, [3]any{p.or(1, nil), p.or(2, nil)}).(string)
}

// affix is startswith and endswith; the affix may be a tuple of several.
func (m *machine) affix(s string, p params, has func(s, affix string) bool) bool {
	part := m.part(s, p)
	several, ok := p.or(0, nil).(tuple)
	if !ok {
		return has(part, p.str(0, "startswith or endswith", ""))
	}
	m.step(len(several))
	for _, affix := range several {
		m.chargeKey(affix)
		if text, ok := affix.(string); ok && has(part, text) {
			return true
		}
	}
	return false
}

// find is find, index, rfind and rindex; the position counts characters.
func (m *machine) find(s, name string, a arguments, search func(s, sub string) int) any {
	p := a.bind(name, "sub", "start", "end")
	part := m.part(s, p)
	i := search(part, p.str(0, name, ""))
	if i < 0 {
		if strings.HasSuffix(name, "index") {
			fail("%s does not find the text", name)
		}
		return int64(-1)
	}
	offset, _, _ := sliceBounds([3]any{p.or(1, nil)}, utf8.RuneCountInString(s))
	return int64(offset + utf8.RuneCountInString(part[:i]))
}

func splitMethod(s, name string) builtin {
	switch name {
	case "split", "rsplit":
		return func(m *machine, a arguments) any { return m.split(s, name, a) }
	case "splitlines":
		return func(m *machine, a arguments) any {
			return m.strings(splitLines(s, a.bind(name, "keepends").bool(0, false)))
		}
	case "partition", "rpartition":
		return func(m *machine, a arguments) any { return partition(s, name, a.bind(name, "sep").str(0, name, "")) }
	case "join":
		return func(m *machine, a arguments) any {
			p := a.bind(name, "iterable")
			return filterJoin(m, p.or(0, nil), arguments{positional: []any{s}})
		}
	}
	return nil
}

// strings makes a list of strings, for which it spends.
func (m *machine) strings(parts []string) *list {
	m.step(len(parts))
	return convert(parts, func(s string) any { return s })
}

func (m *machine) split(s, name string, a arguments) any {
	p := a.bind(name, "sep", "maxsplit")
	most := p.int(1, name, -1)
	m.step(len(s) / 4)
	if p.or(0, nil) == nil {
		return m.strings(splitSpace(s, most, name == "rsplit"))
	}
	separator := p.str(0, name, "")
	if separator == "" {
		fail("%s needs a separator that is not empty", name)
	}
	m.step(strings.Count(s, separator))
	switch {
	case most < 0:
		return m.strings(strings.Split(s, separator))
	case name == "split":
		return m.strings(strings.SplitN(s, separator, min(most, len(s))+1))
	}
	parts := strings.Split(s, separator)
	if extra := len(parts) - 1 - most; extra > 0 {
		parts = append([]string{strings.Join(parts[:extra+1], separator)}, parts[extra+1:]...)
	}
	return m.strings(parts)
}

// splitSpace splits at runs of whitespace, at most so often, from either end.
func splitSpace(s string, most int, fromEnd bool) []string {
	fields := strings.FieldsFunc(s, isSpace)
	if most < 0 || len(fields) <= most {
		return fields
	}
	if fromEnd {
		rest := strings.TrimRightFunc(s, isSpace)
		kept := fields[len(fields)-most:]
		for i := len(kept) - 1; i >= 0; i-- {
			rest = strings.TrimRightFunc(strings.TrimSuffix(rest, kept[i]), isSpace)
		}
		return append([]string{rest}, kept...)
	}
	rest := strings.TrimLeftFunc(s, isSpace)
	for _, field := range fields[:most] {
		rest = strings.TrimLeftFunc(strings.TrimPrefix(rest, field), isSpace)
	}
	return append(fields[:most:most], rest)
}

func partition(s, name, separator string) any {
	if separator == "" {
		fail("%s needs a separator that is not empty", name)
	}
	if name == "partition" {
		if before, after, ok := strings.Cut(s, separator); ok {
			return tuple{before, separator, after}
		}
		return tuple{s, "", ""}
	}
	if i := strings.LastIndex(s, separator); i >= 0 {
		return tuple{s[:i], separator, s[i+len(separator):]}
	}
	return tuple{"", "", s}
}

func shapeMethod(s, name string) builtin {
	switch name {
	case "strip":
		return func(_ *machine, a arguments) any { return trimChars(s, a.bind(name, "chars"), name, strings.TrimFunc) }
	case "lstrip":
		return func(_ *machine, a arguments) any {
			return trimChars(s, a.bind(name, "chars"), name, strings.TrimLeftFunc)
		}
	case "rstrip":
		return func(_ *machine, a arguments) any {
			return trimChars(s, a.bind(name, "chars"), name, strings.TrimRightFunc)
		}
	case "removeprefix":
		return func(_ *machine, a arguments) any {
			return strings.TrimPrefix(s, a.bind(name, "prefix").str(0, name, ""))
		}
	case "removesuffix":
		return func(_ *machine, a arguments) any {
			return strings.TrimSuffix(s, a.bind(name, "suffix").str(0, name, ""))
		}
	case "replace":
		return func(m *machine, a arguments) any {
			p := a.bind(name, "old", "new", "count")
			return m.replace(s, p.str(0, name, ""), p.str(1, name, ""), p.or(2, nil))
		}
	case "center", "ljust", "rjust", "zfill":
		return func(m *machine, a arguments) any { return m.pad(name, s, a, 0) }
	case "format":
		return func(m *machine, a arguments) any { return m.format(s, a) }
	}
	return nil
}

// pad is center, ljust, rjust and zfill.
func (m *machine) pad(name, s string, a arguments, def int) string {
	p := a.bind(name, "width", "fillchar")
	fill := p.str(1, name, " ")
	if utf8.RuneCountInString(fill) != 1 {
		fail("%s needs one character to fill with", name)
	}
	n := max(0, p.int(0, name, def)-utf8.RuneCountInString(s))
	switch name {
	case "ljust":
		return s + m.repeatText(fill, n)
	case "rjust":
		return m.repeatText(fill, n) + s
	case "zfill":
		if s != "" && (s[0] == '-' || s[0] == '+') {
			return s[:1] + m.repeatText("0", n) + s[1:]
		}
		return m.repeatText("0", n) + s
	}
	left := n / 2 // Python puts the odd one left only if the width is odd too
	if n%2 == 1 && (n+utf8.RuneCountInString(s))%2 == 1 {
		left++
	}
	return m.repeatText(fill, left) + s + m.repeatText(fill, n-left)
}
