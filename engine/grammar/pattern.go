package grammar

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// formats are the known ones, as patterns. A date is one that exists, but for
// the 29th of February.
func formats() map[string]string {
	const (
		date = `[1-9]\d{3}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))`
		time = `([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)`
		byte = `(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`
	)
	return map[string]string{
		"date":      "^" + date + "$",
		"time":      "^" + time + "$",
		"date-time": "^" + date + "T" + time + "$",
		"uuid":      "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
		"ipv4":      "^" + byte + `(\.` + byte + "){3}$",
		"email":     `^[a-z0-9]{1,20}([._+-][a-z0-9]{1,20}){0,3}@[a-z0-9]{1,20}(-[a-z0-9]{1,20}){0,2}(\.[a-z0-9]{1,20}){0,2}\.[a-z]{2,10}$`,
	}
}

// pattern is a text that has the shape's pattern. Its lengths must follow from
// the pattern: both at once is no regular expression of a bearable size.
func (w *writer) pattern(s *shape) string {
	p := s.patterns[0]
	if s.minLength > 0 || s.maxLength >= 0 {
		low, high := lengths(w.regular(p))
		if low < s.minLength || s.maxLength >= 0 && (high < 0 || high > s.maxLength) {
			w.fail(p, "minLength and maxLength beside a pattern or format are not supported unless they follow from it: write the lengths into the pattern, as in ^[a-z]{3,8}$")
		}
	}
	return w.patternBody(p)
}

// patternBody is a text in quotes that has a pattern. A pattern need not begin
// where the text does, nor end where it does.
func (w *writer) patternBody(p *value) string {
	ops, begins, ends := anchored(w.regular(p))
	before, after := w.use("char")+"* ", " "+w.use("char")+"*"
	if begins {
		before = ""
	}
	if ends {
		after = ""
	}
	var parts []string
	for _, o := range ops {
		parts = append(parts, w.expression(p, o))
	}
	return `"\"" ` + before + strings.Join(parts, " ") + after + ` "\""`
}

// anchored takes a pattern apart and says whether it is held at the ends.
func anchored(r *syntax.Regexp) (ops []*syntax.Regexp, begins, ends bool) {
	ops = []*syntax.Regexp{r}
	if r.Op == syntax.OpConcat {
		ops = r.Sub
	}
	if len(ops) > 0 && ops[0].Op == syntax.OpBeginLine {
		begins, ops = true, ops[1:]
	}
	if n := len(ops); n > 0 && ops[n-1].Op == syntax.OpEndLine {
		ends, ops = true, ops[:n-1]
	}
	return ops, begins, ends
}

var escapeU = regexp.MustCompile(`\\u([0-9a-fA-F]{4})`)

// regular reads a pattern.
func (w *writer) regular(p *value) *syntax.Regexp {
	text := escapeU.ReplaceAllString(p.text, `\x{$1}`) // ECMAScript's writing to Go's
	if strings.Contains(text, `(?i`) {
		w.fail(p, "the pattern has flags, which JSON Schema does not know")
	}
	r, err := syntax.Parse(text, syntax.Perl&^syntax.OneLine|syntax.NonGreedy)
	if err != nil {
		why := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		if strings.Contains(text, "(?=") || strings.Contains(text, "(?!") || strings.Contains(text, "(?<") {
			why = "looking ahead or behind is not supported"
		}
		w.fail(p, "the pattern cannot be used: %s", why)
	}
	return r
}

// expression writes a part of a pattern as GBNF.
func (w *writer) expression(p *value, r *syntax.Regexp) string {
	inside := func(i int) string { return w.expression(p, r.Sub[i]) }
	switch r.Op {
	case syntax.OpEmptyMatch:
		return `""`
	case syntax.OpNoMatch:
		return w.use("never")
	case syntax.OpLiteral:
		if r.Flags&syntax.FoldCase != 0 {
			w.fail(p, "the pattern has flags, which JSON Schema does not know")
		}
		var b strings.Builder
		for _, c := range r.Rune {
			b.WriteString(w.chars(runes{{c, c}}) + " ")
		}
		return strings.TrimSuffix(b.String(), " ")
	case syntax.OpCharClass:
		var set runes
		for i := 0; i+1 < len(r.Rune); i += 2 {
			set = append(set, runeRange{r.Rune[i], r.Rune[i+1]})
		}
		if set = set.tidy(); strings.ContainsAny(p.text, "DWS") && negatedClass.MatchString(p.text) {
			set = set.and(runes{{0, 0x7F}}) // what \D, \W and \S mean beyond differs
		}
		return w.chars(set)
	case syntax.OpAnyCharNotNL, syntax.OpAnyChar:
		return w.chars(runes{{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}.tidy().not())
	case syntax.OpCapture:
		return "( " + inside(0) + " )"
	case syntax.OpStar:
		return "( " + inside(0) + " )*"
	case syntax.OpPlus:
		return "( " + inside(0) + " )+"
	case syntax.OpQuest:
		return "( " + inside(0) + " )?"
	case syntax.OpRepeat:
		return "( " + inside(0) + " )" + times(r.Min, r.Max)
	case syntax.OpConcat, syntax.OpAlternate:
		var parts []string
		for i := range r.Sub {
			parts = append(parts, inside(i))
		}
		if r.Op == syntax.OpConcat {
			return "( " + strings.Join(parts, " ") + " )"
		}
		return "( " + strings.Join(parts, " | ") + " )"
	case syntax.OpBeginText, syntax.OpEndText, syntax.OpBeginLine, syntax.OpEndLine:
		w.fail(p, "^ and $ are supported only at the beginning and at the end of the whole pattern: put the alternatives between them in ( )")
	}
	w.fail(p, "the pattern uses %s, which is not supported", r)
	return ""
}

var negatedClass = regexp.MustCompile(`\\[DWS]`)

// chars is a character of a set as JSON writes it: some need an escape.
func (w *writer) chars(set runes) string {
	var parts []string
	if plain := set.and(runes{{' ', '!'}, {'#', '['}, {']', 0x7E}, {0x80, lastRune}}.tidy()); len(plain) > 0 {
		parts = append(parts, classOf(plain))
	}
	for c := rune(0); c <= 0x7F; c++ {
		if (c < ' ' || c == '"' || c == '\\') && set.has(c) {
			escape := quoteJSON(string(c))
			parts = append(parts, quote(escape[1:len(escape)-1]))
		} else if c == 0x7F && set.has(c) {
			parts = append(parts, `"\\u007f"`)
		}
	}
	if len(parts) == 0 {
		return w.use("never")
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "( " + strings.Join(parts, " | ") + " )"
}

// lengths is how many characters a pattern has, at least and at most; -1: any
// number. A pattern that is not held at an end has any number there.
func lengths(r *syntax.Regexp) (low, high int) {
	ops, begins, ends := anchored(r)
	low, high = lengthOf(&syntax.Regexp{Op: syntax.OpConcat, Sub: ops})
	if !begins || !ends {
		high = -1
	}
	return low, high
}

func lengthOf(r *syntax.Regexp) (low, high int) {
	switch r.Op {
	case syntax.OpLiteral:
		return len(r.Rune), len(r.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1, 1
	case syntax.OpCapture:
		return lengthOf(r.Sub[0])
	case syntax.OpStar:
		return 0, -1
	case syntax.OpPlus:
		low, _ = lengthOf(r.Sub[0])
		return low, -1
	case syntax.OpQuest:
		_, high = lengthOf(r.Sub[0])
		return 0, high
	case syntax.OpRepeat:
		l, h := lengthOf(r.Sub[0])
		if r.Max < 0 || h < 0 {
			return l * r.Min, -1
		}
		return l * r.Min, h * r.Max
	case syntax.OpConcat:
		for _, s := range r.Sub {
			l, h := lengthOf(s)
			low += l
			if high >= 0 {
				high += h
			}
			if h < 0 {
				high = -1
			}
		}
	case syntax.OpAlternate:
		low = 1 << 30
		for _, s := range r.Sub {
			l, h := lengthOf(s)
			low = min(low, l)
			if h < 0 || high < 0 {
				high = -1
			} else {
				high = max(high, h)
			}
		}
	}
	return low, high
}
