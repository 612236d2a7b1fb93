// Package token turns text into token ids and back.
//
// It knows two algorithms: SentencePiece's byte-pair encoding (the model
// "llama" of a GGUF file), which merges characters by the scores of the
// tokens they form, and byte-level byte-pair encoding ("gpt2"), which cuts
// text into words with a pre-tokenizer and merges bytes by a list of merges.
// Both are the same heap of pairs over a linked list of symbols (merge.go) and
// differ in how they cut, rank and spell (sentencepiece.go, bytelevel.go).
//
// Its one rule: the ids are those of the reference implementations, and
// decoding never hands out half a character. It does not know files: whoever
// reads a GGUF or a Hugging Face folder fills a Config. It does not know chat
// templates either, only how to keep what a user typed from being read as one
// of the control tokens of a template (guard.go).
//
// Two things that other tokenizers do are left out on purpose. Decoding never
// "cleans up" spaces before punctuation, because that destroys code. Text is
// never normalised (NFC, NFKC): what was typed is what the model reads.
package token

import (
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"
)

// Tokenizer is a vocabulary ready for use. Its methods may be called by
// several goroutines at once.
type Tokenizer struct {
	vocabulary
	model    model
	specials specials

	bos, eos       int32 // -1: none
	addBOS, addEOS bool
	spacePrefix    bool // a space is put before text that starts a fragment
	ends           map[int32]bool
	warnings       []string

	mu     sync.Mutex // guards merger
	merger merger
}

// model is what the two algorithms differ in. Its methods are called under
// the tokenizer's lock.
type model interface {
	// normalize returns the text that words are cut from. A fragment that
	// opens a text or follows a special token has first set.
	normalize(fragment string, first bool) string
	// split cuts normalized text into words that are encoded independently.
	split(text string, emit func(word string))
	// symbols appends the smallest parts of a word, in order.
	symbols(dst []symbol, word string) []symbol
	// join says which token two neighbours form and how early: a lower rank
	// is merged first. ok is false where they form none.
	join(word string, left, right *symbol) (id int32, rank uint32, ok bool)
	// spell appends the ids of a symbol that is not merged any further.
	spell(dst []int32, word string, s *symbol) []int32
	// bytes returns what a token that is neither control nor user-defined
	// stands for.
	bytes(id int32) []byte
}

// New checks a vocabulary and makes it ready. It keeps the slices of c, which
// must not be changed afterwards. Its errors name the first thing that is
// wrong with the vocabulary.
func New(c Config) (*Tokenizer, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	t := &Tokenizer{vocabulary: newVocabulary(c), bos: c.BOS, eos: c.EOS}
	t.warnings = append(t.warnings, t.repairTypes(c)...)
	if err := t.chooseModel(c); err != nil {
		return nil, err
	}
	t.ends = t.findEnds(c)
	t.specials = newSpecials(&t.vocabulary, c)
	t.merger = newMerger(t.model)
	return t, nil
}

// chooseModel sets what depends on the kind of vocabulary.
func (t *Tokenizer) chooseModel(c Config) error {
	if c.Model == SentencePiece {
		m, warnings := newSentencePiece(&t.vocabulary, c)
		t.model, t.spacePrefix = m, m.prefix
		t.warnings = append(t.warnings, warnings...)
		t.setEnds(c, true)
		return nil
	}
	pre, ok := preTokenizerNamed(c.Pre)
	if !ok {
		t.warn("unknown pre-tokenizer %.80q: using the default, so that words may be cut in other places than in training", c.Pre)
	}
	m, warnings, err := newByteLevel(&t.vocabulary, c, pre)
	if err != nil {
		return err
	}
	t.model = m
	t.warnings = append(t.warnings, warnings...)
	t.setEnds(c, pre.addBOS)
	return nil
}

// setEnds decides whether BOS and EOS are added to a text.
func (t *Tokenizer) setEnds(c Config, addBOS bool) {
	t.addBOS = choose(c.AddBOS, addBOS) && t.bos >= 0
	t.addEOS = choose(c.AddEOS, false) && t.eos >= 0
	if choose(c.AddBOS, false) && t.bos < 0 {
		t.warn("the vocabulary asks for a BOS token before each text but names none: none is added")
	}
	if choose(c.AddEOS, false) && t.eos < 0 {
		t.warn("the vocabulary asks for an EOS token after each text but names none: none is added")
	}
}

func choose(set *bool, otherwise bool) bool {
	if set != nil {
		return *set
	}
	return otherwise
}

func (t *Tokenizer) warn(format string, args ...any) {
	t.warnings = append(t.warnings, fmt.Sprintf(format, args...))
}

// Warnings returns what is odd about the vocabulary but no reason to refuse
// it, one sentence each.
func (t *Tokenizer) Warnings() []string { return t.warnings }

// BOS returns the token that opens a text, -1 if there is none.
func (t *Tokenizer) BOS() int32 { return t.bos }

// EOS returns the token that ends a text, -1 if there is none.
func (t *Tokenizer) EOS() int32 { return t.eos }

// AddsBOS says whether Encode with Options.BOS puts a BOS token first.
func (t *Tokenizer) AddsBOS() bool { return t.addBOS }

// Size returns the number of tokens.
func (t *Tokenizer) Size() int { return len(t.tokens) }

// Text returns a token as the vocabulary writes it: SentencePiece's spaces
// are ▁, byte-level ones Ġ. An id outside the vocabulary gives "".
func (t *Tokenizer) Text(id int32) string {
	if !t.valid(id) {
		return ""
	}
	return t.tokens[id]
}

// Readable returns what a token stands for, for people: spaces are spaces, and
// bytes that are no character by themselves are U+FFFD.
func (t *Tokenizer) Readable(id int32) string {
	return strings.ToValidUTF8(string(t.Bytes(id)), string(utf8.RuneError))
}

// ID returns the token that the vocabulary writes like this.
func (t *Tokenizer) ID(text string) (id int32, ok bool) {
	id, ok = t.ids[text]
	return id, ok
}

// Control says whether a token marks structure and is no text.
func (t *Tokenizer) Control(id int32) bool { return t.valid(id) && t.kinds[id] == control }

// Bytes returns what a token stands for: with spaces for SentencePiece's ▁,
// and with nothing removed at the start. The bytes of several tokens put
// together are UTF-8, those of one need not be. Control tokens give their
// text; an id outside the vocabulary gives nil.
func (t *Tokenizer) Bytes(id int32) []byte {
	if !t.valid(id) {
		return nil
	}
	switch t.kinds[id] {
	case control, unknown, userDefined:
		return []byte(t.literal(id))
	}
	return t.model.bytes(id)
}
