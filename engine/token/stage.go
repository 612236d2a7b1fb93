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
// them: `\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))`. With a class of word
// characters given, a run that the rest of a word follows is no match:
// `\d{1,3}(?=(?:\d{3})*\b)`.
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
				eachThousand(digit, piece, i, end, func(from, to int) { emit(piece[from:to]) })
				gap = end
			}
			i = end
		}
		emitSome(piece[gap:], emit)
	}
}

// thousandSeams is `(?=(\d{3})+(?!\d))`: it cuts where thousands would, but
// does not part the digits from what is around them.
func thousandSeams(digit *class) stage {
	three := exactly(digit, 3)
	return func(piece string, emit func(string)) {
		gap := 0
		for i := 0; i < len(piece); {
			end := digit.run(piece, i)
			if end == i {
				_, n := utf8.DecodeRuneInString(piece[i:])
				i += n
				continue
			}
			eachThousand(digit, piece, i, end, func(from, to int) {
				if three(piece, from) == to {
					emitSome(piece[gap:from], emit)
					gap = from
				}
			})
			i = end
		}
		emitSome(piece[gap:], emit)
	}
}

// eachThousand gives the groups of the digits piece[start:end].
func eachThousand(digit *class, piece string, start, end int, group func(from, to int)) {
	n := utf8.RuneCountInString(piece[start:end]) % 3
	if n == 0 {
		n = 3
	}
	for start < end {
		to := digit.upTo(piece, start, n)
		group(start, to)
		start, n = to, 3
	}
}
