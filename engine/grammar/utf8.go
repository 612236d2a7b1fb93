package grammar

import (
	"encoding/binary"
	"unicode/utf8"
)

// bytesOf is a set of characters as an automaton over UTF-8: state 0 is behind a
// whole character, and sets that are spelled alike share states.
type bytesOf struct {
	states []span // by state: its first one; of state n they end where those of n+1 begin
	spans  []byteSpan
	known  map[string]int32
}

// span is where the spans of a state begin and end.
type span struct{ from, to int32 }

// byteSpan leads from a state to the next one by a byte from lo to hi.
type byteSpan struct {
	lo, hi byte
	next   int32
}

const whole = 0 // behind a character

func newBytesOf() *bytesOf {
	return &bytesOf{states: []span{{}}, known: map[string]int32{}}
}

// step follows a byte; -1: the characters have no such byte there.
func (b *bytesOf) step(state int32, c byte) int32 {
	s := b.states[state]
	for _, t := range b.spans[s.from:s.to] {
		if t.lo <= c && c <= t.hi {
			return t.next
		}
	}
	return -1
}

// add returns the state before a character of a tidy set.
func (b *bytesOf) add(set runes) int32 {
	var all []sequenceOf
	for _, r := range set {
		all = appendSequences(all, r.lo, r.hi)
	}
	return b.state(all, 0)
}

// sequenceOf is byte ranges that follow each other: all characters that are
// spelled with one of each.
type sequenceOf struct {
	lo, hi [4]byte
	n      int
}

// state is that of the sequences from byte depth on. Two of them have either the
// same range there or ranges apart from each other.
func (b *bytesOf) state(all []sequenceOf, depth int) int32 {
	var spans []byteSpan
	for i := 0; i < len(all); {
		first := all[i]
		end := i + 1
		for end < len(all) && all[end].lo[depth] == first.lo[depth] && all[end].n > depth+1 {
			end++
		}
		next := int32(whole)
		if first.n > depth+1 {
			next = b.state(all[i:end], depth+1)
		}
		spans = appendSpan(spans, byteSpan{first.lo[depth], first.hi[depth], next})
		i = end
	}
	key := make([]byte, 0, 6*len(spans))
	for _, s := range spans {
		key = binary.LittleEndian.AppendUint32(append(key, s.lo, s.hi), uint32(s.next))
	}
	if known, ok := b.known[string(key)]; ok {
		return known
	}
	from := int32(len(b.spans))
	b.spans = append(b.spans, spans...)
	b.states = append(b.states, span{from, int32(len(b.spans))})
	b.known[string(key)] = int32(len(b.states) - 1)
	return int32(len(b.states) - 1)
}

// appendSpan joins neighbours that lead to the same state.
func appendSpan(spans []byteSpan, s byteSpan) []byteSpan {
	if n := len(spans); n > 0 && spans[n-1].next == s.next && spans[n-1].hi+1 == s.lo {
		spans[n-1].hi = s.hi
		return spans
	}
	return append(spans, s)
}

// appendSequences cuts a range of characters where their spelling changes: at
// the lengths, and where a byte before the last would not have all that follow it.
func appendSequences(all []sequenceOf, lo, hi rune) []sequenceOf {
	for _, last := range []rune{0x7F, 0x7FF, 0xFFFF} {
		if lo <= last && last < hi {
			all = appendSequences(all, lo, last)
			return appendSequences(all, last+1, hi)
		}
	}
	for i := 1; i < utf8.RuneLen(hi); i++ {
		low := rune(1)<<(6*i) - 1 // the bits of the last i bytes
		if lo&^low == hi&^low {
			continue
		}
		if lo&low != 0 {
			all = appendSequences(all, lo, lo|low)
			return appendSequences(all, (lo|low)+1, hi)
		}
		if hi&low != low {
			all = appendSequences(all, lo, hi&^low-1)
			return appendSequences(all, hi&^low, hi)
		}
	}
	var s sequenceOf
	s.n = utf8.EncodeRune(s.lo[:], lo)
	utf8.EncodeRune(s.hi[:], hi)
	return append(all, s)
}
