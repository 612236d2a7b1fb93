package quantize

import (
	"fmt"
	"slices"
	"strings"

	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

// source is what a plan needs to know of the file to be quantized.
type source interface {
	String(key string) (string, bool, error)
	Uint(key string) (uint64, bool, error)
	Tensors() []gguf.Tensor
}

// step is a tensor and the type it will have.
type step struct {
	gguf.Tensor
	to         quant.Type
	importance [][]float32 // of each matrix of the tensor; nil, or nil for one of them: not known
}

// copied reports whether the tensor's bytes stay as they are.
func (s step) copied() bool { return s.to == s.Type }

// row is the number of columns, rows that of the rows of all matrices.
func (s step) row() int  { return int(s.Shape[0]) }
func (s step) rows() int { return int(s.Elems() / s.Shape[0]) }

// size is that of the tensor as it is.
func (s step) size() int64 { return int64(s.rows()) * int64(s.Type.RowBytes(s.row())) }

// bytes is the size of the tensor in the new file.
func (s step) bytes() int64 { return int64(s.rows()) * int64(s.to.RowBytes(s.row())) }

// plan decides the type of each tensor.
func plan(f source, m Mixture, rules Rules, matrix *Imatrix) ([]step, error) {
	c, err := newChooser(f, m, matrix != nil)
	if err != nil {
		return nil, err
	}
	var steps []step
	for _, t := range f.Tensors() {
		s := step{Tensor: t, to: t.Type}
		if quantizable(t) {
			s.to = c.choose(t, rules)
			if s.importance, err = matrix.of(t); err != nil {
				return nil, err
			}
			if err := s.checkImportance(m); err != nil {
				return nil, err
			}
		}
		steps = append(steps, s)
	}
	return steps, nil
}

// checkImportance refuses types, and a mixture, that give a model of little use
// without an importance matrix.
func (s step) checkImportance(m Mixture) error {
	if s.importance != nil || s.copied() {
		return nil
	}
	poor := m.is(q2KS) && s.to == quant.Q2_K && layered(s.Name) || s.to == quant.IQ2_S
	if !poor && !quant.NeedsImportance(s.to) {
		return nil
	}
	return fmt.Errorf("tensor %q would be %v, which needs an importance matrix, and there is none for it; name one with --imatrix, or choose a larger type", s.Name, s.to)
}

func (c *chooser) choose(t gguf.Tensor, rules Rules) quant.Type {
	row := t.Shape[0]
	switch {
	case !c.mixture.mixes():
		return c.mixture.Base
	case rules == Early2024:
		return fallback2024(c.early2024(t.Name, row), row)
	}
	stacked := len(t.Shape) > 2 && t.Shape[2] > 1
	return fallback(c.today(t.Name, row, stacked), row)
}

// kept are parts of the names of matrices that are small, and whose precision
// everything else depends on: routers, convolutions, positions, states.
var kept = []string{
	"_norm.weight", "ffn_gate_inp.weight", "ffn_gate_inp_shexp.weight", "altup", "laurel", "per_layer_model_proj",
	"position_embd", "pos_embd", "token_types", "ssm_conv1d", "shortconv.conv", "attn_rel_b.weight",
	"time_mix_first", "time_mix_w0", "time_mix_w1", "time_mix_w2", "time_mix_v0", "time_mix_v1", "time_mix_v2",
	"time_mix_a0", "time_mix_a1", "time_mix_a2", "time_mix_g1", "time_mix_g2", "time_mix_decay_w1",
	"time_mix_decay_w2", "time_mix_lerp_fused",
}

// quantizable reports whether t is a matrix of weights.
func quantizable(t gguf.Tensor) bool {
	matrix := slices.ContainsFunc(t.Shape[1:], func(d uint64) bool { return d > 1 })
	return matrix && strings.HasSuffix(t.Name, "weight") && quant.Decodable(t.Type) &&
		!slices.ContainsFunc(kept, func(part string) bool { return strings.Contains(t.Name, part) })
}

func newChooser(f source, m Mixture, imatrix bool) (*chooser, error) {
	arch, ok, err := f.String("general.architecture")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("the file does not say of which architecture its model is; it may be no model")
	}
	c := &chooser{mixture: m, imatrix: imatrix, values: map[int]int{}, sharing: 1}
	number := func(key string) int {
		v, _, e := f.Uint(arch + "." + key)
		if e != nil && err == nil {
			err = e
		}
		return int(min(v, 1<<20))
	}
	c.layers, c.experts = number("block_count"), number("expert_count")
	c.sharing, err = headsSharing(f, arch, err)
	c.look(f.Tensors())
	return c, err
}

// headsSharing is how many heads of attention share keys and values; models that
// give a number for each layer count as sharing none.
func headsSharing(f source, arch string, err error) (int, error) {
	if err != nil {
		return 1, err
	}
	heads, _, e1 := f.Uint(arch + ".attention.head_count")
	groups, _, e2 := f.Uint(arch + ".attention.head_count_kv")
	if e1 != nil || e2 != nil || groups == 0 {
		return 1, nil
	}
	return int(min(heads/groups, 1<<20)), nil
}

func (c *chooser) look(tensors []gguf.Tensor) {
	var layers []int
	for _, t := range tensors {
		c.hasOutput = c.hasOutput || t.Name == "output.weight"
		if strings.Contains(t.Name, "attn_v.weight") || strings.Contains(t.Name, "attn_qkv.weight") {
			layers = append(layers, layerOf(t.Name))
		}
	}
	slices.Sort(layers)
	for i, l := range slices.Compact(layers) {
		c.values[l] = i
	}
}
