package jinja

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokenData      tokenKind = iota // text between tags, whitespace control applied
	tokenOutput                     // {{
	tokenOutputEnd                  // }}
	tokenBlock                      // {%
	tokenBlockEnd                   // %}
	tokenName
	tokenString // text is the decoded value
	tokenInteger
	tokenFloat
	tokenOperator
	tokenEOF
)

type token struct {
	kind tokenKind
	text string
	line int
}

// lexer cuts a template into tokens. It applies trim_blocks (the newline after
// a block goes), lstrip_blocks (the blanks before a block at a line's start
// go), and the signs - and + that override them.
type lexer struct {
	src       string
	pos       int
	line      int
	lineStart bool // pos is at the start of a line
	tokens    []token
}

// lex returns the tokens, the last of which is tokenEOF. On error it returns
// the line.
func lex(source string) ([]token, int, error) {
	source = strings.ReplaceAll(source, "\r\n", "\n")
	source = strings.ReplaceAll(source, "\r", "\n")
	source = strings.TrimSuffix(source, "\n") // Jinja2's keep_trailing_newline is off
	l := &lexer{src: source, line: 1, lineStart: true}
	for l.pos < len(l.src) {
		if err := l.next(); err != nil {
			return nil, l.line, err
		}
	}
	l.emit(tokenEOF, "")
	return l.tokens, l.line, nil
}

func (l *lexer) emit(kind tokenKind, text string) {
	l.tokens = append(l.tokens, token{kind, text, l.line})
}

// advance moves over n bytes.
func (l *lexer) advance(n int) {
	passed := l.src[l.pos : l.pos+n]
	l.line += strings.Count(passed, "\n")
	l.lineStart = strings.HasSuffix(passed, "\n")
	l.pos += n
}

func (l *lexer) rest() string { return l.src[l.pos:] }

// next lexes the text up to a tag, and the tag.
func (l *lexer) next() error {
	open := nextTag(l.rest())
	if open < 0 {
		l.data(l.rest())
		l.advance(len(l.rest()))
		return nil
	}
	kind, sign := l.src[l.pos+open+1], byte(0)
	if after := l.pos + open + 2; after < len(l.src) && (l.src[after] == '-' || l.src[after] == '+') {
		sign = l.src[after]
	}
	l.data(trimBefore(l.rest()[:open], kind, sign, l.lineStart))
	l.advance(open)
	if end := rawBegin(l.rest()); end > 0 {
		return l.raw(end)
	}
	l.advance(2)
	if sign != 0 {
		l.advance(1)
	}
	switch kind {
	case '#':
		return l.comment()
	case '{':
		return l.tag(tokenOutput, tokenOutputEnd, "}}")
	default:
		return l.tag(tokenBlock, tokenBlockEnd, "%}")
	}
}

// nextTag finds "{{", "{%" or "{#"; -1 if there is none.
func nextTag(s string) int {
	for from := 0; ; {
		i := strings.IndexByte(s[from:], '{')
		if i < 0 || from+i+1 >= len(s) {
			return -1
		}
		if c := s[from+i+1]; c == '{' || c == '%' || c == '#' {
			return from + i
		}
		from += i + 1
	}
}

func (l *lexer) data(s string) {
	if s != "" {
		l.emit(tokenData, s)
	}
}

// trimBefore applies whitespace control to the text before a tag.
func trimBefore(s string, kind, sign byte, lineStart bool) string {
	if sign == '-' {
		return strings.TrimRightFunc(s, isSpace)
	}
	if sign == '+' || kind == '{' {
		return s
	}
	last := strings.LastIndexByte(s, '\n') + 1
	if (last > 0 || lineStart) && strings.TrimLeftFunc(s[last:], isSpace) == "" {
		return s[:last]
	}
	return s
}

// closeTag moves over a tag's end, which is end bytes long without its sign,
// and over the whitespace that it swallows.
func (l *lexer) closeTag(sign byte, end string) {
	if sign != 0 {
		l.advance(1)
	}
	l.advance(len(end))
	switch {
	case sign == '-':
		l.swallow(len(l.rest()) - len(strings.TrimLeftFunc(l.rest(), isSpace)))
	case sign == 0 && end != "}}" && strings.HasPrefix(l.rest(), "\n"):
		l.swallow(1)
	}
}

// swallow is advance that leaves lineStart alone when there is nothing to pass.
func (l *lexer) swallow(n int) {
	if n > 0 {
		l.advance(n)
	}
}

// comment skips to the end of a comment.
func (l *lexer) comment() error {
	end := strings.Index(l.rest(), "#}")
	if end < 0 {
		return errors.New("a comment is not closed by #}")
	}
	sign := byte(0)
	if end > 0 && (l.rest()[end-1] == '-' || l.rest()[end-1] == '+') {
		end--
		sign = l.rest()[end]
	}
	l.advance(end)
	l.closeTag(sign, "#}")
	return nil
}

// rawBegin returns the length of a {% raw %} tag at the start of s, or 0.
func rawBegin(s string) int {
	return bareTag(s, "raw")
}

// bareTag returns the length of the tag {% name %} at the start of s, without
// what its end swallows, or 0.
func bareTag(s, name string) int {
	rest, ok := strings.CutPrefix(s, "{%")
	if !ok {
		return 0
	}
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		rest = rest[1:]
	}
	rest, ok = strings.CutPrefix(strings.TrimLeftFunc(rest, isSpace), name)
	if !ok {
		return 0
	}
	rest = strings.TrimLeftFunc(rest, isSpace)
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		rest = rest[1:]
	}
	if rest, ok = strings.CutPrefix(rest, "%}"); !ok {
		return 0
	}
	return len(s) - len(rest)
}

// raw emits the text up to {% endraw %} as it stands.
func (l *lexer) raw(begin int) error {
	strip := l.src[l.pos+begin-3] == '-'
	l.advance(begin)
	if strip {
		l.swallow(len(l.rest()) - len(strings.TrimLeftFunc(l.rest(), isSpace)))
	}
	for from := 0; ; {
		i := strings.Index(l.rest()[from:], "{%")
		if i < 0 {
			return errors.New("a raw block is not closed by {% endraw %}")
		}
		end := bareTag(l.rest()[from+i:], "endraw")
		if end == 0 {
			from += i + 2
			continue
		}
		l.endRaw(from+i, end)
		return nil
	}
}

// endRaw emits a raw block's text of n bytes and passes its end tag.
func (l *lexer) endRaw(n, end int) {
	tag := l.rest()[n : n+end]
	sign := byte(0)
	if tag[2] == '-' || tag[2] == '+' {
		sign = tag[2]
	}
	l.data(trimBefore(l.rest()[:n], '%', sign, l.lineStart))
	closing := byte(0)
	if c := tag[end-3]; c == '-' || c == '+' {
		closing = c
		end--
	}
	l.advance(n + end - len("%}"))
	l.closeTag(closing, "%}")
}

// tag lexes the inside of {{ }} or {% %}.
func (l *lexer) tag(begin, end tokenKind, closing string) error {
	l.emit(begin, "")
	var open []byte // the brackets still open
	for {
		l.swallow(len(l.rest()) - len(strings.TrimLeftFunc(l.rest(), isSpace)))
		if l.pos >= len(l.src) {
			return fmt.Errorf("a tag is not closed by %s", closing)
		}
		if sign, ok := closes(l.rest(), closing); ok && len(open) == 0 {
			l.emit(end, "")
			l.closeTag(sign, closing)
			return nil
		}
		if err := l.inside(&open); err != nil {
			return err
		}
	}
}

// closes says whether s starts with a tag's end, and with which sign.
func closes(s, closing string) (sign byte, ok bool) {
	if strings.HasPrefix(s, closing) {
		return 0, true
	}
	if s[0] == '-' || s[0] == '+' && closing == "%}" {
		return s[0], strings.HasPrefix(s[1:], closing)
	}
	return 0, false
}

// inside lexes one token of an expression.
func (l *lexer) inside(open *[]byte) error {
	c := l.rest()[0]
	switch r, _ := utf8.DecodeRuneInString(l.rest()); {
	case c == '\'' || c == '"':
		return l.str(c)
	case c >= '0' && c <= '9':
		return l.number()
	case r == '_' || unicode.IsLetter(r):
		l.take(tokenName, len(l.rest())-len(strings.TrimLeftFunc(l.rest(), isWord)))
		return nil
	}
	n := operatorLength(l.rest())
	if n == 0 {
		r, _ := utf8.DecodeRuneInString(l.rest())
		return fmt.Errorf("unexpected character %q", r)
	}
	if err := balance(open, c); err != nil {
		return err
	}
	l.take(tokenOperator, n)
	return nil
}

func (l *lexer) take(kind tokenKind, n int) {
	l.emit(kind, l.rest()[:n])
	l.advance(n)
}

// balance keeps the stack of open brackets.
func balance(open *[]byte, c byte) error {
	switch c {
	case '(':
		*open = append(*open, ')')
	case '[':
		*open = append(*open, ']')
	case '{':
		*open = append(*open, '}')
	case ')', ']', '}':
		last := len(*open) - 1
		if last < 0 || (*open)[last] != c {
			return fmt.Errorf("unexpected %q", c)
		}
		*open = (*open)[:last]
	}
	return nil
}

func operatorLength(s string) int {
	for _, op := range [...]string{"//", "**", "==", "!=", ">=", "<="} {
		if strings.HasPrefix(s, op) {
			return 2
		}
	}
	if strings.IndexByte("+-/*%~[](){}><=.:|,;", s[0]) >= 0 {
		return 1
	}
	return 0
}

// isSpace is Python's str.isspace for one character.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f
}

// isWord is \w of Python's regular expressions.
func isWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r)
}
