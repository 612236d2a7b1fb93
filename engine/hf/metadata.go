package hf

import (
	"fmt"
	"math"
	"slices"

	"beyonder/engine/quant"
)

// metadata is what a GGUF file of the folder would say: keys with values, in
// order. It answers as gguf.File does.
type metadata struct {
	folder string
	keys   []string
	values map[string]any
}

// set adds a key. Values are uint32, int32, float32, bool, string or a slice of these.
func (m *metadata) set(key string, value any) {
	if m.values == nil {
		m.values = map[string]any{}
	}
	m.keys = append(m.keys, key)
	m.values[key] = value
}

// setCount adds a number that the configuration's checks have kept below 2³¹.
func (m *metadata) setCount(key string, n int) { m.set(key, uint32(n)) }

// describe writes a model's configuration and tokenizer as GGUF's keys.
func describe(f *Folder, c config, t *tokenizer) metadata {
	m := metadata{folder: f.Path}
	m.set("general.architecture", "llama")
	m.set("general.name", f.name())
	m.set("general.file_type", fileType(f.recipes))
	m.setCount("llama.vocab_size", c.vocabulary)
	m.setCount("llama.context_length", c.context)
	m.setCount("llama.embedding_length", c.width)
	m.setCount("llama.block_count", c.layers)
	m.setCount("llama.feed_forward_length", c.feedForward)
	m.setCount("llama.attention.head_count", c.heads)
	m.setCount("llama.attention.head_count_kv", c.kvHeads)
	m.set("llama.attention.layer_norm_rms_epsilon", float32(c.epsilon))
	if c.headDim*c.heads != c.width {
		m.setCount("llama.attention.key_length", c.headDim)
		m.setCount("llama.attention.value_length", c.headDim)
	}
	if c.experts > 0 {
		m.setCount("llama.expert_count", c.experts)
		m.setCount("llama.expert_used_count", c.used)
	}
	m.setRope(c)
	t.describe(&m)
	return m
}

func (m *metadata) setRope(c config) {
	r := c.rope
	m.setCount("llama.rope.dimension_count", c.headDim)
	m.set("llama.rope.freq_base", float32(r.base))
	if r.kind != "linear" && r.kind != "yarn" {
		return // llama3's divisors are a tensor
	}
	m.set("llama.rope.scaling.type", r.kind)
	m.set("llama.rope.scaling.factor", float32(r.factor))
	if r.kind == "linear" {
		return
	}
	m.setCount("llama.rope.scaling.original_context_length", r.original)
	// GGUF's factor comes on top of YaRN's usual temperature, config.json's is
	// all there is.
	if usual := 0.1*math.Log(r.factor) + 1; float32(r.attention) != float32(usual) {
		m.set("llama.rope.scaling.attn_factor", float32(r.attention/usual))
	}
	m.set("llama.rope.scaling.yarn_beta_fast", float32(r.betaFast))
	m.set("llama.rope.scaling.yarn_beta_slow", float32(r.betaSlow))
}

// fileType is general.file_type: what most bytes of the weights are.
func fileType(recipes []recipe) uint32 {
	bytes := map[quant.Type]int64{}
	for _, r := range recipes {
		bytes[r.Type] += r.Bytes()
	}
	switch {
	case bytes[quant.F16] >= max(bytes[quant.BF16], bytes[quant.F32]):
		return 1
	case bytes[quant.BF16] >= bytes[quant.F32]:
		return 32
	}
	return 0
}

// Keys are the keys in order.
func (m *metadata) Keys() []string { return slices.Clone(m.keys) }

// Value is the value of a key: a uint32, int32, float32, bool, string, or a slice
// of these, which must not be written to.
func (m *metadata) Value(key string) (any, bool) {
	v, ok := m.values[key]
	return v, ok
}

// The typed getters return the value, whether the key is there, and an error if
// its value is of another type; then the bool is false.

// Uint returns an integer that is not negative.
func (m *metadata) Uint(key string) (uint64, bool, error) {
	v, ok, err := get[uint32](m, key)
	return uint64(v), ok, err
}

// Float returns a number, as precise as GGUF has it.
func (m *metadata) Float(key string) (float64, bool, error) {
	v, ok, err := get[float32](m, key)
	return float64(v), ok, err
}

// String returns a string.
func (m *metadata) String(key string) (string, bool, error) { return get[string](m, key) }

// Bool returns a bool.
func (m *metadata) Bool(key string) (value, ok bool, err error) { return get[bool](m, key) }

// Strings returns an array of strings.
func (m *metadata) Strings(key string) ([]string, bool, error) { return get[[]string](m, key) }

// Floats returns an array of numbers.
func (m *metadata) Floats(key string) ([]float32, bool, error) { return get[[]float32](m, key) }

// Ints returns an array of integers.
func (m *metadata) Ints(key string) ([]int32, bool, error) { return get[[]int32](m, key) }

func get[T any](m *metadata, key string) (value T, ok bool, err error) {
	v, ok := m.values[key]
	if !ok {
		return value, false, nil
	}
	if value, ok = v.(T); !ok {
		return value, false, fmt.Errorf("%s: key %.80q holds a %T, not a %T", m.folder, key, v, value)
	}
	return value, true, nil
}
