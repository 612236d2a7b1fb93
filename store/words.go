package store

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A token is a word of a text as the index knows it: folded, so that neither
// case nor accents matter. Of scripts that put no spaces between words it is a
// whole run of characters, as they are.
type token struct {
	text       string
	start, end int // bytes of the text it was found in
	run        bool
}

// longestWord is in bytes: what is longer is no word that anybody types, and is
// cut.
const longestWord = 64

// scan calls f for each token of a text.
func scan(text string, f func(t token)) {
	var word []byte
	start, runStart := -1, -1
	flush := func(end int) {
		if start >= 0 && len(word) > 0 {
			f(token{text: string(word), start: start, end: end})
		}
		if runStart >= 0 {
			f(token{text: text[runStart:end], start: runStart, end: end, run: true})
		}
		word, start, runStart = word[:0], -1, -1
	}
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		switch {
		case r < utf8.RuneSelf:
			r = lowerASCII(r)
			if r != 0 && runStart >= 0 {
				flush(i)
			}
			if r == 0 {
				flush(i)
			} else if start < 0 {
				start = i
			}
			if r != 0 && len(word) < longestWord {
				word = append(word, byte(r))
			}
		case isRun(r):
			if start >= 0 {
				flush(i)
			}
			if runStart < 0 {
				runStart = i
			}
		case unicode.Is(unicode.Mn, r): // an accent of its own belongs to what it stands on
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if runStart >= 0 {
				flush(i)
			}
			if start < 0 {
				start = i
			}
			if len(word) < longestWord {
				word = append(word, foldRune(r)...)
			}
		default:
			flush(i)
		}
		i += size
	}
	flush(len(text))
}

func tokens(text string) (all []token) {
	scan(text, func(t token) { all = append(all, t) })
	return all
}

// lowerASCII returns a letter in lower case or a digit, 0 for anything else.
func lowerASCII(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
		return r
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	}
	return 0
}

// isRun says whether a character's script puts no spaces between words.
func isRun(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) || r == 'ー'
}

// foldApart folds letters that Unicode does not take for others with an accent,
// though people type them so; "" for all others.
func foldApart(r rune) string {
	switch r {
	case 'ß', 'ẞ':
		return "ss"
	case 'æ', 'Æ':
		return "ae"
	case 'œ', 'Œ':
		return "oe"
	case 'ø', 'Ø':
		return "o"
	case 'ł', 'Ł':
		return "l"
	case 'đ', 'Đ', 'ð', 'Ð':
		return "d"
	case 'þ', 'Þ':
		return "th"
	case 'ı':
		return "i"
	case 'ς':
		return "σ"
	}
	return ""
}

// foldRune returns a letter in lower case without its accents.
func foldRune(r rune) string {
	if apart := foldApart(r); apart != "" {
		return apart
	}
	var b strings.Builder
	for _, part := range norm.NFKD.String(string(r)) {
		if !unicode.Is(unicode.Mn, part) {
			b.WriteRune(unicode.ToLower(part))
		}
	}
	return b.String()
}

// terms calls f for everything under which a token is found in the index: a word,
// or all pairs of neighbours of a run, and its last character.
func (t token) terms(f func(term string)) {
	if !t.run {
		f(t.text)
		return
	}
	for i := 0; i < len(t.text); {
		_, size := utf8.DecodeRuneInString(t.text[i:])
		_, next := utf8.DecodeRuneInString(t.text[i+size:])
		f(t.text[i : i+size+next])
		i += size
	}
}

// groupOf is what a term shares with those that are kept with it: its first two
// characters, of a run the first one.
func groupOf(term string) string {
	r, size := utf8.DecodeRuneInString(term)
	if !isRun(r) {
		_, second := utf8.DecodeRuneInString(term[size:])
		size += second
	}
	return term[:size]
}

// Find returns where a text has a phrase, in bytes, whatever their case and
// accents: it is looked for anywhere, in the middle of words too.
func Find(text, phrase string) (found [][2]int) {
	wanted, _ := foldAll(strings.TrimSpace(phrase))
	if wanted == "" {
		return nil
	}
	folded, at := foldAll(text)
	for from := 0; ; {
		i := strings.Index(folded[from:], wanted)
		if i < 0 {
			return found
		}
		start, end := from+i, from+i+len(wanted)
		found = append(found, [2]int{at[start], at[end]})
		from = end
	}
}

func folded(text string) string {
	text, _ = foldAll(text)
	return text
}

// Fold returns a text in small letters without their accents.
func Fold(text string) string { return folded(text) }

// foldAll folds a whole text and tells for each byte of the outcome, and for its
// end, where it comes from.
func foldAll(text string) (string, []int) {
	folded, at := make([]byte, 0, len(text)), make([]int, 0, len(text)+1)
	for i, r := range text {
		part := ""
		switch {
		case r < utf8.RuneSelf:
			b := byte(r)
			if b >= 'A' && b <= 'Z' {
				b += 'a' - 'A'
			}
			folded, at = append(folded, b), append(at, i)
			continue
		case unicode.Is(unicode.Mn, r) && !isRun(r):
		case isRun(r) || !unicode.IsLetter(r):
			part = string(r)
		default:
			part = foldRune(r)
		}
		for range len(part) {
			at = append(at, i)
		}
		folded = append(folded, part...)
	}
	return string(folded), append(at, len(text))
}
