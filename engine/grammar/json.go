package grammar

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// value is a JSON value with its place in the text. Members keep their order:
// replies have it.
type value struct {
	kind    byte   // of jsonKinds
	text    string // of a number as it is written, of a string what it says
	items   []*value
	members []member
	at      int
}

type member struct {
	name string
	at   int
	*value
}

// The kinds of JSON values, by a character that they may begin with.
const (
	null   = 'n'
	yes    = 't'
	no     = 'f'
	number = '0'
	str    = '"'
	array  = '['
	object = '{'
)

// member returns a member's value, nil if there is none.
func (v *value) member(name string) *value {
	for _, m := range v.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// what names the kind of a value for errors.
func (v *value) what() string {
	switch v.kind {
	case null:
		return "null"
	case yes, no:
		return "a boolean"
	case number:
		return "a number"
	case str:
		return "a string"
	case array:
		return "an array"
	}
	return "an object"
}

// String writes the value as JSON, without spaces.
func (v *value) String() string {
	switch v.kind {
	case null:
		return "null"
	case yes:
		return "true"
	case no:
		return "false"
	case number:
		return v.text
	case str:
		return quoteJSON(v.text)
	}
	var b strings.Builder
	b.WriteByte(v.kind)
	for i, k := range v.items {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(k.String())
	}
	for i, m := range v.members {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quoteJSON(m.name) + ":" + m.String())
	}
	b.WriteByte(v.kind + 2) // ] and } stand two behind [ and {
	return b.String()
}

func quoteJSON(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string can always be written
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// reader reads JSON. A mistake is thrown as *Error.
type reader struct {
	text  string
	pos   int
	depth int
}

// readJSON reads a whole text. Errors are *Error.
func readJSON(text string) (v *value, err error) {
	if len(text) > mostText {
		return nil, &Error{Problem: "the schema is longer than 1 MB: make it shorter"}
	}
	if !utf8.ValidString(text) {
		return nil, errorAt(text, invalidAt(text), "this is not UTF-8 text: save the schema as UTF-8")
	}
	defer func() {
		if x := recover(); x != nil {
			e, ours := x.(*Error)
			if !ours {
				panic(x)
			}
			v, err = nil, e
		}
	}()
	r := &reader{text: text}
	if r.blank(); r.pos == len(text) {
		return nil, &Error{Problem: `the schema is empty: write one, such as {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}`}
	}
	v = r.value()
	if r.blank(); r.pos < len(text) {
		r.fail(r.pos, "%s stands behind the end of the schema: remove it", r.seen())
	}
	return v, nil
}

func (r *reader) fail(at int, format string, args ...any) {
	panic(errorAt(r.text, at, format, args...))
}

func (r *reader) seen() string { return (&parser{text: r.text, pos: r.pos}).seen() }

func (r *reader) peek() byte {
	if r.pos < len(r.text) {
		return r.text[r.pos]
	}
	return 0
}

func (r *reader) blank() {
	for strings.IndexByte(" \t\r\n", r.peek()) >= 0 && r.pos < len(r.text) {
		r.pos++
	}
}

func (r *reader) value() *value {
	v := &value{at: r.pos, kind: r.peek()}
	switch c := v.kind; {
	case c == object || c == array:
		if r.depth++; r.depth > mostDepth {
			r.fail(r.pos, "more than %d objects and arrays stand within each other", mostDepth)
		}
		r.pos++
		if c == object {
			r.members(v)
		} else {
			r.items(v)
		}
		r.depth--
	case c == str:
		v.text = r.string()
	case c == '-' || '0' <= c && c <= '9':
		v.kind = number
		v.text = r.number()
	default:
		r.word(v)
	}
	return v
}

func (r *reader) word(v *value) {
	for _, w := range []string{"null", "true", "false"} {
		if strings.HasPrefix(r.text[r.pos:], w) {
			r.pos += len(w)
			return
		}
	}
	if r.pos >= len(r.text) {
		r.fail(r.pos, "the schema ends in the middle: a value is missing")
	}
	r.fail(r.pos, `%s cannot begin a value: JSON has {…}, […], "…", numbers, true, false and null`, r.seen())
}

func (r *reader) number() string {
	from := r.pos
	for strings.IndexByte("+-.eE0123456789", r.peek()) >= 0 && r.pos < len(r.text) {
		r.pos++
	}
	text := r.text[from:r.pos]
	if !json.Valid([]byte(text)) {
		r.fail(from, "%s is not a number as JSON writes it", text)
	}
	return text
}

func (r *reader) string() string {
	from := r.pos
	for r.pos++; r.peek() != '"'; r.pos++ {
		if c := r.peek(); r.pos >= len(r.text) || c == '\n' {
			r.fail(from, `the text that begins here is not closed: add a "`)
		} else if c < ' ' {
			r.fail(r.pos, "a text cannot hold the character %s as it is: write it as \\u%04x", strconv.Quote(string(rune(c))), c)
		} else if c == '\\' {
			r.pos++
		}
	}
	r.pos++
	var s string
	if err := json.Unmarshal([]byte(r.text[from:r.pos]), &s); err != nil {
		r.fail(from, "this text has an escape that JSON does not know: it has %s", `\" \\ \/ \b \f \n \r \t \u0000`)
	}
	return s
}

func (r *reader) items(v *value) {
	for r.blank(); r.peek() != ']'; r.blank() {
		v.items = append(v.items, r.value())
		if !r.comma(v.at, ']') {
			break
		}
	}
	r.pos++
}

func (r *reader) members(v *value) {
	seen := map[string]bool{}
	for r.blank(); r.peek() != '}'; r.blank() {
		m := member{at: r.pos}
		if r.peek() != '"' {
			if r.pos >= len(r.text) {
				r.fail(v.at, "this { is not closed: add a }")
			}
			r.fail(r.pos, `a member's name in quotes must stand here, not %s`, r.seen())
		}
		if m.name = r.string(); seen[m.name] {
			r.fail(m.at, "%s stands twice in this object: remove one", strconv.Quote(m.name))
		}
		seen[m.name] = true
		if r.blank(); r.peek() != ':' {
			r.fail(r.pos, "a : must stand here, not %s", r.seen())
		}
		r.pos++
		r.blank()
		m.value = r.value()
		v.members = append(v.members, m)
		if !r.comma(v.at, '}') {
			break
		}
	}
	r.pos++
}

// comma reads what stands between two items. It stops before the closing one and
// says whether another item must follow.
func (r *reader) comma(open int, end byte) bool {
	r.blank()
	switch c := r.peek(); {
	case c == end:
		return false
	case r.pos >= len(r.text):
		r.fail(open, "this %c is not closed: add a %c", r.text[open], end)
	case c != ',':
		r.fail(r.pos, "a comma or %c must stand here, not %s", end, r.seen())
	}
	at := r.pos
	r.pos++
	if r.blank(); r.peek() == end {
		r.fail(at, "this comma has nothing behind it: remove it")
	}
	return true
}

// integral says whether a number is whole.
func (v *value) integral() (n int64, ok bool) {
	if n, err := strconv.ParseInt(v.text, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(v.text, 64)
	if err != nil || f != float64(int64(f)) || f > 1<<53 || f < -1<<53 {
		return 0, false
	}
	return int64(f), true
}

// equal says whether two values are the same to JSON Schema: 1 is 1.0.
func (v *value) equal(w *value) bool {
	if v.kind != w.kind || len(v.items) != len(w.items) || len(v.members) != len(w.members) {
		return false
	}
	if v.kind == number {
		a, errA := strconv.ParseFloat(v.text, 64)
		b, errB := strconv.ParseFloat(w.text, 64)
		return errA == nil && errB == nil && a == b
	}
	for i := range v.items {
		if !v.items[i].equal(w.items[i]) {
			return false
		}
	}
	for _, m := range v.members {
		if o := w.member(m.name); o == nil || !m.value.equal(o) {
			return false
		}
	}
	return v.text == w.text
}
