package engine

import (
	"errors"
	"fmt"

	"beyonder/engine/token"
)

// OpenVocabulary reads only the vocabulary of a file; the file may hold nothing else.
func OpenVocabulary(path string) (*token.Tokenizer, error) {
	f, err := openContainer(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := vocabulary(f)
	if err != nil {
		return nil, named(path, err)
	}
	return t, nil
}

// vocabulary builds the tokenizer that a model describes.
func vocabulary(f container) (*token.Tokenizer, error) {
	r := keys{f: f}
	kind := r.string("tokenizer.ggml.model")
	def := token.Defaults(kind)
	c := token.Config{
		Model:  kind,
		Name:   r.string("general.name"),
		Pre:    r.string("tokenizer.ggml.pre"),
		Tokens: r.strings("tokenizer.ggml.tokens"),
		Scores: r.floats("tokenizer.ggml.scores"),
		Types:  r.ints("tokenizer.ggml.token_type"),
		Merges: r.strings("tokenizer.ggml.merges"),
		EOGs:   r.ints("tokenizer.ggml.eos_token_ids"),

		BOS: r.id("tokenizer.ggml.bos_token_id", def.BOS),
		EOS: r.id("tokenizer.ggml.eos_token_id", def.EOS),
		EOT: r.id("tokenizer.ggml.eot_token_id", def.EOT),
		EOM: r.id("tokenizer.ggml.eom_token_id", def.EOM),
		UNK: r.id("tokenizer.ggml.unknown_token_id", def.UNK),
		PAD: r.id("tokenizer.ggml.padding_token_id", def.PAD),

		AddBOS:         r.bool("tokenizer.ggml.add_bos_token"),
		AddEOS:         r.bool("tokenizer.ggml.add_eos_token"),
		AddSpacePrefix: r.bool("tokenizer.ggml.add_space_prefix"),
	}
	for _, key := range []string{"fim_pad", "fim_rep", "fim_sep"} {
		key = "tokenizer.ggml." + key + "_token_id"
		id := r.id(key, -1)
		if int(id) >= len(c.Tokens) {
			r.keep(fmt.Errorf("key %q is %d, outside the vocabulary of %d tokens", key, id, len(c.Tokens)))
		}
		if id >= 0 {
			c.EOGs = append(c.EOGs, id)
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	if len(c.Tokens) == 0 {
		return nil, errors.New("the file holds no vocabulary (tokenizer.ggml.tokens), so it cannot read text")
	}
	f.refine(&c)
	t, err := token.New(c)
	if fault := (*token.Fault)(nil); errors.As(err, &fault) && f.version() > 0 {
		err = fmt.Errorf("key %q: %w", "tokenizer.ggml."+fault.Field, err)
	}
	return t, err
}

// keys reads metadata and keeps the first error.
type keys struct {
	f   container
	err error
}

func (k *keys) keep(err error) {
	if k.err == nil {
		k.err = err
	}
}

func (k *keys) string(key string) string {
	v, _, err := k.f.String(key)
	k.keep(err)
	return v
}

func (k *keys) strings(key string) []string {
	v, _, err := k.f.Strings(key)
	k.keep(err)
	return v
}

func (k *keys) floats(key string) []float32 {
	v, _, err := k.f.Floats(key)
	k.keep(err)
	return v
}

func (k *keys) ints(key string) []int32 {
	v, _, err := k.f.Ints(key)
	k.keep(err)
	return v
}

func (k *keys) bool(key string) *bool {
	v, ok, err := k.f.Bool(key)
	k.keep(err)
	if !ok {
		return nil
	}
	return &v
}

// id reads a token's id, or what the kind of vocabulary implies if the file names none.
func (k *keys) id(key string, fallback int32) int32 {
	v, ok, err := k.f.Uint(key)
	k.keep(err)
	if !ok {
		return fallback
	}
	if v > 1<<31-1 { // 0xFFFFFFFF is how some files say "none"
		return -1
	}
	return int32(v)
}
