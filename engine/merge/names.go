package merge

import (
	"fmt"
	"strconv"
	"strings"
)

// layerNames are the tensors of a layer of a dense model: GGUF's name behind
// "blk.N.", and Hugging Face's behind "model.layers.N.", which mergekit's
// filters are written for.
var layerNames = []struct{ gguf, hf string }{
	{"attn_norm.weight", "input_layernorm.weight"},
	{"attn_q.weight", "self_attn.q_proj.weight"},
	{"attn_q.bias", "self_attn.q_proj.bias"},
	{"attn_k.weight", "self_attn.k_proj.weight"},
	{"attn_k.bias", "self_attn.k_proj.bias"},
	{"attn_v.weight", "self_attn.v_proj.weight"},
	{"attn_v.bias", "self_attn.v_proj.bias"},
	{"attn_output.weight", "self_attn.o_proj.weight"},
	{"attn_output.bias", "self_attn.o_proj.bias"},
	{"ffn_norm.weight", "post_attention_layernorm.weight"},
	{"ffn_gate.weight", "mlp.gate_proj.weight"},
	{"ffn_up.weight", "mlp.up_proj.weight"},
	{"ffn_down.weight", "mlp.down_proj.weight"},
}

const (
	embeddings = "token_embd.weight"
	finalNorm  = "output_norm.weight"
	head       = "output.weight"
	ropeFreqs  = "rope_freqs.weight"
)

// isEmbedding reports whether a tensor has a row for each token.
func isEmbedding(name string) bool { return name == embeddings || name == head }

// splitLayer takes a layer's tensor name apart; ok is false for others.
func splitLayer(name string) (layer int, rest string, ok bool) {
	after, ok := strings.CutPrefix(name, "blk.")
	if !ok {
		return 0, "", false
	}
	number, rest, ok := strings.Cut(after, ".")
	layer, err := strconv.Atoi(number)
	return layer, rest, ok && err == nil && layer >= 0 && strconv.Itoa(layer) == number
}

// inLayer is the name of a layer's tensor.
func inLayer(layer int, rest string) string { return fmt.Sprintf("blk.%d.%s", layer, rest) }

// hfName is mergekit's name for a tensor; ok is false if a dense model has no such tensor.
func hfName(name string) (hf string, ok bool) {
	switch name {
	case embeddings:
		return "model.embed_tokens.weight", true
	case finalNorm:
		return "model.norm.weight", true
	case head:
		return "lm_head.weight", true
	}
	layer, rest, ok := splitLayer(name)
	if !ok {
		return "", false
	}
	for _, n := range layerNames {
		if n.gguf == rest {
			return fmt.Sprintf("model.layers.%d.%s", layer, n.hf), true
		}
	}
	return "", false
}

// checkNames refuses a model with tensors whose meaning is not known, and with
// layers that its header does not count.
func (m *model) checkNames() error {
	for _, name := range m.names {
		if _, ok := hfName(name); !ok && name != ropeFreqs {
			return fmt.Errorf("model %s has a tensor %s, which dense Llama and Mistral models do not have", m.name, name)
		}
		if layer, _, ok := splitLayer(name); ok && layer >= m.layers {
			return fmt.Errorf("model %s has a tensor %s, but its header says it has %d layers", m.name, name, m.layers)
		}
	}
	return nil
}
