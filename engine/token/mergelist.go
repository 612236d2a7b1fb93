package token

// mergeList is an ordered list of merges: which two symbols become which
// third, and which merge comes first. Symbols are token ids; texts that occur
// in merges but are no tokens have ids from the size of the vocabulary on.
type mergeList struct {
	v     *vocabulary
	pairs map[uint64]merged // left<<32 | right
	extra map[string]int32  // the ids of texts that are no tokens
}

type merged struct {
	id   int32
	rank uint32 // position in the list
}

// newMergeList reads the merges of a vocabulary. Of a merge that occurs twice
// the first counts, which is why it reads backwards.
func newMergeList(v *vocabulary, merges []string) mergeList {
	l := mergeList{v, make(map[uint64]merged, len(merges)), map[string]int32{}}
	var whole []byte
	id := int32(len(v.tokens))
	for rank := len(merges) - 1; rank >= 0; rank-- {
		left, right := cutMerge(merges[rank])
		whole = append(append(whole[:0], left...), right...)
		id = l.result(whole, id-1)
		l.pairs[pairKey(l.intern(left), l.intern(right))] = merged{id, uint32(rank)}
	}
	return l
}

// result returns the symbol that a merge forms. Vocabularies list tokens in the
// order of their merges, so a guess saves most of the look-ups.
func (l mergeList) result(whole []byte, guess int32) int32 {
	if l.v.valid(guess) && l.v.tokens[guess] == string(whole) && l.v.spellable(guess) {
		return guess
	}
	if id, ok := l.v.ids[string(whole)]; ok && l.v.spellable(id) {
		return id
	}
	return l.intern(string(whole))
}

// intern returns the symbol of a text, a new one if need be.
func (l mergeList) intern(text string) int32 {
	if id := l.symbol(text); id >= 0 {
		return id
	}
	id := int32(len(l.v.tokens) + len(l.extra))
	l.extra[text] = id
	return id
}

// symbol returns the symbol of a text, -1 if it is no token and occurs in no
// merge.
func (l mergeList) symbol(text string) int32 {
	if id, ok := l.v.find(text); ok {
		return id
	}
	if id, ok := l.extra[text]; ok {
		return id
	}
	return -1
}

func pairKey(left, right int32) uint64 { return uint64(uint32(left))<<32 | uint64(uint32(right)) }

// join looks two neighbours up.
func (l mergeList) join(left, right int32) (id int32, rank uint32, ok bool) {
	m, ok := l.pairs[pairKey(left, right)]
	return m.id, m.rank, ok
}
