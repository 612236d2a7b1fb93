package ui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"beyonder/app"
)

// fuzzyText is a text made ready to be looked through: small letters without their
// accents, and where its words begin.
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
		begins = begins || unicode.IsUpper(r) && unicode.IsLower(before)
		if r < utf8.RuneSelf {
			f.runes, f.start = append(f.runes, unicode.ToLower(r)), append(f.start, begins)
		} else {
			for i, part := range app.Fold(string(r)) {
				f.runes, f.start = append(f.runes, part), append(f.start, begins && i == 0)
			}
		}
		before = r
	}
	return f
}

// fuzzyWords splits what is looked for.
func fuzzyWords(query string) (words [][]rune) {
	for _, word := range strings.Fields(app.Fold(query)) {
		words = append(words, []rune(word))
	}
	return words
}

// score says how well a word fits the text, 0: not at all. It fits where its letters
// come in their order: best as a piece that begins a word, then as a piece, then as
// letters that begin words ("exc": "Export the conversation"), never scattered wildly.
func (f fuzzyText) score(word []rune) (best int) {
	for at := range f.runes {
		if f.runes[at] == word[0] {
			best = max(best, f.scoreAt(word, at))
		}
	}
	return best
}

// begins says how well a word fits as the beginning of one in the text, 0: it is none;
// best as the whole of it. Where words are not kept apart by spaces, any piece fits.
func (f fuzzyText) begins(word []rune) (best int) {
	apart := word[0] < 0x2E80
	for at := range f.runes {
		if end := at + len(word); end <= len(f.runes) && (f.start[at] || !apart) && slices.Equal(f.runes[at:end], word) {
			whole := 0
			if end == len(f.runes) || !unicode.IsLetter(f.runes[end]) {
				whole = 8
			}
			best = max(best, f.scoreAt(word, at)+whole)
		}
	}
	return best
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
