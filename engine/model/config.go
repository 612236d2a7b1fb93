// Package model is a Llama- or Mixtral-shaped transformer: its hyperparameters,
// the names of its weights, and the one graph that computes it.
//
// Its one rule: dense models and mixtures of experts are the same graph, the
// former without a router. It does not know which device it runs on, nor from
// what kind of file its weights come.
package model

import (
	"fmt"
	"math"
	"slices"
)

// Metadata is what a model file says about itself. Each getter returns false if
// the key is absent, and an error if its value is of another type.
type Metadata interface {
	Uint(key string) (uint64, bool, error)
	Float(key string) (float64, bool, error)
	String(key string) (string, bool, error)
}

// Config holds the hyperparameters.
type Config struct {
	Architecture string
	Layers       int
	Width        int // of the residual stream, float32 per token
	FeedForward  int // width of one (expert's) feed-forward layer
	Heads        int
	KVHeads      int // divides Heads
	HeadDim      int
	Experts      int // 0: dense
	Used         int // experts per token
	Vocabulary   int
	Context      int // tokens the model was trained on
	Epsilon      float32
	Rope         RopeConfig
}

// RopeConfig says how positions are rotated in.
type RopeConfig struct {
	Dims        int // rotated values per head
	Base        float64
	Scaling     string  // "none", "linear", "yarn"
	Factor      float64 // context extension
	AttnFactor  float64
	Original    int // yarn: tokens the model was trained on before it was extended
	BetaFast    float64
	BetaSlow    float64
	ExtFactor   float64
	LogMultiply float64 // yarn: changes the scale of attention in some families; not supported
}

// reader collects the first error, so that reading hyperparameters stays a list.
type reader struct {
	m      Metadata
	prefix string
	err    error
}

func (r *reader) int(key string, fallback int) int {
	v, ok, err := r.m.Uint(r.prefix + key)
	r.keep(err)
	if !ok {
		return fallback
	}
	if v > 1<<31-1 {
		r.keep(fmt.Errorf("key %q is %d, which is out of range", r.prefix+key, v))
		return fallback
	}
	return int(v)
}

// need is int for a key that no file lacks.
func (r *reader) need(key string) int {
	_, ok, _ := r.m.Uint(r.prefix + key)
	v := r.int(key, 0)
	r.require(key, ok)
	return v
}

func (r *reader) require(key string, ok bool) {
	if !ok {
		r.keep(fmt.Errorf("key %q is missing: the file is incomplete or of another architecture", r.prefix+key))
	}
}

func (r *reader) float(key string, fallback float64) float64 {
	v, ok, err := r.m.Float(r.prefix + key)
	r.keep(err)
	if !ok {
		return fallback
	}
	return v
}

func (r *reader) string(key, fallback string) string {
	v, ok, err := r.m.String(r.prefix + key)
	r.keep(err)
	if !ok {
		return fallback
	}
	return v
}

func (r *reader) keep(err error) {
	if r.err == nil {
		r.err = err
	}
}

// supported are the architectures that are the graph of forward.go.
var supported = []string{"llama", "mistral"}

// ReadConfig reads the hyperparameters and checks that they make sense.
func ReadConfig(m Metadata, vocabulary int) (Config, error) {
	arch, ok, err := m.String("general.architecture")
	if err != nil {
		return Config{}, err
	}
	if !ok {
		return Config{}, fmt.Errorf("the file names no architecture (general.architecture): it holds no model that can be run")
	}
	if !slices.Contains(supported, arch) {
		return Config{}, fmt.Errorf("the architecture %.80q is not supported: Beyonder runs Llama, Mistral and Mixtral models (architecture %.80q)", arch, "llama")
	}
	r := &reader{m: m, prefix: arch + "."}
	c := Config{
		Architecture: arch,
		Layers:       r.need("block_count"),
		Width:        r.need("embedding_length"),
		FeedForward:  r.need("feed_forward_length"),
		Heads:        r.need("attention.head_count"),
		Experts:      r.int("expert_count", 0),
		Used:         r.int("expert_used_count", 0),
		Vocabulary:   vocabulary,
		Context:      r.need("context_length"),
		Epsilon:      r.epsilon(),
	}
	c.KVHeads = r.int("attention.head_count_kv", c.Heads)
	c.HeadDim = r.headDim(c)
	c.Rope = r.rope(c)
	if v := r.int("attention.value_length", c.HeadDim); v != c.HeadDim {
		r.keep(fmt.Errorf("key %q is %d, but values of another size than the keys, %d, are not supported", r.prefix+"attention.value_length", v, c.HeadDim))
	}
	if v := r.int("vocab_size", vocabulary); v != vocabulary {
		r.keep(fmt.Errorf("key %q is %d, but the vocabulary has %d tokens: the file is damaged or of an unknown kind", r.prefix+"vocab_size", v, vocabulary))
	}
	if r.err != nil {
		return Config{}, r.err
	}
	return c, c.check()
}

func (r *reader) epsilon() float32 {
	const key = "attention.layer_norm_rms_epsilon"
	_, ok, err := r.m.Float(r.prefix + key)
	r.keep(err)
	r.require(key, ok)
	return float32(r.float(key, 0))
}

// headDim is stated, or the width divided among the heads.
func (r *reader) headDim(c Config) int {
	if _, ok, _ := r.m.Uint(r.prefix + "attention.key_length"); ok {
		return r.int("attention.key_length", 0)
	}
	if c.Heads > 0 && c.Width%c.Heads != 0 {
		r.keep(fmt.Errorf("key %q is %d, but the number of heads must divide the embedding length of %d: the file is damaged or of an unknown kind", r.prefix+"attention.head_count", c.Heads, c.Width))
	}
	return c.Width / max(1, c.Heads)
}

func (r *reader) rope(c Config) RopeConfig {
	o := RopeConfig{
		Dims:        r.int("rope.dimension_count", c.HeadDim),
		Base:        r.float("rope.freq_base", 10000),
		Scaling:     r.string("rope.scaling.type", ""),
		Factor:      r.float("rope.scaling.factor", 0),
		AttnFactor:  r.float("rope.scaling.attn_factor", 1),
		Original:    r.int("rope.scaling.original_context_length", c.Context),
		BetaFast:    r.float("rope.scaling.yarn_beta_fast", 32),
		BetaSlow:    r.float("rope.scaling.yarn_beta_slow", 1),
		ExtFactor:   r.float("rope.scaling.yarn_ext_factor", 1),
		LogMultiply: r.float("rope.scaling.yarn_log_multiplier", 0),
	}
	if o.Factor == 0 { // files of 2023
		o.Factor = r.float("rope.scale_linear", 1)
	}
	if o.Factor == 0 {
		o.Factor = 1
	}
	if o.Scaling == "" {
		o.Scaling = "linear"
	}
	return o
}

// check is list number 15 of the format reference: a lying header must not
// become a crash or a division by zero later on.
func (c Config) check() error {
	bad := func(key, what string, v any, want string) error {
		return fmt.Errorf("key %q is %v, but %s must be %s: the file is damaged or of an unknown kind", c.Architecture+"."+key, v, what, want)
	}
	within := func(v, low, high int) bool { return low <= v && v <= high }
	switch {
	case !within(c.Layers, 1, 1024):
		return bad("block_count", "the number of layers", c.Layers, "1 to 1024")
	case !within(c.Width, 1, 1<<20):
		return bad("embedding_length", "the embedding length", c.Width, "1 to 1048576")
	case !within(c.FeedForward, 1, 1<<22):
		return bad("feed_forward_length", "the feed-forward length", c.FeedForward, "1 to 4194304")
	case !within(c.Heads, 1, 1<<16):
		return bad("attention.head_count", "the number of heads", c.Heads, "1 to 65536")
	case !within(c.KVHeads, 1, c.Heads) || c.Heads%c.KVHeads != 0:
		return bad("attention.head_count_kv", "the number of key/value heads", c.KVHeads, fmt.Sprintf("a divisor of the %d heads", c.Heads))
	case !within(c.HeadDim, 2, 1<<14):
		return bad("attention.key_length", "the head size", c.HeadDim, "2 to 16384")
	case !within(c.Experts, 0, 512):
		return bad("expert_count", "the number of experts", c.Experts, "at most 512")
	case c.Experts > 0 && !within(c.Used, 1, c.Experts):
		return bad("expert_used_count", "the number of experts used", c.Used, fmt.Sprintf("1 to the %d experts", c.Experts))
	case !within(c.Vocabulary, 1, 1<<22):
		return fmt.Errorf("key %q has %d tokens, but a vocabulary must have 1 to 4194304: the file is damaged or of an unknown kind", "tokenizer.ggml.tokens", c.Vocabulary)
	case !within(c.Context, 1, 1<<27):
		return bad("context_length", "the context length", c.Context, "1 to 134217728 tokens")
	case !(c.Epsilon > 0 && c.Epsilon < 1):
		return bad("attention.layer_norm_rms_epsilon", "the norm's epsilon", c.Epsilon, "between 0 and 1")
	}
	return c.Rope.check(c.Architecture+".rope.", c.HeadDim)
}

// check is told what its keys begin with.
func (o RopeConfig) check(prefix string, headDim int) error {
	finite := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
	switch {
	case o.Dims < 2 || o.Dims > headDim || o.Dims%2 != 0:
		return fmt.Errorf("key %q is %d, but what is rotated of a head's %d values must be an even number of them: the file is damaged or of an unknown kind", prefix+"dimension_count", o.Dims, headDim)
	case !(o.Base > 1) || !finite(o.Base):
		return fmt.Errorf("key %q is %v, but a RoPE base is a number above 1: the file is damaged or of an unknown kind", prefix+"freq_base", o.Base)
	case !(o.Factor > 0) || !finite(o.Factor):
		return fmt.Errorf("key %q is %v, but a scaling factor is a positive number: the file is damaged or of an unknown kind", prefix+"scaling.factor", o.Factor)
	case !slices.Contains([]string{"none", "linear", "yarn"}, o.Scaling):
		return fmt.Errorf("key %q is %.80q, which is not supported; none, linear, yarn and llama3 factors are", prefix+"scaling.type", o.Scaling)
	case o.Scaling == "yarn" && o.LogMultiply != 0:
		return fmt.Errorf("key %q is %v, which is not supported: only 0 is", prefix+"scaling.yarn_log_multiplier", o.LogMultiply)
	case o.Scaling == "yarn" && o.Original < 1:
		return fmt.Errorf("key %q is %d, but YaRN scaling must be told from which context length", prefix+"scaling.original_context_length", o.Original)
	}
	for _, x := range []struct {
		key   string
		v     float64
		above bool // 0
	}{
		{"attn_factor", o.AttnFactor, true}, {"yarn_beta_fast", o.BetaFast, true}, {"yarn_beta_slow", o.BetaSlow, true}, {"yarn_ext_factor", o.ExtFactor, false},
	} {
		if o.Scaling == "yarn" && (!finite(x.v) || x.v < 0 || x.above && x.v == 0) {
			return fmt.Errorf("key %q is %v, which is not a positive number: the file is damaged or of an unknown kind", prefix+"scaling."+x.key, x.v)
		}
	}
	return nil
}
