package token

import (
	"fmt"
	"strings"
)

// The models a Config can name.
const (
	SentencePiece = "llama" // SentencePiece's byte-pair encoding
	ByteLevel     = "gpt2"  // byte-level byte-pair encoding
)

const (
	maxTokens    = 1 << 22 // entries of a vocabulary
	maxTokenText = 1 << 16 // bytes
)

// Config is a vocabulary as a model file states it. The fields are named after
// the keys tokenizer.ggml.* of a GGUF file.
type Config struct {
	Model string // SentencePiece or ByteLevel
	Pre   string // pre-tokenizer of a byte-level vocabulary; "": the default one

	Tokens []string  // by id
	Scores []float32 // by id, or empty; of SentencePiece: the higher, the earlier merged
	Types  []int32   // by id, or empty: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte
	Merges []string  // "left right", the first merged first

	BOS, EOS, EOT, EOM, UNK, PAD int32 // -1: none

	// EOGs are further tokens that end generation: those that
	// generation_config.json lists, and the fill-in-the-middle separators
	// (fim_pad, fim_rep, fim_sep) that a file names. Those with usual names
	// are recognised.
	EOGs []int32

	AddBOS, AddEOS *bool // nil: SentencePiece adds BOS; byte-level models by Pre
	AddSpacePrefix *bool // nil: true; SentencePiece only
	IgnoreMerges   *bool // nil: by Pre; a word that is a token is taken whole

	// LStrip and RStrip are special tokens that swallow the white space
	// before or after them. Hugging Face folders state them, GGUF does not.
	LStrip, RStrip []int32

	// Name is general.name. It tells Phi-3, whose special tokens swallow the
	// white space after them, which a GGUF file cannot say.
	Name string
}

// Defaults returns a Config with the ids that the kind of model implies where
// a file names none. SentencePiece's own defaults are <unk> 0, <s> 1, </s> 2.
// Byte-level vocabularies have no such convention: the 11 that llama.cpp
// assumes is Falcon's end of text, but GPT-2's comma.
func Defaults(model string) Config {
	c := Config{Model: model, BOS: -1, EOS: -1, EOT: -1, EOM: -1, UNK: -1, PAD: -1}
	if model == SentencePiece {
		c.UNK, c.BOS, c.EOS = 0, 1, 2
	}
	return c
}

// Fault says what is wrong with a vocabulary, and where.
type Fault struct {
	Field string // as a GGUF file calls it after "tokenizer.ggml.", such as "merges"
	Text  string
}

func (f *Fault) Error() string { return f.Text }

func fault(field, format string, args ...any) error {
	return &Fault{field, fmt.Sprintf(format, args...)}
}

func (c *Config) validate() error {
	if c.Model != SentencePiece && c.Model != ByteLevel {
		return fault("model", "tokenizer model %.80q is not supported: only %.80q (SentencePiece) and %.80q (byte-level BPE) are", c.Model, SentencePiece, ByteLevel)
	}
	n := len(c.Tokens)
	if n == 0 || n > maxTokens {
		return fault("tokens", "the vocabulary has %d tokens: it must have 1 to %d", n, maxTokens)
	}
	if len(c.Scores) != 0 && len(c.Scores) != n {
		return fault("scores", "the vocabulary has %d tokens but %d scores: there must be one for each token, or none", n, len(c.Scores))
	}
	if len(c.Types) != 0 && len(c.Types) != n {
		return fault("token_type", "the vocabulary has %d tokens but %d token types: there must be one for each token, or none", n, len(c.Types))
	}
	if err := c.validateTokens(); err != nil {
		return err
	}
	if err := c.validateMerges(); err != nil {
		return err
	}
	return c.validateIDs()
}

func (c *Config) validateTokens() error {
	for id, text := range c.Tokens {
		if len(text) > maxTokenText {
			return fault("tokens", "token %d is %d bytes long: at most %d are allowed", id, len(text), maxTokenText)
		}
	}
	for id, score := range c.Scores {
		if score != score {
			return fault("scores", "the score of token %d is not a number", id)
		}
	}
	for id, k := range c.Types {
		if k < int32(undefined) || k > int32(byteValue) {
			return fault("token_type", "token %d has the unknown type %d: types go from %d to %d", id, k, undefined, byteValue)
		}
	}
	return nil
}

func (c *Config) validateMerges() error {
	if c.Model == ByteLevel && len(c.Merges) == 0 {
		return fault("merges", "the vocabulary has no merges: a byte-level one needs them")
	}
	for i, m := range c.Merges {
		if len(m) > 2*maxTokenText+1 {
			return fault("merges", "merge %d is %d bytes long: at most %d are allowed", i, len(m), 2*maxTokenText+1)
		}
		if left, right := cutMerge(m); left == "" || right == "" {
			return fault("merges", "merge %d, %.80q, is not two parts separated by a space", i, m)
		}
	}
	return nil
}

// cutMerge separates the two parts of a merge. The space is looked for from
// the second byte on, because a part may itself start with one.
func cutMerge(m string) (left, right string) {
	if len(m) < 3 {
		return "", ""
	}
	at := strings.IndexByte(m[1:], ' ')
	if at < 0 {
		return "", ""
	}
	return m[:at+1], m[at+2:]
}

func (c *Config) validateIDs() error {
	named := []struct {
		name, field string
		id          int32
	}{
		{"BOS", "bos_token_id", c.BOS}, {"EOS", "eos_token_id", c.EOS}, {"EOT", "eot_token_id", c.EOT},
		{"EOM", "eom_token_id", c.EOM}, {"UNK", "unknown_token_id", c.UNK}, {"PAD", "padding_token_id", c.PAD},
	}
	for _, x := range named {
		if x.id < -1 || int(x.id) >= len(c.Tokens) {
			return fault(x.field, "the %s token %d is outside the vocabulary of %d tokens: it must be -1 (none) or an id", x.name, x.id, len(c.Tokens))
		}
	}
	for _, list := range [][]int32{c.EOGs, c.LStrip, c.RStrip} {
		for _, id := range list {
			if id < 0 || int(id) >= len(c.Tokens) {
				return fault("eos_token_ids", "the special token %d is outside the vocabulary of %d tokens", id, len(c.Tokens))
			}
		}
	}
	return nil
}
