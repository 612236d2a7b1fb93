package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// fuzzyText is a text made ready to be looked through: small letters, and where
// its words begin.
type fuzzyText struct {
	runes []rune
	start []bool
}

func newFuzzyText(text string) fuzzyText {
	n := utf8.RuneCountInString(text)
	f := fuzzyText{make([]rune, 0, n), make([]bool, 0, n)}
	before := ' '
	for _, r := range text {
		begins := (unicode.IsLetter(r) || unicode.IsDigit(r)) && !(unicode.IsLetter(before) || unicode.IsDigit(before))
		f.runes = append(f.runes, unicode.ToLower(r))
		f.start = append(f.start, begins || unicode.IsUpper(r) && unicode.IsLower(before))
		before = r
	}
	return f
}

// fuzzyWords splits what is looked for.
func fuzzyWords(query string) (words [][]rune) {
	for _, word := range strings.Fields(strings.ToLower(query)) {
		words = append(words, []rune(word))
	}
	return words
}

// score says how well all the words fit the text, 0: one does not. A word fits
// where its letters come in their order: best as a piece that begins a word,
// then as a piece, then as letters that begin words ("exc": "Export the
// conversation"), never scattered wildly.
func (f fuzzyText) score(words [][]rune) (total int) {
	for _, word := range words {
		best := 0
		for at := range f.runes {
			if f.runes[at] == word[0] {
				best = max(best, f.scoreAt(word, at))
			}
		}
		if best == 0 {
			return 0
		}
		total += best
	}
	return total - min(len(f.runes)/8, 9)
}

// scoreAt is the score of a word whose first letter is that at a place.
func (f fuzzyText) scoreAt(word []rune, at int) int {
	score, last := 10, at
	if f.start[at] {
		score = 60
	}
	if at == 0 {
		score += 20
	}
	for _, r := range word[1:] {
		next := last + 1
		for next < len(f.runes) && (f.runes[next] != r || next > last+1 && !f.start[next]) {
			next++
		}
		switch {
		case next >= len(f.runes):
			return 0
		case next == last+1:
			score += 16
		default: // the beginning of another word
			score += 6
		}
		last = next
	}
	if !f.start[at] && last-at >= len(word) {
		return 0 // neither a piece nor beginnings of words
	}
	return max(1, score*4/(4+max(0, last-at+1-len(word))/8))
}
