package token

import (
	"regexp"
	"unicode/utf8"
)

// stage is one regular expression of a pre-tokenizer: it cuts a piece of text
// into matches and what is between them, and emits both in order.
type stage func(piece string, emit func(piece string))

// scan is the stage of a matcher: the leftmost match, again and again.
func scan(m matcher) stage {
	return func(piece string, emit func(string)) {
		gap := 0 // what is before the next match starts here
		for i := 0; i < len(piece); {
			end := m(piece, i)
			if end == i {
				_, n := utf8.DecodeRuneInString(piece[i:])
				i += n
				continue
			}
			emitSome(piece[gap:i], emit)
			emit(piece[i:end])
			i, gap = end, end
		}
		emitSome(piece[gap:], emit)
	}
}

func emitSome(piece string, emit func(string)) {
	if piece != "" {
		emit(piece)
	}
}

// search is the stage of an expression that Go's regexp can express.
func search(expression string) stage {
	re := regexp.MustCompile(expression)
	return func(piece string, emit func(string)) {
		for {
			at := re.FindStringIndex(piece)
			if at == nil {
				break
			}
			emitSome(piece[:at[0]], emit)
			emit(piece[at[0]:at[1]])
			piece = piece[at[1]:]
		}
		emitSome(piece, emit)
	}
}

// atEnd is `c+$`. It is a stage and no matcher because a matcher would look at
// each run of the class once for each of its characters.
func atEnd(c *class) stage {
	return func(piece string, emit func(string)) {
		end := len(piece)
		for end > 0 {
			r, n := utf8.DecodeLastRuneInString(piece[:end])
			if !c.has(r) {
				break
			}
			end -= n
		}
		emitSome(piece[:end], emit)
		emitSome(piece[end:], emit)
	}
}

// thousands groups runs of digits in threes from the right, as people write
// them: `(?=(\d{3})+(?!\d))`. With a word class given, a run that the rest of
// a word follows stays as it is: `\d{1,3}(?=(?:\d{3})*\b)`.
func thousands(digit, word *class) stage {
	return func(piece string, emit func(string)) {
		gap := 0
		for i := 0; i < len(piece); {
			end := digit.run(piece, i)
			if end == i {
				_, n := utf8.DecodeRuneInString(piece[i:])
				i += n
				continue
			}
			if word == nil || word.one(piece, end) == end {
				emitSome(piece[gap:i], emit)
				emitThousands(digit, piece[i:end], emit)
				gap = end
			}
			i = end
		}
		emitSome(piece[gap:], emit)
	}
}

func emitThousands(digit *class, digits string, emit func(string)) {
	n := utf8.RuneCountInString(digits) % 3
	if n == 0 {
		n = 3
	}
	for i := 0; i < len(digits); n = 3 {
		end := digit.upTo(digits, i, n)
		emit(digits[i:end])
		i = end
	}
}
