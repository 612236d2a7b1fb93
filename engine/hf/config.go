package hf

import (
	"fmt"
	"slices"
)

// config is what config.json says of a model's shape.
type config struct {
	layers      int
	width       int // of the residual stream
	feedForward int
	heads       int
	kvHeads     int
	headDim     int
	experts     int // 0: dense
	used        int // experts per token
	vocabulary  int // rows of the embeddings
	context     int // tokens
	epsilon     float64
	tied        bool // the embeddings serve as output matrix
	rope        rope
	tokens      tokenIDs
}

// tokenIDs are the special tokens that config.json names; -1: none.
type tokenIDs struct {
	bos, pad int
	eos      []int
}

// architectures are those of which the graph of a Llama is computed, the value
// telling whether with experts.
var architectures = map[string]bool{
	"LlamaForCausalLM": false, "MistralForCausalLM": false, "MixtralForCausalLM": true,
	"llama": false, "mistral": false, "mixtral": true, // model_type, for folders that name no architecture
}

func readConfig(o *object) (config, error) {
	moe, err := mixture(o)
	if err != nil {
		return config{}, err
	}
	c := config{
		layers:      o.need("num_hidden_layers", 1, 1024),
		width:       o.need("hidden_size", 1, 1<<20),
		feedForward: o.need("intermediate_size", 1, 1<<22),
		heads:       o.need("num_attention_heads", 1, 1<<16),
		vocabulary:  o.need("vocab_size", 1, 1<<22),
		context:     o.need("max_position_embeddings", 1, 1<<27),
		epsilon:     o.needPositive("rms_norm_eps"),
	}
	c.kvHeads = o.or("num_key_value_heads", 1, 1<<16, c.heads)
	c.headDim = o.or("head_dim", 2, 1<<14, c.width/max(1, c.heads))
	c.tied, _ = o.bool("tie_word_embeddings")
	if moe {
		c.experts = o.need("num_local_experts", 1, 512)
		c.used = o.need("num_experts_per_tok", 1, max(1, c.experts))
	}
	c.rope = readRope(o, c)
	c.tokens = tokenIDs{bos: o.or("bos_token_id", -1, 1<<22, -1), pad: o.or("pad_token_id", -1, 1<<22, -1), eos: o.integers("eos_token_id")}
	c.check(o)
	return c, o.err()
}

// mixture tells whether the architecture has experts, and refuses those that are
// another graph.
func mixture(o *object) (bool, error) {
	names, key := o.strings("architectures"), "architectures"
	if len(names) == 0 {
		name, _ := o.string("model_type")
		names, key = []string{name}, "model_type"
	}
	if o.err() != nil {
		return false, o.err()
	}
	moe, ok := architectures[names[0]]
	if !ok || len(names) > 1 {
		return false, fmt.Errorf("%s: %s is %s, which is not supported: Llama, Mistral and Mixtral models are", o.file, key, quoted(names))
	}
	return moe, nil
}

// check looks at what the numbers say together, and for what would change the
// graph.
func (c config) check(o *object) {
	if c.kvHeads == 0 || c.heads%c.kvHeads != 0 {
		o.fail("num_key_value_heads", "is %d, which does not divide the %d heads", c.kvHeads, c.heads)
	}
	if !o.has("head_dim") && c.heads > 0 && c.width%c.heads != 0 {
		o.fail("hidden_size", "is %d, no multiple of the %d heads, and there is no head_dim", c.width, c.heads)
	}
	if c.headDim < 2 || c.headDim%2 != 0 {
		o.fail("head_dim", "is %d, but values are rotated in pairs: it must be even", c.headDim)
	}
	if act, ok := o.string("hidden_act"); ok && !slices.Contains([]string{"silu", "swish"}, act) {
		o.fail("hidden_act", "is %.80q, but only silu is supported", act)
	}
	if c.epsilon >= 1 {
		o.fail("rms_norm_eps", "is %v, but it must be below 1", c.epsilon)
	}
}
