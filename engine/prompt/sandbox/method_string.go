package sandbox

import (
	"strings"

	"github.com/nikolalohinski/gonja/v2/builtins/methods/pystring"
)

// onString is a method of Python's str.
type onString = func(m *machine, s string, p params) any

// stringMethod returns the names of a method's parameters and the method, or
// nil. What gonja has as Python has it is gonja's.
func stringMethod(name string) (parameters string, call onString) {
	if call = caseMethod(name); call != nil {
		return "", call
	}
	switch name {
	case "strip":
		return "chars", trimmer(strings.TrimFunc)
	case "lstrip":
		return "chars", trimmer(strings.TrimLeftFunc)
	case "rstrip":
		return "chars", trimmer(strings.TrimRightFunc)
	case "split", "rsplit":
		return "sep maxsplit", func(m *machine, s string, p params) any { return m.split(s, p, name == "rsplit") }
	case "splitlines":
		return "keepends", func(m *machine, s string, p params) any {
			return m.strings(pystring.SplitLines(s, p.bool(0, false)))
		}
	case "startswith":
		return "prefix", affix(strings.HasPrefix)
	case "endswith":
		return "suffix", affix(strings.HasSuffix)
	case "find", "index":
		return "sub", search(name, strings.Index)
	case "rfind", "rindex":
		return "sub", search(name, strings.LastIndex)
	case "count":
		return "sub", func(_ *machine, s string, p params) any { return strings.Count(s, p.str(0, "")) }
	case "replace":
		return "old new count", func(m *machine, s string, p params) any { return m.replace(s, p) }
	case "removeprefix":
		return "prefix", func(_ *machine, s string, p params) any { return strings.TrimPrefix(s, p.str(0, "")) }
	case "removesuffix":
		return "suffix", func(_ *machine, s string, p params) any { return strings.TrimSuffix(s, p.str(0, "")) }
	case "join":
		return "iterable", func(m *machine, s string, p params) any { return m.join(p.or(0, nil), s, nil) }
	case "format":
		return "", func(*machine, string, params) any { return nil } // see methodNamed
	case "partition":
		return "sep", partition(pystring.Partition)
	case "rpartition":
		return "sep", partition(pystring.RPartition)
	}
	return "", nil
}

// caseMethod returns a method without parameters, or nil.
func caseMethod(name string) onString {
	switch name {
	case "upper":
		return plain(upper)
	case "lower":
		return plain(strings.ToLower)
	case "title":
		return plain(pystring.Title)
	case "capitalize":
		return plain(pystring.Capitalize)
	case "swapcase":
		return plain(pystring.SwapCase)
	case "isdigit":
		return plain(pystring.IsDigit)
	case "isalpha":
		return plain(pystring.IsAlpha)
	case "isalnum":
		return plain(pystring.IsAlnum)
	case "isspace":
		return plain(pystring.IsSpace)
	case "islower":
		return plain(lower)
	case "isupper":
		return plain(pystring.IsUpper)
	}
	return nil
}

func plain[T any](f func(string) T) onString {
	return func(m *machine, s string, _ params) any {
		m.room(3, len(s))
		return f(s)
	}
}

// upper adds to strings.ToUpper the one letter in use that becomes two.
func upper(s string) string { return strings.ReplaceAll(strings.ToUpper(s), "ß", "SS") }

// lower says whether s has small letters and no capital ones.
func lower(s string) bool { return s == strings.ToLower(s) && s != strings.ToUpper(s) }

// trimmer trims the given characters, or whitespace.
func trimmer(trim func(string, func(rune) bool) string) onString {
	return func(_ *machine, s string, p params) any {
		if p.or(0, nil) == nil {
			return trim(s, isSpace)
		}
		chars := map[rune]bool{} // a set, because both strings may be long
		for _, r := range p.str(0, "") {
			chars[r] = true
		}
		return trim(s, func(r rune) bool { return chars[r] })
	}
}

// affix is startswith and endswith; the affix may be a tuple of several.
func affix(has func(s, affix string) bool) onString {
	return func(m *machine, s string, p params) any {
		several, ok := p.or(0, nil).(*list)
		if !ok {
			return has(s, p.str(0, ""))
		}
		for _, affix := range m.items(several) {
			m.touch(affix)
			if text, ok := affix.(string); ok && has(s, text) {
				return true
			}
		}
		return false
	}
}

// search is find, index, rfind and rindex; the position counts characters.
func search(name string, find func(s, sub string) int) onString {
	return func(m *machine, s string, p params) any {
		i := find(s, p.str(0, ""))
		if i >= 0 {
			return m.length(s[:i])
		}
		if strings.HasSuffix(name, "index") {
			fail("%s does not find the text", name)
		}
		return -1
	}
}

func partition(cut func(s, sep string) (string, string, string)) onString {
	return func(_ *machine, s string, p params) any {
		before, sep, after := cut(s, p.str(0, ""))
		return tupleOf(before, sep, after)
	}
}

// strings makes a list of strings, for which it spends.
func (m *machine) strings(parts []string) *list {
	m.step(len(parts))
	return convert(parts, func(s string) any { return s })
}

func (m *machine) split(s string, p params, fromEnd bool) any {
	most, separator := p.int(1, "split", -1), p.or(0, nil)
	m.step(len(s) / 4)
	if separator == nil {
		return m.strings(splitSpace(s, most, fromEnd))
	}
	sep := p.str(0, "")
	switch {
	case sep == "":
		fail("split needs a separator that is not empty")
	case most < 0:
		return m.strings(strings.Split(s, sep))
	case !fromEnd:
		return m.strings(strings.SplitN(s, sep, min(most, len(s))+1))
	}
	parts := strings.Split(s, sep)
	if extra := len(parts) - 1 - most; extra > 0 {
		parts = append([]string{strings.Join(parts[:extra+1], sep)}, parts[extra+1:]...)
	}
	return m.strings(parts)
}

// splitSpace splits at runs of whitespace, at most so often.
func splitSpace(s string, most int, fromEnd bool) []string {
	fields := strings.FieldsFunc(s, isSpace)
	if most < 0 || len(fields) <= most {
		return fields
	}
	if fromEnd {
		unsupported("rsplit at whitespace with a maximum")
	}
	rest := strings.TrimLeftFunc(s, isSpace)
	for _, field := range fields[:most] {
		rest = strings.TrimLeftFunc(strings.TrimPrefix(rest, field), isSpace)
	}
	return append(fields[:most:most], rest)
}

// replace is str.replace(old, new, count).
func (m *machine) replace(s string, p params) string {
	old, new, n := m.str(p.or(0, "")), m.str(p.or(1, "")), -1
	if count := p.or(2, nil); count != nil {
		n = toInt(count, "replace")
	}
	hits := strings.Count(s, old)
	if n >= 0 {
		hits = min(hits, n)
	}
	m.room(1, len(s))
	m.room(hits, len(new))
	return strings.Replace(s, old, new, n)
}
