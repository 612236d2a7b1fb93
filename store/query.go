package store

import (
	"slices"
	"strings"
	"unicode"
)

// A query is words, all of which must be found, each as the beginning of a word;
// phrases in double quotes, which must stand there as they are; and filters.
type query struct {
	needles []needle
	filters []filter
}

// needle is a word or a phrase.
type needle struct {
	tokens []token
	exact  bool // the last word of it is whole
}

// filter is "tag:", "folder:" or "pinned:" with what follows it, folded as words are.
type filter struct{ kind, value string }

// parseQuery takes anything: what is no filter is words.
func parseQuery(text string) (q query) {
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		var part string
		if kind := filterKind(text); kind != "" {
			part, text = cutWord(text[len(kind)+1:])
			q.filters = append(q.filters, filter{kind, folded(part)})
			continue
		}
		quoted := text[0] == '"'
		part, text = cutWord(text)
		q.addWords(part, quoted)
	}
	return q
}

func filterKind(text string) string {
	for _, kind := range []string{"tag", "folder", "pinned"} {
		if len(text) > len(kind) && text[len(kind)] == ':' && strings.EqualFold(text[:len(kind)], kind) {
			return kind
		}
	}
	return ""
}

// cutWord cuts off what stands before the next space or, if there are quotation
// marks, between them.
func cutWord(text string) (word, rest string) {
	if strings.HasPrefix(text, `"`) {
		word, rest, _ = strings.Cut(text[1:], `"`)
		return word, rest
	}
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}

func (q *query) addWords(part string, quoted bool) {
	all := tokens(part)
	if quoted && len(all) > 0 {
		q.needles = append(q.needles, needle{all, true})
		return
	}
	for i := range all {
		q.needles = append(q.needles, needle{all[i : i+1], false})
	}
}

// prefixes are what the index must have for a query: of each word itself, of a
// run all its pairs.
func (q *query) prefixes() (all []string) {
	for _, n := range q.needles {
		for _, t := range n.tokens {
			runes := []rune(t.text)
			if !t.run || len(runes) < 3 {
				all = append(all, t.text)
				continue
			}
			for i := range runes[:len(runes)-1] {
				all = append(all, string(runes[i:i+2]))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// match finds the needles in a text; all: each of them is there. The places are
// in order.
func (q *query) match(text string) (places [][2]int, all bool) {
	words := tokens(text)
	all = true
	for _, n := range q.needles {
		before := len(places)
		for i := range words {
			if start, end, ok := n.at(words[i:]); ok {
				places = append(places, [2]int{start, end})
			}
		}
		all = all && len(places) > before
	}
	slices.SortFunc(places, func(a, b [2]int) int { return a[0] - b[0] })
	return places, all
}

// at says whether a text begins with the needle.
func (n needle) at(words []token) (start, end int, ok bool) {
	if len(words) < len(n.tokens) {
		return 0, 0, false
	}
	for i, want := range n.tokens {
		have := words[i]
		last := i == len(n.tokens)-1
		switch {
		case want.run != have.run:
			return 0, 0, false
		case want.run:
			at := strings.Index(have.text, want.text)
			if at < 0 {
				return 0, 0, false
			}
			have.start, have.end = have.start+at, have.start+at+len(want.text)
		case have.text == want.text:
		case !last || n.exact || !strings.HasPrefix(have.text, want.text):
			return 0, 0, false
		}
		if i == 0 {
			start = have.start
		}
		end = have.end
	}
	return start, end, true
}
