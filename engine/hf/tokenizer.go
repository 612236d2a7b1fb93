package hf

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"beyonder/engine/token"
)

const (
	maxTokens    = 1 << 22
	maxTokenText = 1 << 16 // bytes
)

// tokenizer is a folder's vocabulary in GGUF's terms.
type tokenizer struct {
	kind   string // token.SentencePiece or token.ByteLevel; "": the folder has none
	pre    string
	tokens []string
	scores []float32
	types  []int32
	merges []string

	ids         map[string]int32 // of the special tokens: "bos", "eos", "unknown", "padding"; absent: none
	ends        []int32          // all that end a reply
	addBOS      *bool
	addEOS      *bool
	spacePrefix *bool

	templates []template
	spelling  Spelling
	warnings  []string

	from  *tokenizerJSON // nil: there is none
	byID  map[int32]addedToken
	texts map[string]int32
}

// readTokenizer reads whichever of the usual files a folder has. A byte-level
// vocabulary is in tokenizer.json. One in SentencePiece's manner is rather taken
// from tokenizer.model, which has the scores; tokenizer.json, made from it, tells
// the tokens added later.
func readTokenizer(files *files, c config) (*tokenizer, error) {
	t := &tokenizer{ids: map[string]int32{}, byID: map[int32]addedToken{}, texts: map[string]int32{}}
	settings, err := files.object("tokenizer_config.json")
	if err != nil {
		return nil, err
	}
	if err := t.readJSON(files); err != nil {
		return nil, err
	}
	var model *sentencePiece
	if t.from == nil || !t.from.byteLevel() {
		if model, err = readModel(files); err != nil {
			return nil, err
		}
	}
	if model == nil && t.from == nil {
		return t, nil
	}
	if err := t.readAdded(files, settings); err != nil {
		return nil, err
	}
	if model != nil {
		t.fromModel(model, c.vocabulary)
	} else {
		t.fromJSON(c.vocabulary)
	}
	t.index()
	if err := t.readSpecial(files, settings, c); err != nil {
		return nil, err
	}
	t.decide(settings)
	if t.templates, err = readTemplates(files, settings); err != nil {
		return nil, err
	}
	return t, settings.err()
}

func (t *tokenizer) readJSON(files *files) error {
	text, err := files.read("tokenizer.json", maxTokenizer)
	if err != nil || text == nil {
		return err
	}
	if t.from, err = parseTokenizerJSON(text); err != nil {
		return fmt.Errorf("tokenizer.json: %w", err)
	}
	return nil
}

// tiktoken is the beginning of a file of another kind that some folders call
// tokenizer.model: base64, a space, a rank.
var tiktoken = regexp.MustCompile(`^[A-Za-z0-9+/]+=* [0-9]+\r?\n`)

func readModel(files *files) (*sentencePiece, error) {
	b, err := files.read("tokenizer.model", maxTokenizer)
	if err != nil || b == nil {
		return nil, err
	}
	if tiktoken.Match(b[:min(len(b), 4096)]) {
		return nil, nil
	}
	m, err := parseSentencePiece(b)
	if err != nil {
		return nil, fmt.Errorf("tokenizer.model: %w", err)
	}
	return m, nil
}

// readAdded collects the tokens that were added to the vocabulary. They are told
// in three places; the later ones know more of a token.
func (t *tokenizer) readAdded(files *files, settings *object) error {
	text, err := files.read("added_tokens.json", maxConfig)
	if err != nil {
		return err
	}
	var ids map[string]int32
	if text != nil {
		if err := json.Unmarshal(text, &ids); err != nil {
			return fmt.Errorf("added_tokens.json: %w", err)
		}
	}
	for content, id := range ids {
		t.byID[id] = addedToken{ID: id, Content: content}
	}
	if t.from != nil {
		for _, a := range t.from.AddedTokens {
			t.byID[a.ID] = a
		}
	}
	decoder := settings.object("added_tokens_decoder")
	if decoder != nil {
		for key, raw := range decoder.values {
			id, err := strconv.ParseInt(key, 10, 32)
			a := addedToken{}
			if err != nil || json.Unmarshal(raw, &a) != nil {
				decoder.fail(key, "is no added token")
				return decoder.err()
			}
			a.ID = int32(id)
			t.byID[a.ID] = a
		}
	}
	for id, a := range t.byID {
		if id < 0 || id >= maxTokens || len(a.Content) > maxTokenText {
			return fmt.Errorf("the added token %q has the id %d, which cannot be", short([]byte(a.Content)), id)
		}
	}
	return settings.err()
}

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
	if odd := t.from.oddNormalizers(); len(odd) > 0 {
		t.warn("tokenizer.json: normalizer rewrites text before it is read (%s), which is not done here", quoted(odd))
	}
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
	for id, a := range t.byID {
		if int(id) < len(t.tokens) {
			t.texts[a.Content] = id
		}
	}
}

func (t *tokenizer) warn(format string, args ...any) {
	t.warnings = append(t.warnings, fmt.Sprintf(format, args...))
}
