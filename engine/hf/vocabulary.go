package hf

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"beyonder/engine/token"
)

// fromModel takes the pieces of a tokenizer.model.
func (t *tokenizer) fromModel(m *sentencePiece, rows int) {
	t.kind = token.SentencePiece
	t.room(rows)
	for id, p := range m.pieces {
		t.put(int32(id), p.text, p.kind, p.score)
	}
	for name, id := range map[string]int32{"unknown": m.unk, "bos": m.bos, "eos": m.eos, "padding": m.pad} {
		if id >= 0 && int(id) < min(rows, len(m.pieces)) {
			t.ids[name] = id
		}
	}
	t.spacePrefix = &m.dummyPrefix
	if m.charsmap {
		t.warn("tokenizer.model rewrites text before it is read (%s), which is not done here", m.normalizer)
	}
	if m.extraSpaces {
		t.warn("tokenizer.model makes one space of several, which is not done here")
	}
	t.putAdded(rows)
}

// fromJSON takes the vocabulary of a tokenizer.json.
func (t *tokenizer) fromJSON(rows int) {
	m := &t.from.Model
	t.kind = token.SentencePiece
	if t.from.byteLevel() {
		t.kind = token.ByteLevel
		var warnings []string
		t.pre, warnings = t.from.pre()
		t.warnings = append(t.warnings, warnings...)
		t.spelling.IgnoreMerges = &m.IgnoreMerges
	} else {
		prefix := t.from.spacePrefix()
		t.spacePrefix = &prefix
		t.spelling.ByMerges = true
	}
	t.warnings = append(t.warnings, t.from.notDone()...)
	t.room(rows)
	for text, id := range m.Vocab {
		t.put(id, text, t.from.kindOf(text, t.kind), 0)
	}
	if m.UnkToken != nil {
		if id, ok := m.Vocab[*m.UnkToken]; ok && int(id) < rows {
			t.ids["unknown"] = id
		}
	}
	t.putAdded(rows)
	t.merges = m.Merges
	if t.kind == token.SentencePiece {
		t.scores = t.from.scores(t.tokens)
	} else {
		t.scores = nil
	}
}

var byteName = regexp.MustCompile(`^<0x[0-9A-Fa-f]{2}>$`)

func (t *tokenizerJSON) kindOf(text, kind string) int32 {
	switch {
	case t.Model.UnkToken != nil && text == *t.Model.UnkToken:
		return unknown
	case kind == token.SentencePiece && t.Model.ByteFallback && byteName.MatchString(text):
		return byteValue
	}
	return normal
}

// room makes a token for each row of the embeddings. Rows that no token is named
// for are padding: they never come out of text.
func (t *tokenizer) room(rows int) {
	t.tokens, t.types, t.scores = make([]string, rows), make([]int32, rows), make([]float32, rows)
	for id := range t.tokens {
		t.put(int32(id), fmt.Sprintf("[PAD%d]", id), unused, -1000)
	}
}

// put names a token. Those that the model has no embeddings for are dropped; put
// returns false.
func (t *tokenizer) put(id int32, text string, kind int32, score float32) bool {
	if int(id) >= len(t.tokens) {
		return false
	}
	t.tokens[id], t.types[id], t.scores[id] = text, kind, score
	return true
}

func (t *tokenizer) putAdded(rows int) {
	var dropped []string
	for _, id := range slices.Sorted(maps.Keys(t.byID)) {
		a := t.byID[id]
		kind := userDefined
		if a.Special {
			kind = control
		}
		if int(id) < rows && t.types[id] == unknown && t.tokens[id] == a.Content {
			kind = unknown
		}
		if !t.put(id, a.Content, kind, -1000) {
			dropped = append(dropped, a.Content)
			continue
		}
		if a.LStrip {
			t.spelling.LStrip = append(t.spelling.LStrip, id)
		}
		if a.RStrip {
			t.spelling.RStrip = append(t.spelling.RStrip, id)
		}
	}
	if len(dropped) > 0 {
		t.warn("the model has no embeddings for %d tokens that were added, %s the first: they are left out", len(dropped), quoted(dropped[:1]))
	}
}

// index finds tokens by their text; added ones before others, then the first.
func (t *tokenizer) index() {
	for id := len(t.tokens) - 1; id >= 0; id-- {
		t.texts[t.tokens[id]] = int32(id)
	}
	added := slices.Sorted(maps.Keys(t.byID))
	for _, id := range slices.Backward(added) {
		if int(id) < len(t.tokens) {
			t.texts[t.byID[id].Content] = id
		}
	}
}
