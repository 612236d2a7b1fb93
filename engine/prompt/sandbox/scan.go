package sandbox

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxSource = 1 << 20 // bytes; the longest template in use has 17 kB
	maxTokens = 30_000  // tags and what is in them; likewise 5,000
)

// tag is the inside of one {{ … }} or {% … %}, after the tag's name.
type tag struct {
	name   string // "" for {{ … }}
	line   int
	tokens []token // the last is of kind endToken
}

type token struct {
	kind tokenKind
	text string // of a string: its value
	line int
}

type tokenKind uint8

const (
	endToken tokenKind = iota
	nameToken
	stringToken
	integerToken
	floatToken
	operatorToken
)

// scanner moves over a template's source.
type scanner struct {
	*compiler
	rest string
	out  strings.Builder
	left int // tokens
}

// scan replaces the inside of every tag by the tag's number, as in
// "{%- for 7 -%}": the document is gonja's to parse, the expressions are not,
// for gonja's lexer breaks at newlines and escapes within a tag.
func (c *compiler) scan(source string) string {
	if len(source) > maxSource {
		fail("the template is %d bytes long; at most %d are read", len(source), maxSource)
	}
	source = strings.ReplaceAll(strings.ReplaceAll(source, "\r\n", "\n"), "\r", "\n")
	s := &scanner{compiler: c, rest: source, left: maxTokens}
	for s.rest != "" {
		text := s.take(nextTag(s.rest))
		s.out.WriteString(leftStrip(text, s.rest, s.out.Len() == 0))
		s.spend(1)
		switch {
		case strings.HasPrefix(s.rest, "{#"):
			s.copy(s.find("#}", "a comment is not closed by #}"))
		case s.rest != "":
			s.tag()
		}
	}
	return s.out.String()
}

// leftStrip is lstrip_blocks: the blanks between a line's start and a block or
// comment go. gonja's own strips behind any tag as well.
func leftStrip(text, next string, lineStart bool) string {
	if len(next) < 3 || next[1] == '{' || next[2] == '+' {
		return text
	}
	last := strings.LastIndexByte(text, '\n') + 1
	if (last > 0 || lineStart) && strings.TrimLeftFunc(text[last:], isSpace) == "" {
		return text[:last]
	}
	return text
}

// nextTag returns the offset of "{{", "{%" or "{#", or the length of s.
func nextTag(s string) int {
	for from := 0; ; {
		i := strings.IndexByte(s[from:], '{')
		if i < 0 || from+i+1 >= len(s) {
			return len(s)
		}
		if c := s[from+i+1]; c == '{' || c == '%' || c == '#' {
			return from + i
		}
		from += i + 1
	}
}

func (s *scanner) copy(n int) { s.out.WriteString(s.take(n)) }

// take moves over n bytes and returns them.
func (s *scanner) take(n int) string {
	taken := s.rest[:n]
	s.line += strings.Count(taken, "\n")
	s.rest = s.rest[n:]
	return taken
}

// spend counts what costs time to parse.
func (s *scanner) spend(n int) {
	if s.left -= n; s.left < 0 {
		fail("the template has more than %d words and signs in its tags", maxTokens)
	}
}

// find returns the length of what goes up to the end of the given text.
func (s *scanner) find(end, missing string) int {
	i := strings.Index(s.rest, end)
	if i < 0 {
		fail("%s", missing)
	}
	return i + len(end)
}

// spaces takes whitespace.
func (s *scanner) spaces() {
	s.take(len(s.rest) - len(strings.TrimLeftFunc(s.rest, isSpace)))
}

// tag scans one tag and writes its stand-in.
func (s *scanner) tag() {
	closing := "}}"
	if s.rest[1] == '%' {
		closing = "%}"
	}
	s.copy(2)
	if strings.HasPrefix(s.rest, "-") || closing == "%}" && strings.HasPrefix(s.rest, "+") {
		s.copy(1)
	}
	s.spaces()
	name := ""
	if closing == "%}" {
		name = s.take(wordLength(s.rest))
	}
	s.out.WriteString(" " + name + " " + strconv.Itoa(len(s.tags)) + " ")
	t := tag{name: name, line: s.line}
	for depth := 0; ; s.spaces() {
		s.spaces()
		if n := closerLength(s.rest, closing); n > 0 && depth == 0 {
			t.tokens = append(t.tokens, token{endToken, closing, s.line})
			s.tags = append(s.tags, t)
			if name == "raw" {
				s.raw()
				return
			}
			s.copy(n)
			return
		}
		t.tokens = append(t.tokens, s.token(closing))
		depth += bracket(t.tokens[len(t.tokens)-1])
	}
}

// closerLength returns the length of a tag's end at the start of s, or 0.
func closerLength(s, closing string) int {
	if strings.HasPrefix(s, closing) {
		return 2
	}
	if len(s) > 2 && s[1:3] == closing && (s[0] == '-' || s[0] == '+' && closing == "%}") {
		return 3
	}
	return 0
}

func bracket(t token) int {
	if t.kind != operatorToken {
		return 0
	}
	switch t.text {
	case "(", "[", "{":
		return 1
	case ")", "]", "}":
		return -1
	}
	return 0
}

var endRaw = regexp.MustCompile(`\{%[-+]?\s*endraw\s*[-+]?%\}`)

// raw copies from the end of {% raw %} up to the end of {% endraw %}. The line
// break after {% raw %} stays, in Jinja2 as here, for which gonja wants a plus.
func (s *scanner) raw() {
	end := endRaw.FindStringIndex(s.rest)
	if end == nil {
		fail("a raw block is not closed by {%% endraw %%}")
	}
	if s.rest[0] == '%' {
		s.out.WriteByte('+')
	}
	text := s.take(end[0])
	s.out.WriteString(leftStrip(text, s.rest, false))
	s.copy(end[1] - end[0])
}

// token scans one token of an expression.
func (s *scanner) token(closing string) token {
	s.spend(1)
	if s.rest == "" {
		fail("a tag is not closed by %s", closing)
	}
	t := token{operatorToken, "", s.line}
	switch c := s.rest[0]; {
	case c == '\'' || c == '"':
		t.kind, t.text = stringToken, s.literal(c)
		return t
	case c >= '0' && c <= '9':
		text := number.FindString(s.rest)
		t.kind = integerToken
		if strings.ContainsAny(text, ".eE") && !strings.HasPrefix(text, "0x") {
			t.kind = floatToken
		}
		t.text = s.take(len(text))
		return t
	}
	if n := wordLength(s.rest); n > 0 {
		t.kind, t.text = nameToken, s.take(n)
		return t
	}
	t.text = s.take(operatorLength(s.rest))
	return t
}

var number = regexp.MustCompile(`^(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?)`)

// wordLength returns the length of the name at the start of s, or 0.
func wordLength(s string) int {
	return len(s) - len(strings.TrimLeftFunc(s, isWord))
}

func operatorLength(s string) int {
	if len(s) > 1 {
		switch s[:2] {
		case "//", "**", "==", "!=", ">=", "<=":
			return 2
		}
	}
	if strings.IndexByte("+-/*%~[](){}><=.:|,", s[0]) < 0 {
		r, _ := utf8.DecodeRuneInString(s)
		fail("unexpected character %q", r)
	}
	return 1
}

// literal scans a string literal and returns its value.
func (s *scanner) literal(quote byte) string {
	for i := 1; i < len(s.rest); i++ {
		switch s.rest[i] {
		case '\\':
			i++
		case quote:
			literal := s.take(i + 1)
			s.spend(strings.Count(literal, `\`))
			return escape.ReplaceAllStringFunc(literal[1:i], unescape)
		}
	}
	fail("a string is not closed by %c", quote)
	return ""
}

var escape = regexp.MustCompile(`(?s)\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)`)

// unescape is what an escape of a Python string literal stands for; an unknown
// one stays as it is, as in Python.
func unescape(s string) string {
	const letters, values = "\\'\"abfnrtv", "\\'\"\a\b\f\n\r\t\v"
	if i := strings.IndexByte(letters, s[1]); i >= 0 {
		return values[i : i+1]
	}
	base, digits := 16, s[2:]
	switch {
	case s[1] == '\n': // a backslash before a line's end joins the lines
		return ""
	case s[1] >= '0' && s[1] <= '7':
		base, digits = 8, s[1:]
	case len(s) == 2:
		return s
	}
	if n, err := strconv.ParseUint(digits, base, 32); err == nil && n <= utf8.MaxRune {
		return string(rune(n))
	}
	return s
}

// isSpace is Python's str.isspace for one character.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// isWord is \w of Python's regular expressions.
func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }
