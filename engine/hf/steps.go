package hf

import (
	"fmt"
	"slices"
	"strings"

	"beyonder/engine/token"
)

// What the steps of a tokenizer.json come to in GGUF's terms.

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

// notDone tells of steps that change or cut text in ways not done here, a
// sentence each.
func (t *tokenizerJSON) notDone() (warnings []string) {
	if odd := t.oddNormalizers(); len(odd) > 0 {
		warnings = append(warnings, fmt.Sprintf("tokenizer.json: normalizer rewrites text before it is read (%s), which is not done here", quoted(odd)))
	}
	var cuts []string
	for _, s := range flatten(t.PreTokenizer) {
		switch {
		case s.Type == "ByteLevel" && s.Space != nil && *s.Space:
			warnings = append(warnings, "tokenizer.json: pre_tokenizer puts a space before each text, which is not done here")
		case !t.byteLevel() && s.Type != "Metaspace":
			cuts = append(cuts, s.Type)
		}
	}
	if len(cuts) > 0 {
		warnings = append(warnings, fmt.Sprintf("tokenizer.json: pre_tokenizer cuts text before it is merged (%s), which is not done here", quoted(cuts)))
	}
	return warnings
}

// spaces reports whether a vocabulary that is not byte-level writes spaces as ▁.
func (t *tokenizerJSON) spaces() bool {
	for _, s := range append(flatten(t.Normalizer), flatten(t.PreTokenizer)...) {
		if s.Type == "Metaspace" || s.escapes() {
			return true
		}
	}
	return false
}

// escapes tells the step that writes spaces as ▁.
func (s step) escapes() bool {
	return s.Type == "Replace" && s.Pattern != nil && s.Pattern.String != nil && *s.Pattern.String == " " && s.Content == "▁"
}

// oddNormalizers names the normalizers that change text in ways not done here.
func (t *tokenizerJSON) oddNormalizers() []string {
	var odd []string
	for _, s := range flatten(t.Normalizer) {
		usual := s.Type == "Prepend" || s.Type == "NFC" || s.escapes() // what is typed is NFC almost without exception
		if !usual {
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
