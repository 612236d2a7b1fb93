package token

import (
	"fmt"
	"strconv"
	"strings"
)

// kind is a token's type, with the numbers of GGUF's token_type.
type kind uint8

const (
	undefined   kind = iota // treated as normal
	normal                  // a piece of text
	unknown                 // stands for what the vocabulary cannot spell
	control                 // marks structure; never comes out of plain text
	userDefined             // matched in text before anything else, as it stands
	unused                  // takes part in merges but is never given out
	byteValue               // one byte, written <0x0A>
)

// space is how SentencePiece writes a space (U+2581).
const space = "▁"

// vocabulary is the list of tokens and the way back from text to id.
type vocabulary struct {
	tokens []string
	kinds  []kind
	ids    map[string]int32 // the first id of each text
	spm    bool
}

func newVocabulary(c Config) vocabulary {
	v := vocabulary{
		tokens: c.Tokens,
		kinds:  make([]kind, len(c.Tokens)),
		ids:    make(map[string]int32, len(c.Tokens)),
		spm:    c.Model == SentencePiece,
	}
	for id := len(c.Tokens) - 1; id >= 0; id-- {
		v.ids[c.Tokens[id]] = int32(id)
		v.kinds[id] = normal
		if len(c.Types) > 0 && c.Types[id] != int32(undefined) {
			v.kinds[id] = kind(c.Types[id])
		}
	}
	delete(v.ids, "")
	return v
}

// repairTypes sets right the types that are missing or known to be wrong in
// circulating files, and returns what it found.
func (v *vocabulary) repairTypes(c Config) (warnings []string) {
	if len(c.Types) == 0 {
		v.inferTypes(c)
	}
	named := map[int32]bool{}
	for _, id := range []int32{c.BOS, c.EOS, c.EOT, c.EOM} {
		named[id] = true
	}
	for id, k := range v.kinds {
		text := v.tokens[id]
		// A plain token may well be an end of text by mistake (a comma); a
		// name like <|im_end|> or an added token may not.
		if k == userDefined && named[int32(id)] || (k == userDefined || k == normal) && endName(text) == surely {
			v.kinds[id] = control
			warnings = append(warnings, fmt.Sprintf("token %d %.80q is marked as plain text: it is treated as a control token", id, text))
		}
	}
	switch n := len(v.tokens) - len(v.ids); {
	case n == 1:
		warnings = append(warnings, "1 token of the vocabulary is empty or repeats another one: it never comes out of text")
	case n > 1:
		warnings = append(warnings, fmt.Sprintf("%d tokens of the vocabulary are empty or repeat another one: they never come out of text", n))
	}
	return warnings
}

// inferTypes stands in for the types of vocabularies that state none.
func (v *vocabulary) inferTypes(c Config) {
	for id, text := range v.tokens {
		if _, ok := parseByte(text); ok && v.spm {
			v.kinds[id] = byteValue
		}
	}
	for _, id := range []int32{c.BOS, c.EOS, c.EOT, c.EOM, c.PAD} {
		if id >= 0 {
			v.kinds[id] = control
		}
	}
	if c.UNK >= 0 && v.kinds[c.UNK] == normal {
		v.kinds[c.UNK] = unknown
	}
}

// parseByte reads the text of a byte token, <0x0A>.
func parseByte(text string) (b byte, ok bool) {
	if len(text) != 6 || text[:3] != "<0x" || text[5] != '>' {
		return 0, false
	}
	n, err := strconv.ParseUint(text[3:5], 16, 8)
	return byte(n), err == nil
}

func (v *vocabulary) valid(id int32) bool { return id >= 0 && int(id) < len(v.tokens) }

// spellable says whether plain text may become this token by merging. Control
// tokens may not, however their parts are spelled, and byte tokens stand for
// their byte, not for the six characters that name it.
func (v *vocabulary) spellable(id int32) bool {
	switch v.kinds[id] {
	case normal, userDefined, unused:
		return true
	}
	return false
}

// find returns the token that a piece of plain text is spelled with.
func (v *vocabulary) find(text string) (id int32, ok bool) {
	id, ok = v.ids[text]
	return id, ok && v.spellable(id)
}

// literal returns the text that a special token is matched by. SentencePiece
// models match theirs after spaces became ▁, we match before.
func (v *vocabulary) literal(id int32) string {
	text := v.tokens[id]
	if v.spm && v.kinds[id] == userDefined {
		return strings.ReplaceAll(text, space, " ")
	}
	return text
}
