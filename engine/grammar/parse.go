package grammar

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	mostText  = 1 << 20 // bytes of a grammar or schema
	mostDepth = 200     // groups within groups
	mostTimes = 100_000 // of a repetition
)

// expr is a part of a rule.
type expr struct {
	kind     kind
	set      runes   // of one
	rule     string  // of ref
	kids     []*expr // of sequence and choice; the one of repeat
	min, max int     // of repeat; max -1: no end
	at       int     // byte of the text
}

type kind int

const (
	one kind = iota // a character of a set
	ref
	sequence
	choice
	repeat
)

// rule is a named part of a grammar.
type rule struct {
	name string
	body *expr
	at   int
}

// ruleSet is a grammar as it was written.
type ruleSet struct {
	text   string
	rules  []rule
	byName map[string]int
}

// parser reads GBNF. A mistake is thrown as *Error and caught by parse.
type parser struct {
	text  string
	pos   int
	depth int
}

func parse(text string) (set *ruleSet, err error) {
	if len(text) > mostText {
		return nil, &Error{Problem: "the grammar is longer than 1 MB: make it shorter"}
	}
	if !utf8.ValidString(text) {
		return nil, errorAt(text, invalidAt(text), "this is not UTF-8 text: save the grammar as UTF-8")
	}
	defer func() {
		if x := recover(); x != nil {
			e, ours := x.(*Error)
			if !ours {
				panic(x)
			}
			set, err = nil, e
		}
	}()
	p := &parser{text: text}
	set = &ruleSet{text: text, byName: map[string]int{}}
	for p.blank(true); p.pos < len(text); p.blank(true) {
		r := p.rule()
		if first, twice := set.byName[r.name]; twice {
			line, _ := place(text, set.rules[first].at)
			p.fail(r.at, "the rule %s is defined twice, first in line %d: keep one of them", r.name, line)
		}
		set.byName[r.name] = len(set.rules)
		set.rules = append(set.rules, r)
	}
	if _, ok := set.byName["root"]; !ok {
		if len(set.rules) == 0 {
			return nil, &Error{Problem: `the grammar is empty: write a rule named root, such as root ::= "yes" | "no"`}
		}
		return nil, &Error{Problem: `there is no rule named root, with which a reply begins: add one, such as root ::= ` + set.rules[0].name}
	}
	return set, nil
}

func invalidAt(text string) int {
	for i, r := range text {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(text[i:]); n == 1 {
				return i
			}
		}
	}
	return 0
}

func (p *parser) fail(at int, format string, args ...any) {
	panic(errorAt(p.text, at, format, args...))
}

func (p *parser) peek() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

// blank skips spaces and comments, and line ends where they mean nothing.
func (p *parser) blank(lines bool) {
	for p.pos < len(p.text) {
		switch c := p.text[p.pos]; {
		case c == '#':
			for p.pos < len(p.text) && p.text[p.pos] != '\n' && p.text[p.pos] != '\r' {
				p.pos++
			}
		case c == ' ' || c == '\t' || lines && (c == '\n' || c == '\r'):
			p.pos++
		default:
			return
		}
	}
}

func isName(c byte) bool {
	return c == '-' || c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

func (p *parser) name() string {
	from := p.pos
	for p.pos < len(p.text) && isName(p.text[p.pos]) {
		p.pos++
	}
	return p.text[from:p.pos]
}

// rule is: name ::= choice, and the end of the line.
func (p *parser) rule() rule {
	r := rule{at: p.pos}
	r.name = p.name()
	if r.name == "" {
		p.fail(p.pos, "%s cannot begin a rule: a rule is a name of letters, digits and -, then ::= and what it stands for", p.seen())
	}
	p.blank(false)
	if !strings.HasPrefix(p.text[p.pos:], "::=") {
		p.fail(p.pos, "after the name %s comes ::=, not %s", r.name, p.seen())
	}
	p.pos += len("::=")
	p.blank(true)
	r.body = p.choice(false)
	if c := p.peek(); p.pos < len(p.text) && c != '\n' && c != '\r' {
		switch c {
		case ')':
			p.fail(p.pos, "this ) closes nothing: remove it or open it with (")
		case '*', '+', '?', '{':
			p.fail(p.pos, "%s repeats nothing: put it behind what it is to repeat", p.seen())
		}
		p.fail(p.pos, `%s has no meaning here: text stands in quotes, "…", characters in [ ]`, p.seen())
	}
	return r
}

// seen names what stands at the position.
func (p *parser) seen() string {
	if p.pos >= len(p.text) {
		return "the end"
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.pos:])
	if r == '\n' || r == '\r' {
		return "the end of the line"
	}
	return strconv.Quote(string(r))
}

func (p *parser) choice(inside bool) *expr {
	e := &expr{kind: choice, at: p.pos}
	for {
		e.kids = append(e.kids, p.sequence(inside))
		if !p.another() {
			break
		}
		p.pos++
		p.blank(true)
	}
	if len(e.kids) == 1 {
		return e.kids[0]
	}
	return e
}

// another says whether a | follows, on this line or at the beginning of the next.
func (p *parser) another() bool {
	end := p.pos
	if p.blank(true); p.peek() == '|' {
		return true
	}
	p.pos = end
	return false
}

// sequence is items one after the other, each perhaps repeated; none is nothing.
func (p *parser) sequence(inside bool) *expr {
	e := &expr{kind: sequence, at: p.pos}
	for {
		item, ok := p.item(e, inside)
		if !ok {
			return e
		}
		e.kids = append(e.kids, item)
		p.blank(inside)
	}
}

// item reads the next one. A repetition takes the last of e with it.
func (p *parser) item(e *expr, inside bool) (*expr, bool) {
	at := p.pos
	switch c := p.peek(); {
	case c == '"':
		return p.literal(), true
	case c == '[':
		return p.class(), true
	case c == '.':
		p.pos++
		return &expr{kind: one, set: runes{}.not(), at: at}, true
	case c == '(':
		return p.group(), true
	case c == '<' || c == '!':
		p.fail(at, "single tokens, <…>, cannot be named here: write the text of the token in quotes")
	case isName(c):
		return p.reference(inside)
	case c == '*' || c == '+' || c == '?' || c == '{':
		if len(e.kids) == 0 {
			return nil, false
		}
		last := e.kids[len(e.kids)-1]
		e.kids = e.kids[:len(e.kids)-1]
		return p.repetition(last), true
	}
	return nil, false
}

// reference is the name of a rule, unless another rule begins with it.
func (p *parser) reference(inside bool) (*expr, bool) {
	at := p.pos
	name := p.name()
	end := p.pos
	p.blank(false)
	if strings.HasPrefix(p.text[p.pos:], "::=") {
		if inside {
			p.fail(at, "the rule %s begins here, but a ( before it is not closed: add a )", name)
		}
		p.fail(at, "the rule %s begins in the middle of a line: put it on a line of its own", name)
	}
	p.pos = end
	return &expr{kind: ref, rule: name, at: at}, true
}

func (p *parser) group() *expr {
	at := p.pos
	if p.depth++; p.depth > mostDepth {
		p.fail(at, "more than %d groups stand within each other: give parts of them names of their own", mostDepth)
	}
	p.pos++
	p.blank(true)
	e := p.choice(true)
	if p.blank(true); p.peek() != ')' {
		if p.pos < len(p.text) {
			p.fail(p.pos, "%s has no meaning within ( ): the group that begins at line %d is not closed", p.seen(), p.lineOf(at))
		}
		p.fail(at, "this ( is not closed: add a )")
	}
	p.pos++
	p.depth--
	return &expr{kind: sequence, kids: []*expr{e}, at: at}
}

func (p *parser) lineOf(at int) int {
	line, _ := place(p.text, at)
	return line
}

// literal is text in quotes.
func (p *parser) literal() *expr {
	e := &expr{kind: sequence, at: p.pos}
	p.pos++
	for p.peek() != '"' {
		r := p.char(e.at, `the text that begins here is not closed: add a "`)
		e.kids = append(e.kids, &expr{kind: one, set: runes{{r, r}}.tidy(), at: p.pos})
	}
	p.pos++
	return e
}

// class is characters in [ ], or those that are not in [^ ].
func (p *parser) class() *expr {
	const open = "the [ that begins here is not closed: add a ]"
	e := &expr{kind: one, at: p.pos}
	p.pos++
	negated := p.peek() == '^'
	if negated {
		p.pos++
	}
	var set runes
	for p.peek() != ']' {
		from := p.pos
		r := runeRange{lo: p.char(e.at, open)}
		r.hi = r.lo
		if p.peek() == '-' && p.pos+1 < len(p.text) && p.text[p.pos+1] != ']' {
			p.pos++
			r.hi = p.char(e.at, open)
		}
		if r.hi < r.lo {
			p.fail(from, "the range %s ends before it begins: swap its ends", p.text[from:p.pos])
		}
		set = append(set, r)
	}
	p.pos++
	e.set = set.tidy()
	if negated {
		e.set = e.set.not()
	}
	return e
}

// char is a character of a text or a class, escapes read.
func (p *parser) char(open int, unclosed string) rune {
	if c := p.peek(); p.pos >= len(p.text) || c == '\n' || c == '\r' {
		p.fail(open, "%s", unclosed)
	}
	r, n := utf8.DecodeRuneInString(p.text[p.pos:])
	at := p.pos
	p.pos += n
	if r != '\\' {
		return r
	}
	c := p.peek()
	if p.pos >= len(p.text) {
		p.fail(open, "%s", unclosed)
	}
	p.pos++
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case '\\', '"', '[', ']', '-', '^', '/', '\'':
		return rune(c)
	case 'x':
		return p.hex(at, 2)
	case 'u':
		return p.hex(at, 4)
	case 'U':
		return p.hex(at, 8)
	}
	p.pos--
	p.fail(at, `\ before %s has no meaning: for a backslash write \\`, p.seen())
	return 0
}

func (p *parser) hex(at, digits int) rune {
	end := p.pos + digits
	if end > len(p.text) {
		p.fail(at, "the character's number has fewer than %d hexadecimal digits", digits)
	}
	n, err := strconv.ParseUint(p.text[p.pos:end], 16, 32)
	if err != nil {
		p.fail(at, "the character's number has fewer than %d hexadecimal digits", digits)
	}
	if n > lastRune {
		p.fail(at, "there is no character with the number %s: the last one is 10FFFF", p.text[p.pos:end])
	}
	p.pos = end
	return rune(n)
}

// repetition is *, +, ? or {m,n} behind an item.
func (p *parser) repetition(of *expr) *expr {
	e := &expr{kind: repeat, kids: []*expr{of}, max: -1, at: p.pos}
	c := p.peek()
	p.pos++
	switch c {
	case '+':
		e.min = 1
	case '?':
		e.max = 1
	case '{':
		p.times(e)
	}
	return e
}

// times is m}, m,}, m,n} or ,n}.
func (p *parser) times(e *expr) {
	p.blank(false)
	least, ok := p.number(e.at)
	e.min, e.max = least, least
	p.blank(false)
	if p.peek() == ',' {
		p.pos++
		p.blank(false)
		most, given := p.number(e.at)
		e.max = most
		if !given {
			e.max = -1
		}
		ok = ok || given
		p.blank(false)
	}
	if !ok || p.peek() != '}' {
		p.fail(e.at, "a number of times is written {3}, {3,} or {3,5}")
	}
	p.pos++
	if e.max >= 0 && e.max < e.min {
		p.fail(e.at, "{%d,%d} ends before it begins: swap the numbers", e.min, e.max)
	}
}

func (p *parser) number(at int) (n int, ok bool) {
	for c := p.peek(); '0' <= c && c <= '9'; c = p.peek() {
		n, ok = n*10+int(c-'0'), true
		if n > mostTimes {
			p.fail(at, "more than %d times cannot be counted: use * or + instead", mostTimes)
		}
		p.pos++
	}
	return n, ok
}
