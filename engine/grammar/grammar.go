// Package grammar says which tokens may come next where a reply must have a
// given form: that of a GBNF grammar (llama.cpp's notation) or of a JSON Schema,
// which is turned into one.
//
// Its one rule: what it lets pass can always be completed, so that a reply that
// ends by itself has the form. It works on the UTF-8 bytes of code points, so
// that a token may end in the middle of a character. It does not know logits or
// how a token is drawn.
package grammar

import (
	"fmt"
	"slices"
	"strings"
)

// Grammar is a grammar ready for use. It remembers what it has worked out, so
// it is to be kept for the next reply; one goroutine uses it at a time.
type Grammar struct {
	net  *network
	auto *automaton
}

// Error is what is wrong with a grammar or a schema, and where.
type Error struct {
	Line, Column int // from 1; columns count characters; 0: nowhere in particular
	Problem      string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Problem
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Problem)
}

// Parse reads a grammar in GBNF. Its start is the rule root. Errors are *Error.
func Parse(text string) (*Grammar, error) {
	rules, err := parse(text)
	if err != nil {
		return nil, err
	}
	net, err := compile(rules)
	if err != nil {
		return nil, err
	}
	return &Grammar{net: net, auto: newAutomaton(net)}, nil
}

// Match says whether a text has the form, from beginning to end.
func (g *Grammar) Match(text string) bool {
	return g.auto.read(g.auto.start, text).accept && g.auto.err == nil
}

// place is a position in a text for errors.
func place(text string, at int) (line, column int) {
	at = min(at, len(text))
	before := text[:at]
	line = strings.Count(before, "\n") + 1
	return line, len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1
}

func errorAt(text string, at int, format string, args ...any) *Error {
	line, column := place(text, at)
	return &Error{Line: line, Column: column, Problem: fmt.Sprintf(format, args...)}
}

// runes is a set of code points: ranges, ascending, apart from each other.
type runes []runeRange

type runeRange struct{ lo, hi rune }

const (
	lastRune       = 0x10FFFF
	firstSurrogate = 0xD800
	lastSurrogate  = 0xDFFF
)

// tidy sorts ranges, joins those that touch and takes out the surrogates, which
// are no characters.
func (s runes) tidy() runes {
	slices.SortFunc(s, func(a, b runeRange) int { return int(a.lo) - int(b.lo) })
	var joined runes
	for _, r := range s {
		if n := len(joined); n > 0 && r.lo <= joined[n-1].hi+1 {
			joined[n-1].hi = max(joined[n-1].hi, r.hi)
			continue
		}
		joined = append(joined, r)
	}
	var out runes
	for _, r := range joined {
		if r.hi < firstSurrogate || r.lo > lastSurrogate {
			out = append(out, r)
			continue
		}
		if r.lo < firstSurrogate {
			out = append(out, runeRange{r.lo, firstSurrogate - 1})
		}
		if r.hi > lastSurrogate {
			out = append(out, runeRange{lastSurrogate + 1, r.hi})
		}
	}
	return out
}

// not is every character that is not in a tidy set.
func (s runes) not() runes {
	var out runes
	next := rune(0)
	for _, r := range s {
		if r.lo > next {
			out = append(out, runeRange{next, r.lo - 1})
		}
		next = r.hi + 1
	}
	if next <= lastRune {
		out = append(out, runeRange{next, lastRune})
	}
	return out.tidy()
}

// and is the characters that are in both of two tidy sets.
func (s runes) and(t runes) runes {
	var out runes
	for i, j := 0, 0; i < len(s) && j < len(t); {
		lo, hi := max(s[i].lo, t[j].lo), min(s[i].hi, t[j].hi)
		if lo <= hi {
			out = append(out, runeRange{lo, hi})
		}
		if s[i].hi < t[j].hi {
			i++
		} else {
			j++
		}
	}
	return out
}

func (s runes) has(r rune) bool {
	return len(s.and(runes{{r, r}})) > 0
}

// Err is why the grammar cannot be used any further; nil: it can. What a grammar
// allows may turn out to take too long to find out only when it is used.
func (g *Grammar) Err() error { return g.auto.err }

// Leads says whether a text, which may end within a character, can be gone on
// with so that it has the form, or has it.
func (g *Grammar) Leads(text string) bool {
	return g.auto.read(g.auto.start, text) != dead && g.auto.err == nil
}
