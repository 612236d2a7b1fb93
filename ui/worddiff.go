package ui

import (
	"strings"
	"unicode"
)

// wordList cuts a text into words, each with the blanks after it.
func wordList(text string) (words []string) {
	begin, blank := 0, false
	for i, r := range text {
		space := unicode.IsSpace(r)
		if blank && !space && i > begin {
			words = append(words, text[begin:i])
			begin = i
		}
		blank = space
	}
	if begin < len(text) {
		words = append(words, text[begin:])
	}
	return words
}

// mostCompared bounds the work of diffWords: the square of it is what two texts
// without a word in common take, in memory too.
const mostCompared = 1000

// diffWords says which words of two texts are in both, in the same order: the
// longest such sequence, blanks aside, found by Myers' algorithm ("An O(ND)
// difference algorithm and its variations", 1986). Texts that have less in common
// than mostCompared words of difference allow are different from there on.
func diffWords(a, b []string) (inA, inB []bool) {
	inA, inB = make([]bool, len(a)), make([]bool, len(b))
	same := func(x, y int) bool { return strings.TrimSpace(a[x]) == strings.TrimSpace(b[y]) }
	most := min(len(a)+len(b), mostCompared)
	reach := make([]int, 2*most+3) // how far along a each diagonal is, the middle one being x = y
	var rounds [][]int
	for d := 0; d <= most; d++ {
		rounds = append(rounds, append([]int(nil), reach[most+1-d:most+2+d]...))
		for k := -d; k <= d; k += 2 {
			x := reach[most+1+k-1] + 1
			if k == -d || k != d && reach[most+1+k-1] < reach[most+1+k+1] {
				x = reach[most+1+k+1]
			}
			if d == 0 {
				x = 0
			}
			for x < len(a) && x-k < len(b) && x-k >= 0 && same(x, x-k) {
				x++
			}
			reach[most+1+k] = x
			if x >= len(a) && x-k >= len(b) {
				walkBack(rounds, len(a), len(b), inA, inB)
				return inA, inB
			}
		}
	}
	for x := 0; x < len(a) && x < len(b) && same(x, x); x++ {
		inA[x], inB[x] = true, true
	}
	return inA, inB
}

// walkBack marks the words that the path through the rounds has in common.
func walkBack(rounds [][]int, x, y int, inA, inB []bool) {
	for d := len(rounds) - 1; d > 0; d-- {
		before, k := rounds[d], x-y // before[d+j] is diagonal j at the end of round d-1
		from := k - 1
		if k == -d || k != d && before[d+k-1] < before[d+k+1] {
			from = k + 1
		}
		toX := before[d+from]
		toY := toX - from
		for x > toX && y > toY {
			x, y = x-1, y-1
			inA[x], inB[y] = true, true
		}
		x, y = toX, toY
	}
	for x > 0 && y > 0 {
		x, y = x-1, y-1
		inA[x], inB[y] = true, true
	}
}
