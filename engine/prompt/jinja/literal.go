package jinja

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// str lexes a string literal and decodes its escapes.
func (l *lexer) str(quote byte) error {
	s := l.rest()
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case quote:
			value, err := unescape(s[1:i])
			if err != nil {
				return err
			}
			l.emit(tokenString, value)
			l.advance(i + 1)
			return nil
		}
	}
	return fmt.Errorf("a string is not closed by %c", quote)
}

// unescape decodes the escapes of a Python string literal; unknown ones stay
// as they are, backslash included, as in Python.
func unescape(s string) (string, error) {
	if strings.IndexByte(s, '\\') < 0 {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		n, err := escape(&b, s[i:])
		if err != nil {
			return "", err
		}
		i += n - 1
	}
	return b.String(), nil
}

// escape decodes the escape whose letter begins s, and returns how many bytes
// of s it takes.
func escape(b *strings.Builder, s string) (int, error) {
	const letters, values = "\\'\"abfnrtv\n", "\\'\"\a\b\f\n\r\t\v"
	switch i := strings.IndexByte(letters, s[0]); {
	case i == len(values): // a backslash before a line's end joins the lines
		return 1, nil
	case i >= 0:
		b.WriteByte(values[i])
		return 1, nil
	}
	switch s[0] {
	case 'x':
		return codePoint(b, s, 1, 2, 16)
	case 'u':
		return codePoint(b, s, 1, 4, 16)
	case 'U':
		return codePoint(b, s, 1, 8, 16)
	case '0', '1', '2', '3', '4', '5', '6', '7':
		digits := 1
		for digits < 3 && digits < len(s) && s[digits] >= '0' && s[digits] <= '7' {
			digits++
		}
		return codePoint(b, s, 0, digits, 8)
	}
	_, size := utf8.DecodeRuneInString(s)
	b.WriteByte('\\')
	b.WriteString(s[:size])
	return size, nil
}

// codePoint decodes digits from s[from:] and returns how many bytes were read.
func codePoint(b *strings.Builder, s string, from, digits, base int) (int, error) {
	if len(s) < from+digits {
		return 0, errors.New("a string ends within an escape")
	}
	n, err := strconv.ParseUint(s[from:from+digits], base, 32)
	if err != nil || n > utf8.MaxRune {
		return 0, fmt.Errorf("a string holds the invalid escape \\%s", s[:from+digits])
	}
	b.WriteRune(rune(n))
	return from + digits, nil
}

// number lexes an integer or a float, underscores between the digits allowed.
func (l *lexer) number() error {
	s := l.rest()
	if n := radixLength(s); n > 0 {
		l.take(tokenInteger, n)
		return nil
	}
	n, kind := digits(s), tokenInteger
	if n < len(s)-1 && s[n] == '.' && isDigit(s[n+1]) {
		n += 1 + digits(s[n+1:])
		kind = tokenFloat
	}
	if e := exponentLength(s[n:]); e > 0 {
		n += e
		kind = tokenFloat
	}
	l.take(kind, n)
	return nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// digits counts decimal digits with single underscores between them.
func digits(s string) int {
	n := 0
	for n < len(s) && (isDigit(s[n]) || s[n] == '_' && n+1 < len(s) && isDigit(s[n+1])) {
		n++
	}
	return n
}

// exponentLength returns the length of "e+12" at the start of s, or 0.
func exponentLength(s string) int {
	if s == "" || s[0] != 'e' && s[0] != 'E' {
		return 0
	}
	n := 1
	if n < len(s) && (s[n] == '+' || s[n] == '-') {
		n++
	}
	if d := digits(s[n:]); d > 0 {
		return n + d
	}
	return 0
}

// radixLength returns the length of 0x…, 0o… or 0b… at the start of s, or 0.
func radixLength(s string) int {
	if len(s) < 3 || s[0] != '0' {
		return 0
	}
	valid := ""
	switch s[1] | 0x20 {
	case 'x':
		valid = "0123456789abcdefABCDEF_"
	case 'o':
		valid = "01234567_"
	case 'b':
		valid = "01_"
	default:
		return 0
	}
	n := len(s) - len(strings.TrimLeft(s[2:], valid))
	if n == 2 {
		return 0
	}
	return n
}
