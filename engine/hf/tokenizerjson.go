package hf

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"beyonder/engine/token"
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
		return nil, fmt.Errorf("model.type is %q, but only BPE is supported", m.Type)
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
			return fmt.Errorf("model.vocab[%q] is %d, which is no id", text, id)
		}
		if len(text) > maxTokenText {
			return fmt.Errorf("model.vocab has a token of %d bytes", len(text))
		}
		if other, taken := owner[id]; taken {
			first, second := min(text, other), max(text, other)
			return fmt.Errorf("model.vocab gives the id %d to both %q and %q", id, first, second)
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
			return fmt.Errorf("model.merges[%d] is %q, not two parts separated by a space", i, m)
		}
	}
	return nil
}

// flatten takes sequences apart.
func flatten(s *step) []step {
	if s == nil {
		return nil
	}
	if s.Type != "Sequence" {
		return []step{*s}
	}
	var all []step
	for _, list := range [][]step{s.Normalizers, s.PreTokenizers, s.Processors} {
		for i := range list {
			all = append(all, flatten(&list[i])...)
		}
	}
	return all
}

// byteLevel tells a byte-level vocabulary from one in SentencePiece's manner.
func (t *tokenizerJSON) byteLevel() bool {
	isByteLevel := func(s step) bool { return s.Type == "ByteLevel" }
	return slices.ContainsFunc(flatten(t.PreTokenizer), isByteLevel) || slices.ContainsFunc(flatten(t.Decoder), isByteLevel)
}

// gpt2Words is what the step ByteLevel cuts with unless use_regex is false.
const gpt2Words = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

// expressions are those that a byte-level vocabulary cuts words with, one after
// the other. ok is false if there is a step that none can stand for.
func (t *tokenizerJSON) expressions() (list []string, ok bool) {
	for _, s := range flatten(t.PreTokenizer) {
		switch {
		case s.Type == "Split" && s.Pattern != nil && s.Pattern.Regex != nil && (s.How == "Isolated" && !s.Invert || s.How == "Removed" && s.Invert):
			list = append(list, *s.Pattern.Regex)
		case s.Type == "Digits" && s.Digits:
			list = append(list, `\p{N}`)
		case s.Type == "Digits":
			list = append(list, `\p{N}+`)
		case s.Type == "ByteLevel" && s.Regex != nil && !*s.Regex:
		case s.Type == "ByteLevel":
			list = append(list, gpt2Words)
		default:
			return nil, false
		}
	}
	return list, true
}

// pre names the pre-tokenizer for tokenizer.ggml.pre, with a warning where no
// name stands for what the file asks.
func (t *tokenizerJSON) pre() (name string, warnings []string) {
	list, ok := t.expressions()
	if ok {
		name, ok = token.PreTokenizer(list)
	}
	if !ok {
		return "default", []string{"tokenizer.json: pre_tokenizer cuts words in a way that is not known here; the default is used, so that some may be cut in other places than in training"}
	}
	// GGUF's name for these expressions says more: words that are tokens are taken
	// whole. Where they are not, another name does.
	switch {
	case name == "llama3" && t.Model.IgnoreMerges:
		name = "llama-bpe"
	case name == "llama3":
		name = "smaug-bpe"
	}
	return name, nil
}

// spacePrefix tells whether a space is put before a text in SentencePiece's manner.
func (t *tokenizerJSON) spacePrefix() bool {
	for _, s := range append(flatten(t.Normalizer), flatten(t.PreTokenizer)...) {
		switch {
		case s.Type == "Prepend":
			return true
		case s.Type == "Metaspace" && s.Scheme != "":
			return s.Scheme != "never"
		case s.Type == "Metaspace":
			return s.Space == nil || *s.Space
		}
	}
	return false
}

// oddNormalizers names the normalizers that change text in ways not done here.
func (t *tokenizerJSON) oddNormalizers() []string {
	var odd []string
	for _, s := range flatten(t.Normalizer) {
		switch s.Type {
		case "Prepend", "NFC": // what is typed is NFC almost without exception
		case "Replace":
			if s.Pattern == nil || s.Pattern.String == nil || *s.Pattern.String != " " || s.Content != "▁" {
				odd = append(odd, s.Type)
			}
		default:
			odd = append(odd, s.Type)
		}
	}
	return odd
}

// ends tells whether the post-processor puts the given tokens before and after a
// text. known is false if there is none that would say so.
func (t *tokenizerJSON) ends(bos, eos string) (before, after, known bool) {
	for _, s := range flatten(t.PostProcessor) {
		if s.Type != "TemplateProcessing" || len(s.Single) == 0 {
			continue
		}
		first, last := s.Single[0].SpecialToken, s.Single[len(s.Single)-1].SpecialToken
		return first != nil && first.ID == bos && bos != "", last != nil && last.ID == eos && eos != "", true
	}
	return false, false, t.PostProcessor != nil || t.byteLevel()
}

// scores stand in for SentencePiece's, which are minus the number of the merge:
// a token's is that of the first merge that forms it. Tokens that none forms
// come after all others.
func (t *tokenizerJSON) scores(tokens []string) []float32 {
	rank := make(map[string]int, len(t.Model.Merges))
	for i, m := range t.Model.Merges {
		left, right, _ := strings.Cut(m, " ")
		if _, formed := rank[left+right]; !formed {
			rank[left+right] = i
		}
	}
	scores := make([]float32, len(tokens))
	for id, text := range tokens {
		if i, formed := rank[text]; formed {
			scores[id] = -float32(i)
		} else {
			scores[id] = -float32(len(t.Model.Merges))
		}
	}
	return scores
}
