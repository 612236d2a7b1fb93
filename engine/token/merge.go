package token

import "strings"

// symbol is a part of a word while it is being merged: one or more characters,
// in a list linked by position in the merger's slice.
type symbol struct {
	prev, next  int32 // -1: none
	start, size int32 // bytes of the word; size 0: merged into its left neighbour
	id          int32 // -1: not known to be a token
}

// pair is two neighbours that may be merged. It is out of date when either
// has meanwhile been merged with something else.
type pair struct {
	key  uint64 // rank<<32 | position of the left one: what is merged first is least
	size int32  // bytes of both when the pair was seen
	id   int32  // what they form
}

// The cache of words: big enough for the vocabulary of a long document, small
// enough to forget (4 MB with words of 32 bytes).
const (
	cachedWords    = 1 << 15
	cachedWordSize = 64 // bytes
)

// merger encodes words: it merges the pair of neighbours that ranks first,
// the leftmost of equals, until no two neighbours form a token. n characters
// take O(n log n). What it allocates is kept for the next word.
type merger struct {
	model   model
	symbols []symbol
	pairs   []pair // a binary heap
	words   map[string][]int32
}

func newMerger(m model) merger {
	return merger{model: m, words: map[string][]int32{}}
}

// encode appends the ids of a word.
func (m *merger) encode(dst []int32, word string) []int32 {
	if len(word) > cachedWordSize {
		return m.merge(dst, word)
	}
	if ids, ok := m.words[word]; ok {
		return append(dst, ids...)
	}
	from := len(dst)
	dst = m.merge(dst, word)
	if len(m.words) >= cachedWords {
		clear(m.words)
	}
	// The clone keeps the cache from holding on to the whole text.
	m.words[strings.Clone(word)] = append([]int32(nil), dst[from:]...)
	return dst
}

// merge appends the ids of a word that is not cached.
func (m *merger) merge(dst []int32, word string) []int32 {
	m.symbols = m.model.symbols(m.symbols[:0], word)
	m.pairs = m.pairs[:0]
	for i := range m.symbols {
		s := &m.symbols[i]
		s.prev, s.next = int32(i)-1, int32(i)+1
	}
	if n := len(m.symbols); n > 0 {
		m.symbols[n-1].next = -1
	}
	for i := 1; i < len(m.symbols); i++ {
		m.consider(word, int32(i-1), int32(i))
	}
	for len(m.pairs) > 0 {
		m.apply(word, m.pop())
	}
	for i := range m.symbols {
		if s := &m.symbols[i]; s.size > 0 {
			dst = m.model.spell(dst, word, s)
		}
	}
	return dst
}

// apply merges a pair unless it is out of date. A part never shrinks except
// to nothing, so the sum of the sizes tells.
func (m *merger) apply(word string, p pair) {
	at := int32(uint32(p.key))
	left := &m.symbols[at]
	if left.size == 0 || left.next < 0 {
		return
	}
	right := &m.symbols[left.next]
	if left.size+right.size != p.size {
		return
	}
	left.size, left.id, left.next = p.size, p.id, right.next
	right.size = 0
	if right.next >= 0 {
		m.symbols[right.next].prev = at
		m.consider(word, at, right.next)
	}
	if left.prev >= 0 {
		m.consider(word, left.prev, at)
	}
}

// consider adds a pair of neighbours if they form a token.
func (m *merger) consider(word string, left, right int32) {
	l, r := &m.symbols[left], &m.symbols[right]
	if id, rank, ok := m.model.join(word, l, r); ok {
		m.push(pair{uint64(rank)<<32 | uint64(left), l.size + r.size, id})
	}
}

func (m *merger) push(p pair) {
	m.pairs = append(m.pairs, p)
	i := len(m.pairs) - 1
	for i > 0 {
		up := (i - 1) / 2
		if m.pairs[up].key <= p.key {
			break
		}
		m.pairs[i] = m.pairs[up]
		i = up
	}
	m.pairs[i] = p
}

func (m *merger) pop() pair {
	top := m.pairs[0]
	n := len(m.pairs) - 1
	last := m.pairs[n]
	m.pairs = m.pairs[:n]
	i := 0
	for {
		down := 2*i + 1
		if down >= n {
			break
		}
		if down+1 < n && m.pairs[down+1].key < m.pairs[down].key {
			down++
		}
		if m.pairs[down].key >= last.key {
			break
		}
		m.pairs[i] = m.pairs[down]
		i = down
	}
	if n > 0 {
		m.pairs[i] = last
	}
	return top
}
