package token

import "unicode/utf8"

// matcher returns the end of a match at s[i:], or i if there is none. s ends
// where the piece ends, which is what look-ahead sees.
//
// The matchers of this file are the alternatives that pre-tokenizers' regular
// expressions are made of. Go's regexp cannot stand in for them: it has no
// look-ahead, its \s is ASCII only, and it is many times slower. What
// backtracking would find is derived in the comments.
type matcher func(s string, i int) int

// anyOf tries alternatives in order.
func anyOf(alternatives ...matcher) matcher {
	return func(s string, i int) int {
		for _, m := range alternatives {
			if end := m(s, i); end > i {
				return end
			}
		}
		return i
	}
}

// run is `lead?body+tail*`. A lead that is nil matches nothing, a tail that is
// nil nothing.
func run(lead, body, tail *class) matcher {
	return func(s string, i int) int {
		end := i
		if lead != nil {
			if from := lead.one(s, i); from > i {
				end = body.run(s, from)
				if end == from {
					end = i
				}
			}
		}
		if end == i {
			end = body.run(s, i)
		}
		if end > i && tail != nil {
			end = tail.run(s, end)
		}
		return end
	}
}

// upTo is `c{1,n}`.
func upTo(c *class, n int) matcher {
	return func(s string, i int) int { return c.upTo(s, i, n) }
}

// exactly is `c{n}`.
func exactly(c *class, n int) matcher {
	return func(s string, i int) int {
		end := i
		for range n {
			next := c.one(s, end)
			if next == end {
				return i
			}
			end = next
		}
		return end
	}
}

// literal is a fixed text.
func literal(text string) matcher {
	return func(s string, i int) int {
		if len(s)-i >= len(text) && s[i:i+len(text)] == text {
			return i + len(text)
		}
		return i
	}
}

// contraction is `'s|'t|'re|'ve|'m|'ll|'d`.
func contraction(s string, i int) int { return contractionFolded(s, i, 0) }

// contractionAnyCase is `'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]`.
func contractionAnyCase(s string, i int) int { return contractionFolded(s, i, 'a'-'A') }

// contractionFolded finds a contraction after setting the bits of fold, which
// makes ASCII letters lower case.
func contractionFolded(s string, i int, fold byte) int {
	if len(s)-i < 2 || s[i] != '\'' {
		return i
	}
	switch s[i+1] | fold {
	case 's', 't', 'm', 'd':
		return i + 2
	}
	if len(s)-i < 3 {
		return i
	}
	switch string([]byte{s[i+1] | fold, s[i+2] | fold}) {
	case "re", "ve", "ll":
		return i + 3
	}
	return i
}

// lineEnds is `\s*[\r\n]+`: white space up to its last line end. `\s*[\r\n]`
// is the same.
func lineEnds(blank *class) matcher {
	return func(s string, i int) int {
		for end := blank.run(s, i); end > i; end-- {
			if s[end-1] == '\n' || s[end-1] == '\r' {
				return end
			}
		}
		return i
	}
}

// trailing is `\s+(?!\S)`: white space without its last character, which is
// left for the word that follows, or all of it where nothing follows.
func trailing(blank *class) matcher {
	return func(s string, i int) int {
		end := blank.run(s, i)
		if end == i || end == len(s) {
			return end
		}
		_, n := utf8.DecodeLastRuneInString(s[i:end])
		return end - n
	}
}

// steps is `\s{512}(?!\S)|\s{256}(?!\S)|…|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1}`.
func steps(blank *class) matcher {
	return func(s string, i int) int {
		for n := 512; n >= 1; n /= 2 {
			end := exactly(blank, n)(s, i)
			if end > i && (end == len(s) || blank.one(s, end) > end) {
				return end
			}
		}
		return blank.one(s, i)
	}
}

// capitals is `lead?[upper]*[lower]+suffix?|lead?[upper]+[lower]*suffix?`,
// where the classes upper and lower share letters without case and marks. lead
// may match a mark too.
func capitals(lead, upper, lower *class, suffix matcher) matcher {
	startLower := func(s string, i int) int { return lowerEnd(upper, lower, s, i) }
	startUpper := func(s string, i int) int {
		if end := upper.run(s, i); end > i {
			return lower.run(s, end)
		}
		return i
	}
	words := anyOf(led(lead, startLower), startLower, led(lead, startUpper), startUpper)
	return func(s string, i int) int {
		end := words(s, i)
		if end > i && suffix != nil {
			end = suffix(s, end)
		}
		return end
	}
}

// led is a matcher after one character of lead.
func led(lead *class, m matcher) matcher {
	return func(s string, i int) int {
		from := lead.one(s, i)
		if from == i {
			return i
		}
		if end := m(s, from); end > from {
			return end
		}
		return i
	}
}

// lowerEnd is `[upper]*[lower]+`. The upper run takes all it can. If a lower
// character follows, the lower run goes on from there. If not, backtracking
// gives characters of the upper run back until one is in both classes, and the
// match ends after that one, since what followed it was upper only.
func lowerEnd(upper, lower *class, s string, i int) int {
	both := i
	at := i
	for {
		next := upper.one(s, at)
		if next == at {
			break
		}
		if lower.one(s, at) > at {
			both = next
		}
		at = next
	}
	if end := lower.run(s, at); end > at {
		return end
	}
	return both
}

// spacedLetters is `lead?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+`: letters with
// their marks, with single spaces between them.
func spacedLetters(lead, letter, mark *class) matcher {
	body := func(s string, i int) int {
		end := i
		for {
			at := end
			if end > i && at < len(s) && s[at] == ' ' {
				at++
			}
			next := letter.one(s, at)
			if next == at {
				return end
			}
			end = mark.run(s, next)
		}
	}
	return anyOf(led(lead, body), body)
}
