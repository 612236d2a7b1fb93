package grammar

import (
	"bytes"
	"slices"
)

// Spelling is what a Vocabulary is made from: *token.Tokenizer.
type Spelling interface {
	Size() int
	// Spell is the bytes that a token adds to a reply, nothing for one that may
	// not stand in it. reopens says that a space at the beginning of the token
	// behind it is not shown.
	Spell(id int32) (text []byte, reopens bool)
	EndOfGeneration(id int32) bool
}

// Vocabulary is the tokens as a tree of their bytes, which are walked together:
// what does not fit is left with all that begins with it.
type Vocabulary struct {
	size    int
	texts   [][]byte // by id
	ends    []int32
	reopens map[int32]bool

	// The tree, each node before those below it.
	label []byte   // the byte that leads to the node
	depth []uint16 // bytes from the root, at least 1
	skip  []int32  // the first node that is not below it
	first []int32  // where its tokens begin in ids; they end where the next node's begin
	ids   []int32
	path  []*state // by depth: where a walk has come
}

// mostBytes is how long a token may be: no longer one is written.
const mostBytes = 1 << 14

// NewVocabulary sorts the tokens into the tree.
func NewVocabulary(s Spelling) *Vocabulary {
	v := &Vocabulary{size: s.Size(), texts: make([][]byte, s.Size()), reopens: map[int32]bool{}}
	var order []int32
	for id := range int32(v.size) {
		if s.EndOfGeneration(id) {
			v.ends = append(v.ends, id)
			continue
		}
		text, reopens := s.Spell(id)
		if len(text) == 0 || len(text) > mostBytes {
			continue
		}
		v.texts[id] = text
		if reopens {
			v.reopens[id] = true
		}
		order = append(order, id)
	}
	slices.SortFunc(order, func(a, b int32) int { return bytes.Compare(v.texts[a], v.texts[b]) })
	v.plant(order)
	return v
}

// plant builds the tree from tokens in the order of their bytes.
func (v *Vocabulary) plant(order []int32) {
	var open []int32 // nodes on the way to the last one
	close := func(depth int) {
		for len(open) > depth {
			v.skip[open[len(open)-1]] = int32(len(v.label))
			open = open[:len(open)-1]
		}
	}
	var last []byte
	for _, id := range order {
		text := v.texts[id]
		close(commonPrefix(last, text))
		for depth := len(open); depth < len(text); depth++ {
			open = append(open, int32(len(v.label)))
			v.label = append(v.label, text[depth])
			v.depth = append(v.depth, uint16(depth+1))
			v.skip = append(v.skip, 0)
			v.first = append(v.first, int32(len(v.ids)))
			v.path = slices.Grow(v.path, depth+2)[:max(len(v.path), depth+2)]
		}
		v.ids = append(v.ids, id)
		last = text
	}
	close(0)
	v.first = append(v.first, int32(len(v.ids)))
}

func commonPrefix(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// words is how many words a set of tokens takes.
func (v *Vocabulary) words() int { return (v.size + 63) / 64 }

// allowed is the set of tokens whose bytes lead on from s.
func (v *Vocabulary) allowed(a *automaton, s *state) []uint64 {
	set := make([]uint64, v.words())
	if len(v.path) == 0 {
		return set
	}
	v.path[0] = s
	for i, n := int32(0), int32(len(v.label)); i < n; {
		d := v.depth[i]
		next := a.step(v.path[d-1], v.label[i])
		if next == dead {
			i = v.skip[i]
			continue
		}
		v.path[d] = next
		for _, id := range v.ids[v.first[i]:v.first[i+1]] {
			set[id>>6] |= 1 << (id & 63)
		}
		if i++; a.work > mostWork {
			a.fail(errWork)
			break
		}
	}
	return set
}

// allowedFirst is allowed where a space at a token's beginning is not shown. A
// token that is nothing else changes only that.
func (v *Vocabulary) allowedFirst(a *automaton, s *state) []uint64 {
	set := make([]uint64, v.words())
	for id, text := range v.texts {
		if len(text) == 0 || len(s.items) == 0 {
			continue
		}
		if a.read(s, string(bytes.TrimPrefix(text, []byte(" ")))) != dead {
			set[id>>6] |= 1 << (id & 63)
		}
		if a.work > mostWork {
			a.fail(errWork)
			break
		}
	}
	return set
}
