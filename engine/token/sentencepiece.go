package token

import (
	"math"
	"strings"
	"unicode/utf8"
)

// sentencePiece is the byte-pair encoding of SentencePiece: any two
// neighbouring parts whose text is a token may be merged, the one with the
// highest score first.
type sentencePiece struct {
	*vocabulary
	scores []float32 // by id; empty: the list of merges decides, or else the id
	merges mergeList // used if byMerge

	byMerge bool
	prefix  bool      // a space is put before text that starts a fragment
	cut     bool      // no token has a space after other text, so words are independent
	single  byteIDs   // the tokens of single bytes
	unk     int32     // -1: none
	undone  undoTable // how unused tokens came about
}

// byteIDs holds the token of each byte, -1 where there is none.
type byteIDs [256]int32

// undoTable tells the size of the left part of each unused token's text.
type undoTable map[string]int32

func newSentencePiece(v *vocabulary, c Config) (m *sentencePiece, warnings []string) {
	m = &sentencePiece{vocabulary: v, unk: c.UNK, prefix: choose(c.AddSpacePrefix, true), undone: undoTable{}}
	for b := range m.single {
		m.single[b] = -1
	}
	missing := 256
	for id, k := range v.kinds {
		if b, ok := parseByte(v.tokens[id]); ok && k == byteValue {
			m.single[b] = int32(id)
			missing--
		}
	}
	if missing > 0 && m.unk < 0 {
		warnings = append(warnings, "the vocabulary has neither a token for each byte nor one for the unknown: characters that it lacks are left out")
	}
	m.cut = m.wordsIndependent()
	return m, append(warnings, m.chooseOrder(c)...)
}

// chooseOrder decides what ranks merges. Files converted from a
// tokenizer.json have no scores, or all of them 0, and may have merges.
func (m *sentencePiece) chooseOrder(c Config) (warnings []string) {
	for _, s := range c.Scores {
		if s != 0 {
			m.scores = c.Scores
			return nil
		}
	}
	if len(c.Merges) > 0 {
		m.byMerge, m.merges = true, newMergeList(m.vocabulary, c.Merges)
		return nil
	}
	return []string{"the vocabulary has no scores and no merges: tokens are merged in the order of their ids"}
}

// wordsIndependent says whether a space occurs in tokens only at the start.
// Then no merge goes from one word into the next, and words can be encoded
// one by one, and be cached, with the same result as the whole text.
func (m *sentencePiece) wordsIndependent() bool {
	for id, text := range m.tokens {
		if m.spellable(int32(id)) && strings.Contains(strings.TrimLeft(text, space), space) {
			return false
		}
	}
	return true
}

func (m *sentencePiece) normalize(fragment string, first bool) string {
	if first && m.prefix {
		fragment = " " + fragment
	}
	return strings.ReplaceAll(fragment, " ", space)
}

func (m *sentencePiece) split(text string, emit func(word string)) {
	start := 0
	for m.cut {
		body := start + spaces(text[start:])
		next := strings.Index(text[body:], space)
		if next < 0 {
			break
		}
		emit(text[start : body+next])
		start = body + next
	}
	if start < len(text) {
		emit(text[start:])
	}
}

// spaces returns how many bytes of ▁ a text starts with.
func spaces(text string) int {
	n := 0
	for strings.HasPrefix(text[n:], space) {
		n += len(space)
	}
	return n
}

func (m *sentencePiece) symbols(dst []symbol, word string) []symbol {
	clear(m.undone)
	for i := 0; i < len(word); {
		_, n := utf8.DecodeRuneInString(word[i:])
		id := m.symbol(word[i : i+n])
		dst = append(dst, symbol{start: int32(i), size: int32(n), id: id})
		i += n
	}
	return dst
}

// symbol returns the id that a character is merged by, -1 if it has none.
func (m *sentencePiece) symbol(char string) int32 {
	if m.byMerge {
		return m.merges.symbol(char)
	}
	if id, ok := m.find(char); ok {
		return id
	}
	return -1
}

func (m *sentencePiece) join(word string, left, right *symbol) (id int32, rank uint32, ok bool) {
	if m.byMerge {
		return m.merges.join(left.id, right.id)
	}
	text := word[left.start : right.start+right.size]
	id, ok = m.find(text)
	if !ok {
		return 0, 0, false
	}
	if m.kinds[id] == unused {
		m.undone[text] = left.size
	}
	if len(m.scores) == 0 {
		return id, uint32(id), true
	}
	return id, scoreRank(m.scores[id]), true
}

// scoreRank maps scores to ranks such that a higher score has a lower rank:
// the bits of a float32 order like an integer once those of the negative ones
// are flipped.
func scoreRank(score float32) uint32 {
	bits := math.Float32bits(score + 0) // + 0 makes −0 and 0 the same
	if bits>>31 == 1 {
		return bits
	}
	return math.MaxUint32>>1 - bits
}

func (m *sentencePiece) spell(dst []int32, word string, s *symbol) []int32 {
	text := word[s.start : s.start+s.size]
	if s.id >= 0 && int(s.id) < len(m.tokens) {
		return m.resegment(dst, text, s.id)
	}
	return m.spellBytes(dst, text)
}

// resegment appends a token, or in place of an unused one the parts that it
// was merged from.
func (m *sentencePiece) resegment(dst []int32, text string, id int32) []int32 {
	left, ok := m.undone[text]
	if m.kinds[id] != unused || !ok {
		return append(dst, id)
	}
	for _, part := range []string{text[:left], text[left:]} {
		if id, ok := m.find(part); ok {
			dst = m.resegment(dst, part, id)
		} else {
			dst = m.spellBytes(dst, part)
		}
	}
	return dst
}

// spellBytes appends the byte tokens of a text that is no token, or one
// unknown token for it and for what is unknown before it.
func (m *sentencePiece) spellBytes(dst []int32, text string) []int32 {
	from := len(dst)
	for i := range len(text) {
		id := m.single[text[i]]
		if id < 0 {
			return m.spellUnknown(dst[:from])
		}
		dst = append(dst, id)
	}
	return dst
}

func (m *sentencePiece) spellUnknown(dst []int32) []int32 {
	if m.unk < 0 || len(dst) > 0 && dst[len(dst)-1] == m.unk {
		return dst
	}
	return append(dst, m.unk)
}

func (m *sentencePiece) bytes(id int32) []byte {
	text := m.tokens[id]
	if m.kinds[id] == byteValue {
		if b, ok := parseByte(text); ok {
			return []byte{b}
		}
	}
	return []byte(strings.ReplaceAll(text, space, " "))
}
