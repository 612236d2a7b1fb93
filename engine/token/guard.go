package token

import (
	"strings"
	"unicode/utf8"
)

// Guard is a character that keeps text from being read as a control token. It
// is one of Unicode's noncharacters, which do not occur in text that is
// interchanged; Encode leaves it out.
const Guard = '\uFDD0'

const guardText = string(Guard)

// GuardText makes text safe to be put into a prompt that is encoded with
// Options.Special: what a user typed must not become a control token, however
// much it looks like <|im_end|>. It puts a Guard after the first character of
// each occurrence of a control or unknown token, and where the start or the
// end of the text could form one with the text it is put next to.
//
// Encoding GuardText(s) with Special gives the ids of encoding s without.
func (t *Tokenizer) GuardText(s string) string {
	s, _ = removeGuards(s)
	guards := t.specials.guardPoints(s)
	if len(guards) == 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + len(guards)*len(guardText))
	last := 0
	for _, at := range guards {
		b.WriteString(s[last:at])
		b.WriteString(guardText)
		last = at
	}
	b.WriteString(s[last:])
	return b.String()
}

// guardPoints returns where guards belong in s, ascending.
func (x *specials) guardPoints(s string) (points []int) {
	add := func(at int) {
		if n := len(points); n == 0 || points[n-1] < at {
			points = append(points, at)
		}
	}
	if x.completes(s) {
		add(firstRune(s))
	}
	for i := range len(s) {
		x.at(s[i:], func(index int32) {
			if !x.list[index].plain {
				add(i + firstRune(s[i:]))
			}
		})
	}
	if x.begins(s) {
		add(len(s))
	}
	return points
}

func firstRune(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// completes says whether s starts with, or is part of, the rest of a control
// token whose beginning may stand before s.
func (x *specials) completes(s string) bool {
	if s == "" {
		return false
	}
	for i := range x.list {
		text := x.list[i].text
		for at := 1; at < len(text) && !x.list[i].plain; at++ {
			if rest := text[at:]; strings.HasPrefix(s, rest) || strings.HasPrefix(rest, s) {
				return true
			}
		}
	}
	return false
}

// begins says whether s ends with the beginning of a control token.
func (x *specials) begins(s string) bool {
	for i := range x.list {
		text := x.list[i].text
		for n := 1; n < len(text) && !x.list[i].plain; n++ {
			if strings.HasSuffix(s, text[:n]) {
				return true
			}
		}
	}
	return false
}

// removeGuards returns the text without guards and where they stood, as
// offsets into what is returned. Removing one never leaves another: a guard
// put together from invalid pieces by the removal is removed too.
func removeGuards(s string) (text string, at []int) {
	if !strings.Contains(s, guardText) {
		return s, nil
	}
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		out = append(out, s[i])
		if n := len(out) - len(guardText); n >= 0 && string(out[n:]) == guardText {
			out = out[:n]
			for len(at) > 0 && at[len(at)-1] >= n {
				at = at[:len(at)-1]
			}
			at = append(at, n)
		}
	}
	return string(out), at
}
