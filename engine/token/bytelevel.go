package token

import (
	"fmt"
	"unicode/utf8"
)

// byteLevel is GPT-2's byte-pair encoding: a word's bytes are merged by a list
// of merges. Tokens are written with one character for each byte.
type byteLevel struct {
	*vocabulary
	alphabet alphabet
	single   byteIDs // the token of each byte
	start    byteIDs // the symbol that each byte has in merges
	merges   mergeList
	pre      preTokenizer
	whole    bool // a word that is a token is taken whole, whatever the merges say
	spelled  []byte
}

// alphabet is GPT-2's way of writing bytes as visible characters: the printable
// ones of Latin-1 stand for themselves, the other 68 are U+0100 and following.
type alphabet struct {
	char [256]rune
	byte [alphabetEnd]int16 // -1: not in the alphabet
}

const alphabetEnd = 0x100 + 68

func newAlphabet() (a alphabet) {
	for r := range a.byte {
		a.byte[r] = -1
	}
	next := rune(0x100)
	for b := range a.char {
		r := rune(b)
		printable := '!' <= r && r <= '~' || '¡' <= r && r <= '¬' || '®' <= r && r <= 'ÿ'
		if !printable {
			r = next
			next++
		}
		a.char[b] = r
		a.byte[r] = int16(b)
	}
	return a
}

func newByteLevel(v *vocabulary, c Config, pre preTokenizer) (m *byteLevel, warnings []string, err error) {
	m = &byteLevel{
		vocabulary: v,
		alphabet:   newAlphabet(),
		merges:     newMergeList(v, c.Merges),
		pre:        pre,
		whole:      choose(c.IgnoreMerges, pre.wholeWords),
	}
	missing := 0
	for b := range m.single {
		char := string(m.alphabet.char[b])
		m.start[b] = m.merges.symbol(char)
		id, ok := v.find(char)
		// An added token of one letter is that letter, not a byte.
		if !ok || v.kinds[id] == userDefined {
			id = -1
			if inUTF8(byte(b)) {
				missing++
			}
		}
		m.single[b] = id
	}
	if missing > 0 {
		warnings = append(warnings, fmt.Sprintf("the vocabulary lacks tokens for %d bytes: text that needs them is left out", missing))
	}
	return m, warnings, nil
}

// inUTF8 says whether a byte can occur in valid UTF-8 text. Vocabularies
// rarely have tokens for those that cannot.
func inUTF8(b byte) bool { return b < 0xC0 || 0xC2 <= b && b <= 0xF4 }

func (m *byteLevel) normalize(fragment string, _ bool) string { return fragment }

func (m *byteLevel) split(text string, emit func(word string)) { m.pre.split(text, emit) }

func (m *byteLevel) symbols(dst []symbol, word string) []symbol {
	if m.whole {
		if id, ok := m.wholeWord(word); ok {
			return append(dst, symbol{size: int32(len(word)), id: id})
		}
	}
	for i := range len(word) {
		dst = append(dst, symbol{start: int32(i), size: 1, id: m.start[word[i]]})
	}
	return dst
}

func (m *byteLevel) wholeWord(word string) (id int32, ok bool) {
	m.spelled = m.spelled[:0]
	for i := range len(word) {
		m.spelled = utf8.AppendRune(m.spelled, m.alphabet.char[word[i]])
	}
	id, ok = m.ids[string(m.spelled)]
	return id, ok && m.spellable(id)
}

func (m *byteLevel) join(_ string, left, right *symbol) (id int32, rank uint32, ok bool) {
	return m.merges.join(left.id, right.id)
}

func (m *byteLevel) spell(dst []int32, word string, s *symbol) []int32 {
	if s.size > 1 && int(s.id) < len(m.tokens) {
		return append(dst, s.id)
	}
	for i := range s.size {
		if id := m.single[word[s.start+i]]; id >= 0 {
			dst = append(dst, id)
		}
	}
	return dst
}

// bytes reads a token's characters back. A token with a character outside the
// alphabet was not written in it and stands for its own text.
func (m *byteLevel) bytes(id int32) []byte {
	text := m.tokens[id]
	if m.kinds[id] == byteValue {
		if b, ok := parseByte(text); ok {
			return []byte{b}
		}
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r >= alphabetEnd || m.alphabet.byte[r] < 0 {
			return []byte(text)
		}
		out = append(out, byte(m.alphabet.byte[r]))
	}
	return out
}
