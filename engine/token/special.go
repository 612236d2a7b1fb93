package token

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"strings"
)

// special is a token that is found in text as it stands, before any merging.
type special struct {
	id     int32
	text   string
	plain  bool // found in plain text too: a user-defined token
	lstrip bool // swallows the white space before it
	rstrip bool // swallows the white space after it
}

// specials finds special tokens in text.
type specials struct {
	list  []special // the longest first, because a longer one is cut out before a shorter one
	first [256]int32
	edges map[uint64]int32 // node<<8 | byte → node; node 0 is the root and in first
	final []int32          // by node: index into list, -1: none ends here
}

// newSpecials collects the special tokens of a vocabulary.
func newSpecials(v *vocabulary, c Config) specials {
	x := specials{edges: map[uint64]int32{}, final: []int32{-1}}
	for id, k := range v.kinds {
		if k != control && k != unknown && k != userDefined {
			continue
		}
		if first, ok := v.ids[v.tokens[id]]; ok && int(first) == id {
			x.list = append(x.list, special{id: int32(id), text: v.literal(int32(id)), plain: k == userDefined})
		}
	}
	slices.SortStableFunc(x.list, func(a, b special) int { return cmp.Compare(len(b.text), len(a.text)) })
	x.setStrips(c)
	for i, s := range x.list {
		x.insert(s.text, int32(i))
	}
	return x
}

// setStrips marks the tokens that swallow white space.
func (x *specials) setStrips(c Config) {
	phi3 := isPhi3(c.Name)
	for i := range x.list {
		s := &x.list[i]
		s.lstrip = slices.Contains(c.LStrip, s.id)
		s.rstrip = slices.Contains(c.RStrip, s.id) || phi3 && phi3Strips(s.text)
	}
}

// isPhi3 tells Phi-3 by its name as llama.cpp does.
func isPhi3(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "phi-3") || strings.Contains(name, "phi3")
}

// phi3Strips says what rstrip says in Phi-3's tokenizer.json.
func phi3Strips(text string) bool {
	return text != "<unk>" && text != "<s>" && text != "<|endoftext|>"
}

// insert adds a text to the trie. Of equal texts the first stays.
func (x *specials) insert(text string, index int32) {
	node := int32(0)
	for i := range len(text) {
		next := x.step(node, text[i])
		if next == 0 {
			next = int32(len(x.final))
			x.final = append(x.final, -1)
			if node == 0 {
				x.first[text[i]] = next
			} else {
				x.edges[uint64(node)<<8|uint64(text[i])] = next
			}
		}
		node = next
	}
	if x.final[node] < 0 {
		x.final[node] = index
	}
}

// step follows an edge; 0 means that there is none.
func (x *specials) step(node int32, b byte) int32 {
	if node == 0 {
		return x.first[b]
	}
	return x.edges[uint64(node)<<8|uint64(b)]
}

// at calls found with the index of each special token that text starts with,
// the shortest first.
func (x *specials) at(text string, found func(index int32)) {
	node := int32(0)
	for i := range len(text) {
		if node = x.step(node, text[i]); node == 0 {
			return
		}
		if f := x.final[node]; f >= 0 {
			found(f)
		}
	}
}

// fragment is a special token, or text between two of them.
type fragment struct {
	text string
	id   int32 // -1: text
}

// What cut notes for each byte of a text.
const (
	isText  = -1 // not taken
	isTaken = -2 // within a special token, or swallowed by one
)

// cut separates a text into special tokens and what is between them. Control
// and unknown tokens are found only if controls is set, and not where a guard
// stands after one of their characters. Longer tokens are cut out first, equal
// ones from left to right.
func (x *specials) cut(text string, guards []int, controls bool) []fragment {
	hits := x.hits(text, guards, controls)
	if len(hits) == 0 {
		if text == "" {
			return nil
		}
		return []fragment{{text, -1}}
	}
	owner := make([]int32, len(text))
	for i := range owner {
		owner[i] = isText
	}
	for _, index := range slices.Sorted(maps.Keys(hits)) {
		for _, start := range hits[index] {
			x.list[index].claim(text, owner, start)
		}
	}
	return x.fragments(text, owner)
}

// hits returns where each special token occurs, by index in the list.
func (x *specials) hits(text string, guards []int, controls bool) map[int32][]int {
	hits := map[int32][]int{}
	for i := range len(text) {
		if x.first[text[i]] == 0 {
			continue
		}
		x.at(text[i:], func(index int32) {
			s := &x.list[index]
			if s.plain || controls && !guarded(guards, i, i+len(s.text)) {
				hits[index] = append(hits[index], i)
			}
		})
	}
	return hits
}

// guarded says whether a guard stands after the first byte of text[start:end]
// or later, but not after its end.
func guarded(guards []int, start, end int) bool {
	i := sort.SearchInts(guards, start+1)
	return i < len(guards) && guards[i] <= end
}

// claim takes a token's bytes, unless they are taken, and the white space that
// it swallows. Looking at both ends is enough: what is taken in the middle is
// part of a token at least as long, which covers one of the ends.
func (s *special) claim(text string, owner []int32, start int) {
	end := start + len(s.text)
	if owner[start] != isText || owner[end-1] != isText {
		return
	}
	for i := start; i < end; i++ {
		owner[i] = isTaken
	}
	owner[start] = s.id
	for i := start - 1; s.lstrip && i >= 0 && owner[i] == isText && isBlank(text[i]); i-- {
		owner[i] = isTaken
	}
	for i := end; s.rstrip && i < len(text) && owner[i] == isText && isBlank(text[i]); i++ {
		owner[i] = isTaken
	}
}

// isBlank is C's isspace, by which llama.cpp strips.
func isBlank(b byte) bool { return b == ' ' || '\t' <= b && b <= '\r' }

// fragments reads off what cut noted.
func (x *specials) fragments(text string, owner []int32) (out []fragment) {
	for i := 0; i < len(text); {
		start := i
		switch owner[i] {
		case isTaken:
			i++
		case isText:
			for i < len(text) && owner[i] == isText {
				i++
			}
			out = append(out, fragment{text[start:i], -1})
		default:
			out = append(out, fragment{id: owner[i]})
			i++
		}
	}
	return out
}
