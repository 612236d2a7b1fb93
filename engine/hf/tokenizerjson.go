package hf

import (
	"encoding/json"
	"fmt"
	"strings"
)

// tokenizerJSON is a tokenizer.json, as far as it is of use here. Steps of many
// kinds share one struct; each kind fills the fields that it has.
type tokenizerJSON struct {
	Model struct {
		Type         string     `json:"type"`
		Vocab        vocabulary `json:"vocab"`
		Merges       mergeList  `json:"merges"`
		UnkToken     *string    `json:"unk_token"`
		ByteFallback bool       `json:"byte_fallback"`
		IgnoreMerges bool       `json:"ignore_merges"`
	} `json:"model"`
	AddedTokens   []addedToken `json:"added_tokens"`
	Normalizer    *step        `json:"normalizer"`
	PreTokenizer  *step        `json:"pre_tokenizer"`
	PostProcessor *step        `json:"post_processor"`
	Decoder       *step        `json:"decoder"`
}

// step is a normalizer, pre-tokenizer, post-processor or decoder.
type step struct {
	Type string `json:"type"`

	// Of a Sequence, by what it is a sequence of.
	Normalizers   []step `json:"normalizers"`
	PreTokenizers []step `json:"pretokenizers"`
	Processors    []step `json:"processors"`

	Prepend string         `json:"prepend"` // Prepend
	Pattern *pattern       `json:"pattern"` // Split, Replace
	Content string         `json:"content"` // Replace
	Invert  bool           `json:"invert"`  // Split
	How     behavior       `json:"behavior"`
	Regex   *bool          `json:"use_regex"`         // ByteLevel; nil: true
	Space   *bool          `json:"add_prefix_space"`  // ByteLevel, Metaspace; nil: true
	Scheme  string         `json:"prepend_scheme"`    // Metaspace: "always", "first", "never"
	Single  []templatePart `json:"single"`            // TemplateProcessing
	Digits  bool           `json:"individual_digits"` // Digits
}

type pattern struct {
	Regex  *string `json:"Regex"`
	String *string `json:"String"`
}

// behavior is a string where it is a Split's.
type behavior string

type templatePart struct {
	SpecialToken *struct {
		ID string `json:"id"`
	} `json:"SpecialToken"`
}

type addedToken struct {
	ID      int32  `json:"id"`
	Content string `json:"content"`
	Special bool   `json:"special"`
	LStrip  bool   `json:"lstrip"`
	RStrip  bool   `json:"rstrip"`
}

// vocabulary is from text to id. Models that are not BPE have lists in its place,
// which are passed over so that the model can be refused by its name.
type vocabulary map[string]int32

func (v *vocabulary) UnmarshalJSON(b []byte) error {
	if b[0] == '[' {
		return nil
	}
	return json.Unmarshal(b, (*map[string]int32)(v))
}

// mergeList reads both forms of merges, "a b" and ["a", "b"]. The latter may have
// spaces within a part, which GGUF cannot say; in a byte-level vocabulary, the
// only kind where they occur, a space is written Ġ.
type mergeList []string

func (l *mergeList) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, (*[]string)(l)) == nil {
		return nil
	}
	var pairs [][]string
	if err := json.Unmarshal(b, &pairs); err != nil {
		return fmt.Errorf("model.merges is neither a list of strings nor of pairs")
	}
	*l = make([]string, len(pairs))
	for i, p := range pairs {
		if len(p) != 2 {
			return fmt.Errorf("model.merges[%d] has %d parts, not 2", i, len(p))
		}
		(*l)[i] = strings.ReplaceAll(p[0], " ", "Ġ") + " " + strings.ReplaceAll(p[1], " ", "Ġ")
	}
	return nil
}

// parseTokenizerJSON reads a tokenizer.json. Errors do not name the file.
func parseTokenizerJSON(b []byte) (*tokenizerJSON, error) {
	t := &tokenizerJSON{}
	if err := json.Unmarshal(b, t); err != nil {
		return nil, err
	}
	m := &t.Model
	switch {
	case m.Type != "BPE" && !(m.Type == "" && len(m.Merges) > 0): // the oldest name no type
		return nil, fmt.Errorf("model.type is %.80q, but only BPE is supported", m.Type)
	case !t.byteLevel() && !t.spaces():
		return nil, fmt.Errorf("neither pre_tokenizer is byte-level nor does a normalizer write spaces as ▁: this kind of vocabulary is not supported")
	case len(m.Vocab) == 0:
		return nil, fmt.Errorf("model.vocab is empty")
	case len(m.Vocab) > maxTokens:
		return nil, fmt.Errorf("model.vocab has %d tokens, more than %d", len(m.Vocab), maxTokens)
	}
	return t, t.checkTokens()
}

func (t *tokenizerJSON) checkTokens() error {
	owner := make(map[int32]string, len(t.Model.Vocab))
	for text, id := range t.Model.Vocab {
		if id < 0 || id >= maxTokens {
			return fmt.Errorf("model.vocab[%.80q] is %d, which is no id", text, id)
		}
		if len(text) > maxTokenText {
			return fmt.Errorf("model.vocab has a token of %d bytes", len(text))
		}
		if other, taken := owner[id]; taken {
			first, second := min(text, other), max(text, other)
			return fmt.Errorf("model.vocab gives the id %d to both %.80q and %.80q", id, first, second)
		}
		owner[id] = text
	}
	for i, a := range t.AddedTokens {
		if a.ID < 0 || a.ID >= maxTokens || len(a.Content) > maxTokenText {
			return fmt.Errorf("added_tokens[%d] has an id or a content that cannot be", i)
		}
	}
	for i, m := range t.Model.Merges {
		if left, right, ok := strings.Cut(m, " "); !ok || left == "" || right == "" || len(m) > 2*maxTokenText {
			return fmt.Errorf("model.merges[%d] is %.80q, not two parts separated by a space", i, m)
		}
	}
	return nil
}
