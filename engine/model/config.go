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
		r.keep(fmt.Errorf("%s%s is %d, which is out of range", r.prefix, key, v))
		return fallback
	}
	return int(v)
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
		Layers:       r.int("block_count", 0),
		Width:        r.int("embedding_length", 0),
		FeedForward:  r.int("feed_forward_length", 0),
		Heads:        r.int("attention.head_count", 0),
		Experts:      r.int("expert_count", 0),
		Used:         r.int("expert_used_count", 0),
		Vocabulary:   vocabulary,
		Context:      r.int("context_length", 2048),
		Epsilon:      float32(r.float("attention.layer_norm_rms_epsilon", 1e-5)),
	}
	c.KVHeads = r.int("attention.head_count_kv", c.Heads)
	c.HeadDim = r.int("attention.key_length", c.Width/max(1, c.Heads))
	c.Rope = r.rope(c)
	if v := r.int("attention.value_length", c.HeadDim); v != c.HeadDim {
		r.keep(fmt.Errorf("values of %d per head with keys of %d are not supported", v, c.HeadDim))
	}
	if r.err != nil {
		return Config{}, r.err
	}
	return c, c.check()
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
	bad := func(what string, v any, want string) error {
		return fmt.Errorf("the header says %s is %v, but it must be %s: the file is damaged or of an unknown kind", what, v, want)
	}
	within := func(v, low, high int) bool { return low <= v && v <= high }
	switch {
	case !within(c.Layers, 1, 1024):
		return bad("the number of layers", c.Layers, "1 to 1024")
	case !within(c.Width, 1, 1<<20):
		return bad("the embedding length", c.Width, "1 to 1048576")
	case !within(c.FeedForward, 1, 1<<22):
		return bad("the feed-forward length", c.FeedForward, "1 to 4194304")
	case !within(c.Heads, 1, 1<<16):
		return bad("the number of heads", c.Heads, "1 to 65536")
	case !within(c.KVHeads, 1, c.Heads) || c.Heads%c.KVHeads != 0:
		return bad("the number of key/value heads", c.KVHeads, fmt.Sprintf("a divisor of the %d heads", c.Heads))
	case !within(c.HeadDim, 2, 1<<14):
		return bad("the head size", c.HeadDim, "2 to 16384")
	case !within(c.Experts, 0, 512):
		return bad("the number of experts", c.Experts, "at most 512")
	case c.Experts > 0 && !within(c.Used, 1, c.Experts):
		return bad("the number of experts used", c.Used, fmt.Sprintf("1 to the %d experts", c.Experts))
	case !within(c.Vocabulary, 1, 1<<22):
		return bad("the vocabulary", c.Vocabulary, "1 to 4194304 tokens")
	case !within(c.Context, 1, 1<<27):
		return bad("the context length", c.Context, "1 to 134217728 tokens")
	case !(c.Epsilon > 0 && c.Epsilon < 1):
		return bad("the norm's epsilon", c.Epsilon, "between 0 and 1")
	}
	return c.Rope.check(c.HeadDim)
}

func (o RopeConfig) check(headDim int) error {
	finite := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
	switch {
	case o.Dims < 2 || o.Dims > headDim || o.Dims%2 != 0:
		return fmt.Errorf("the header says %d of %d values per head are rotated, but that must be an even number up to the head size", o.Dims, headDim)
	case !(o.Base > 1) || !finite(o.Base):
		return fmt.Errorf("the header's RoPE base of %v is not a number above 1", o.Base)
	case !(o.Factor > 0) || !finite(o.Factor):
		return fmt.Errorf("the header's RoPE scaling factor of %v is not a positive number", o.Factor)
	case !slices.Contains([]string{"none", "linear", "yarn"}, o.Scaling):
		return fmt.Errorf("the RoPE scaling %.80q is not supported; none, linear, yarn and llama3 factors are", o.Scaling)
	case o.Scaling == "yarn" && o.LogMultiply != 0:
		return fmt.Errorf("the header's YaRN log multiplier of %v (rope.scaling.yarn_log_multiplier) is not supported", o.LogMultiply)
	case o.Scaling == "yarn" && o.Original < 1:
		return fmt.Errorf("the header asks for YaRN scaling, but not from which context length (rope.scaling.original_context_length)")
	}
	return nil
}
