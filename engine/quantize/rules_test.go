package quantize

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

// shapes is a model without weights: what rules look at.
type shapes struct {
	numbers map[string]uint64
	tensors []gguf.Tensor
}

func (s *shapes) String(string) (string, bool, error) { return "llama", true, nil }
func (s *shapes) Tensors() []gguf.Tensor              { return s.tensors }
func (s *shapes) Uint(key string) (uint64, bool, error) {
	v, ok := s.numbers[strings.TrimPrefix(key, "llama.")]
	return v, ok, nil
}

func (s *shapes) add(name string, typ quant.Type, shape ...uint64) {
	s.tensors = append(s.tensors, gguf.Tensor{Name: name, Type: typ, Shape: shape})
}

// size describes a model of the Llama family.
type size struct{ width, hidden, layers, heads, groups, vocabulary, experts uint64 }

// beyonder4x7B is the model of January 2024, and many others of 7B.
var beyonder4x7B = size{4096, 14336, 32, 32, 8, 32000, 4}

// model lists the tensors; split puts experts in tensors of their own.
func (z size) model(split bool) *shapes {
	s := &shapes{numbers: map[string]uint64{
		"block_count": z.layers, "expert_count": z.experts, "attention.head_count": z.heads, "attention.head_count_kv": z.groups,
	}}
	narrow := z.width / z.heads * z.groups
	s.add("token_embd.weight", quant.F16, z.width, z.vocabulary)
	for l := range z.layers {
		block := func(name string, typ quant.Type, shape ...uint64) {
			s.add(fmt.Sprintf("blk.%d.%s.weight", l, name), typ, shape...)
		}
		block("attn_norm", quant.F32, z.width)
		block("attn_q", quant.F16, z.width, z.width)
		block("attn_k", quant.F16, z.width, narrow)
		block("attn_v", quant.F16, z.width, narrow)
		block("attn_output", quant.F16, z.width, z.width)
		block("ffn_norm", quant.F32, z.width)
		if z.experts > 0 {
			block("ffn_gate_inp", quant.F16, z.width, z.experts)
		}
		for _, part := range []string{"gate", "up", "down"} {
			z.addMLP(block, part, split)
		}
	}
	s.add("output_norm.weight", quant.F32, z.width)
	s.add("output.weight", quant.F16, z.width, z.vocabulary)
	return s
}

func (z size) addMLP(block func(string, quant.Type, ...uint64), part string, split bool) {
	in, out := z.width, z.hidden
	if part == "down" {
		in, out = out, in
	}
	switch {
	case z.experts == 0:
		block("ffn_"+part, quant.F16, in, out)
	case !split:
		block("ffn_"+part+"_exps", quant.F16, in, out, z.experts)
	default:
		for e := range z.experts {
			block(fmt.Sprintf("ffn_%s.%d", part, e), quant.F16, in, out)
		}
	}
}

func planned(t *testing.T, f source, name string, rules Rules) []step {
	t.Helper()
	m, err := MixtureNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := plan(f, m, rules, nil)
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// TestPublishedSizes compares with the sizes of the eight files of
// Beyonder-4x7B-v2 that were published in January 2024, each to the byte. All
// have the same 1,691,840 bytes of metadata and tensor table.
func TestPublishedSizes(t *testing.T) {
	const header = 1691840
	for name, want := range map[string]int64{
		"Q2_K": 8061644992, "Q3_K_M": 10523381952, "Q4_0": 13623603392, "Q4_K_M": 13640904896,
		"Q5_0": 16626331840, "Q5_K_M": 16635244736, "Q6_K": 19816730816, "Q8_0": 25666261184,
	} {
		got := int64(header)
		for _, s := range planned(t, beyonder4x7B.model(true), name, Early2024) {
			got += s.bytes()
		}
		if got != want {
			t.Errorf("%s has %d bytes, the published file %d", name, got, want)
		}
	}
}

// census counts the types of the tensors whose names contain part.
func census(steps []step, part string) string {
	count := map[string]int{}
	for _, s := range steps {
		if strings.Contains(s.Name, part) {
			count[s.to.String()]++
		}
	}
	var all []string
	for name, n := range count {
		all = append(all, fmt.Sprintf("%d %s", n, name))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// TestRules states what each role gets. The figures were compared with the files
// llama.cpp makes of models of these shapes.
func TestRules(t *testing.T) {
	eight, dense := beyonder4x7B, beyonder4x7B
	eight.experts, dense.experts = 8, 0
	for _, c := range []struct {
		size          size
		split         bool
		rules         Rules
		mixture, part string
		want          string
	}{
		{dense, false, Today, "Q4_K_M", "attn_v", "16 Q4_K, 16 Q6_K"},
		{dense, false, Today, "Q4_K_M", "ffn_down", "16 Q4_K, 16 Q6_K"},
		{dense, false, Today, "Q4_K_M", "ffn_up", "32 Q4_K"},
		{dense, false, Today, "Q4_K_M", "_norm", "65 F32"},
		{dense, false, Today, "Q4_K_M", "token_embd", "1 Q4_K"},
		{dense, false, Today, "Q4_K_M", "output.weight", "1 Q6_K, 32 Q4_K"},
		{dense, false, Today, "Q4_K_S", "ffn_down", "28 Q4_K, 4 Q5_K"},
		{dense, false, Today, "Q4_K_S", "attn_v", "28 Q4_K, 4 Q5_K"},
		{dense, false, Today, "Q2_K", "attn_v", "32 Q4_K"},
		{dense, false, Today, "Q2_K", "ffn_gate", "32 Q2_K"},
		{dense, false, Today, "Q3_K_M", "ffn_down", "2 Q5_K, 30 Q4_K"},
		{dense, false, Today, "Q3_K_L", "attn_output", "32 Q5_K"},
		{dense, false, Today, "IQ4_XS", "ffn_down", "28 IQ4_XS, 4 Q5_K"},
		{dense, false, Today, "Q8_0", "output.weight", "33 Q8_0"},
		{dense, false, Today, "BF16", "weight", "226 BF16, 65 F32"},
		{eight, false, Today, "Q4_K_M", "attn_k", "32 Q8_0"},
		{eight, false, Today, "Q4_K_M", "attn_output", "32 Q5_K"},
		{eight, false, Today, "Q4_K_M", "ffn_gate_inp", "32 F16"},
		{eight, false, Today, "MXFP4_MOE", "_exps", "96 MXFP4"},
		{beyonder4x7B, true, Today, "Q4_K_M", "ffn_down", "64 Q4_K, 64 Q6_K"},
		{beyonder4x7B, true, Early2024, "Q4_K_M", "ffn_down", "128 Q4_K"},
		{dense, false, Early2024, "Q2_K", "ffn_", "32 F32, 96 Q3_K"},
		{dense, false, Early2024, "Q3_K_M", "ffn_down", "2 Q5_K, 30 Q4_K"},
		{dense, false, Early2024, "Q2_K", "attn_v", "32 Q3_K"},
	} {
		steps := planned(t, c.size.model(c.split), c.mixture, c.rules)
		if got := census(steps, c.part); got != c.want {
			t.Errorf("%s by the rules %q, %d experts, %s: %s, want %s", c.mixture, c.rules, c.size.experts, c.part, got, c.want)
		}
	}
}

// A row of 320 weights is ten blocks of 32 and no block of 256; one of 72 is no
// block at all.
func TestFallback(t *testing.T) {
	for _, c := range []struct {
		mixture string
		width   uint64
		want    string
	}{
		{"Q2_K", 320, "1 Q4_0"}, {"Q4_K_S", 320, "1 Q5_0"}, {"Q5_K_S", 320, "1 Q5_1"}, {"Q6_K", 320, "1 Q8_0"},
		{"IQ4_XS", 320, "1 IQ4_NL"}, {"TQ2_0", 320, "1 Q5_0"}, {"Q4_0", 320, "1 Q4_0"}, {"Q4_K_S", 72, "1 F16"}, {"Q8_0", 72, "1 F16"},
	} {
		z := size{c.width, c.width, 1, 1, 1, 64, 0}
		steps := planned(t, z.model(false), c.mixture, Today)
		if got := census(steps, "token_embd"); got != c.want {
			t.Errorf("%s of rows of %d: %s, want %s", c.mixture, c.width, got, c.want)
		}
	}
	z := size{320, 320, 1, 1, 1, 64, 0}
	if got := census(planned(t, z.model(false), "Q3_K_S", Early2024), "token_embd"); got != "1 Q4_1" {
		t.Errorf("Q3_K of January 2024: %s, want Q4_1", got)
	}
}

// A model without output matrix uses its embedding for that, which therefore
// gets the type of an output.
func TestTiedEmbedding(t *testing.T) {
	m := beyonder4x7B.model(false)
	m.tensors = m.tensors[:len(m.tensors)-1]
	if got := census(planned(t, m, "Q4_K_M", Today), "token_embd"); got != "1 Q6_K" {
		t.Errorf("the embedding is %s", got)
	}
}

func TestMixtureNames(t *testing.T) {
	for name, want := range map[string]string{"q4_k_m": "Q4_K_M", "Q5_K": "Q5_K_M", "q2_k": "Q2_K", "iq4_xs": "IQ4_XS", "bf16": "BF16"} {
		if m, err := MixtureNamed(name); err != nil || m.Name != want {
			t.Errorf("%s is %s, %v", name, m.Name, err)
		}
	}
	for _, name := range []string{"", "Q4", "Q9_K", "M"} {
		if m, err := MixtureNamed(name); err == nil || !strings.Contains(err.Error(), "Q4_K_M") {
			t.Errorf("%q is %s, %v", name, m.Name, err)
		}
	}
	ids := map[uint32]bool{}
	for _, m := range Mixtures() {
		if ids[m.id] {
			t.Errorf("%s has the number of another", m.Name)
		}
		ids[m.id] = true
	}
}

func TestPoorTypesNeedImportance(t *testing.T) {
	m, err := MixtureNamed("Q2_K_S")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan(beyonder4x7B.model(false), m, Today, nil); err == nil || !strings.Contains(err.Error(), "needs an importance matrix") {
		t.Errorf("the error is %v", err)
	}
}
