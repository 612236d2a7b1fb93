package hf

import (
	"fmt"
	"slices"
	"strings"

	"beyonder/engine/quant"
)

// layOut finds all tensors that the configuration calls for.
func (f *Folder) layOut(c config) error {
	b := &layout{stored: f.weights.tensors, used: map[string]bool{}}
	b.model(c)
	if b.err != nil {
		return b.err
	}
	f.recipes = b.recipes
	for i, r := range f.recipes {
		f.names[r.Name] = i
	}
	f.warnAboutRest(b.used, c)
	return nil
}

// warnAboutRest tells of tensors that no part of the model is made of.
func (f *Folder) warnAboutRest(used map[string]bool, c config) {
	var rest []string
	for name := range f.weights.tensors {
		// The frequencies follow from the configuration; old files have them anyway.
		known := strings.HasSuffix(name, ".rotary_emb.inv_freq") || c.tied && name == "lm_head.weight"
		if !used[name] && !known {
			rest = append(rest, name)
		}
	}
	if len(rest) > 0 {
		f.warn("%d tensors of the folder are not part of the model and are left out; the first is %s", len(rest), slices.Min(rest))
	}
}

// layout collects recipes and keeps the first error.
type layout struct {
	stored  map[string]Stored
	used    map[string]bool
	recipes []recipe
	err     error
}

// model lists the tensors. Names on the left are GGUF's, on the right
// transformers'.
func (b *layout) model(c config) {
	b.matrix("token_embd.weight", "model.embed_tokens.weight", c.vocabulary, c.width)
	if c.rope.kind == "llama3" {
		data := floatBytes(c.rope.divisors(c.headDim))
		b.recipes = append(b.recipes, recipe{
			Tensor: Tensor{Name: "rope_freqs.weight", Type: quant.F32, Shape: []uint64{uint64(c.headDim / 2)}},
			from:   quant.F32, stored: data,
		})
	}
	for i := range c.layers {
		b.layer(fmt.Sprintf("blk.%d.", i), fmt.Sprintf("model.layers.%d.", i), c)
	}
	b.vector("output_norm.weight", "model.norm.weight", c.width)
	if !c.tied {
		b.matrix("output.weight", "lm_head.weight", c.vocabulary, c.width)
	}
}

func (b *layout) layer(gg, hf string, c config) {
	if b.err != nil {
		return
	}
	q, kv := c.heads*c.headDim, c.kvHeads*c.headDim
	b.vector(gg+"attn_norm.weight", hf+"input_layernorm.weight", c.width)
	b.permuted(gg+"attn_q.", hf+"self_attn.q_proj.", q, c.width, c.heads)
	b.permuted(gg+"attn_k.", hf+"self_attn.k_proj.", kv, c.width, c.kvHeads)
	b.linear(gg+"attn_v.", hf+"self_attn.v_proj.", kv, c.width)
	b.linear(gg+"attn_output.", hf+"self_attn.o_proj.", c.width, q)
	b.vector(gg+"ffn_norm.weight", hf+"post_attention_layernorm.weight", c.width)
	switch {
	case c.experts == 0:
		b.linear(gg+"ffn_gate.", hf+"mlp.gate_proj.", c.feedForward, c.width)
		b.linear(gg+"ffn_up.", hf+"mlp.up_proj.", c.feedForward, c.width)
		b.linear(gg+"ffn_down.", hf+"mlp.down_proj.", c.width, c.feedForward)
	case b.has(hf + "mlp.experts.gate_up_proj"):
		b.router(gg, hf+"mlp.gate.weight", c)
		b.fused(gg, hf+"mlp.experts.", c)
	default:
		b.router(gg, hf+"block_sparse_moe.gate.weight", c)
		b.experts(gg, hf+"block_sparse_moe.experts.", c)
	}
}

// experts are three matrices for each, as transformers before 5 writes them.
func (b *layout) experts(gg, hf string, c config) {
	for e := range c.experts {
		b.linear(fmt.Sprintf("%sffn_gate.%d.", gg, e), fmt.Sprintf("%s%d.w1.", hf, e), c.feedForward, c.width)
		b.linear(fmt.Sprintf("%sffn_up.%d.", gg, e), fmt.Sprintf("%s%d.w3.", hf, e), c.feedForward, c.width)
		b.linear(fmt.Sprintf("%sffn_down.%d.", gg, e), fmt.Sprintf("%s%d.w2.", hf, e), c.width, c.feedForward)
	}
}

// fused experts are two tensors for all, gates above ups, as transformers 5
// writes them.
func (b *layout) fused(gg, hf string, c config) {
	gateUp := b.find(hf+"gate_up_proj", c.experts, 2*c.feedForward, c.width)
	down := b.find(hf+"down_proj", c.experts, c.width, c.feedForward)
	if b.err != nil {
		return
	}
	size := len(down.Data) / c.experts
	for e := range c.experts {
		b.slice(fmt.Sprintf("%sffn_gate.%d.weight", gg, e), gateUp, 2*e*size, size, c.feedForward, c.width)
		b.slice(fmt.Sprintf("%sffn_up.%d.weight", gg, e), gateUp, (2*e+1)*size, size, c.feedForward, c.width)
		b.slice(fmt.Sprintf("%sffn_down.%d.weight", gg, e), down, e*size, size, c.width, c.feedForward)
	}
}

func (b *layout) has(name string) bool {
	_, ok := b.stored[name]
	return ok
}

// find looks a stored tensor up and checks its type and its shape.
func (b *layout) find(name string, shape ...int) Stored {
	s, ok := b.stored[name]
	if b.err != nil {
		return Stored{}
	}
	want := make([]uint64, len(shape))
	for i, n := range shape {
		want[i] = uint64(n)
	}
	_, float := s.DType.weights()
	switch {
	case !ok:
		b.err = fmt.Errorf("tensor %s is missing: config.json calls for it with the shape %v", name, want)
	case !slices.Equal(s.Shape, want):
		b.err = fmt.Errorf("tensor %s has the shape %v, but config.json calls for %v", name, s.Shape, want)
	case !float:
		b.err = fmt.Errorf("tensor %s is of type %s, but weights must be F32, F16 or BF16", name, s.DType)
	}
	b.used[name] = true
	return s
}

// matrix is a tensor that stays as it is: rows × columns.
func (b *layout) matrix(gg, hf string, rows, columns int) {
	s := b.find(hf, rows, columns)
	b.slice(gg, s, 0, len(s.Data), rows, columns)
}

// slice is a matrix out of a larger tensor.
func (b *layout) slice(gg string, s Stored, at, size, rows, columns int) {
	if b.err != nil {
		return
	}
	t, _ := s.DType.weights()
	b.recipes = append(b.recipes, recipe{
		Tensor: Tensor{Name: gg, Type: t, Shape: []uint64{uint64(columns), uint64(rows)}},
		from:   t, stored: s.Data[at : at+size : at+size],
	})
}

// vector is a tensor of one dimension. GGUF has them as float32.
func (b *layout) vector(gg, hf string, n int) {
	s := b.find(hf, n)
	if b.err != nil {
		return
	}
	t, _ := s.DType.weights()
	b.recipes = append(b.recipes, recipe{
		Tensor: Tensor{Name: gg, Type: quant.F32, Shape: []uint64{uint64(n)}},
		from:   t, stored: s.Data,
	})
}

// linear is a matrix and, if there is one, its bias.
func (b *layout) linear(gg, hf string, rows, columns int) {
	b.matrix(gg+"weight", hf+"weight", rows, columns)
	if b.has(hf + "bias") {
		b.vector(gg+"bias", hf+"bias", rows)
	}
}

// permuted is linear with its rows permuted within heads.
func (b *layout) permuted(gg, hf string, rows, columns, heads int) {
	from := len(b.recipes)
	b.linear(gg, hf, rows, columns)
	for i := range b.recipes[from:] {
		b.recipes[from+i].heads = heads
	}
}

// router becomes float32, as GGUF files have it today: a float16 one would be
// computed in float16.
func (b *layout) router(gg, hf string, c config) {
	b.matrix(gg+"ffn_gate_inp.weight", hf, c.experts, c.width)
	if b.err == nil {
		b.recipes[len(b.recipes)-1].Type = quant.F32
	}
}
