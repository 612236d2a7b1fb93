package hf

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
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
			return fmt.Errorf("the added token %.80q has the id %d, which cannot be", short([]byte(a.Content)), id)
		}
	}
	return settings.err()
}

func (t *tokenizer) warn(format string, args ...any) {
	t.warnings = append(t.warnings, fmt.Sprintf(format, args...))
}
