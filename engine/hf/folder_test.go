package hf

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"beyonder/engine/quant"
)

// tiny is a folder to be changed: width 8, 2 heads of 4, 1 for keys, 10 tokens,
// feed-forward 6, 1 layer.
type tiny struct {
	config  map[string]any
	tensors []Source
	files   map[string]any // further ones: string as it is, others as JSON
}

func newTiny() *tiny {
	d := &tiny{files: map[string]any{}, config: map[string]any{
		"architectures": []string{"MistralForCausalLM"}, "hidden_act": "silu", "hidden_size": 8, "intermediate_size": 6,
		"num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 10,
		"max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "head_dim": nil,
	}}
	d.add("model.embed_tokens.weight", 10, 8)
	d.add("model.norm.weight", 8)
	d.add("lm_head.weight", 10, 8)
	const at = "model.layers.0."
	d.add(at+"input_layernorm.weight", 8)
	d.add(at+"post_attention_layernorm.weight", 8)
	d.add(at+"self_attn.q_proj.weight", 8, 8)
	d.add(at+"self_attn.k_proj.weight", 4, 8)
	d.add(at+"self_attn.v_proj.weight", 4, 8)
	d.add(at+"self_attn.o_proj.weight", 8, 8)
	d.add(at+"mlp.gate_proj.weight", 6, 8)
	d.add(at+"mlp.up_proj.weight", 6, 8)
	d.add(at+"mlp.down_proj.weight", 8, 6)
	return d
}

// add adds an F16 tensor with bytes of its own.
func (d *tiny) add(name string, shape ...uint64) {
	size, _ := F16.bytes(shape)
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i*31+len(d.tensors)*7) & 0x3b // finite numbers
	}
	d.tensors = append(d.tensors, Source{Name: name, DType: F16, Shape: shape, Data: data})
}

func (d *tiny) drop(name string) {
	d.tensors = slices.DeleteFunc(d.tensors, func(s Source) bool { return s.Name == name })
}

func (d *tiny) tensor(name string) *Source {
	return &d.tensors[slices.IndexFunc(d.tensors, func(s Source) bool { return s.Name == name })]
}

// write writes the folder and returns its path.
func (d *tiny) write(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tiny")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	all := maps.Clone(d.files)
	if d.config != nil {
		all["config.json"] = d.config
	}
	for name, content := range all {
		put(t, filepath.Join(dir, name), content)
	}
	if d.tensors != nil {
		if _, err := writeAll(t.Context(), dir, d.tensors, 1<<30); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func put(t testing.TB, path string, content any) {
	t.Helper()
	text, ok := content.(string)
	if !ok {
		b, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		text = string(b)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (d *tiny) open(t testing.TB) *Folder {
	t.Helper()
	f, err := Open(d.write(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestOpenTiny(t *testing.T) {
	f := newTiny().open(t)
	want := []string{"token_embd.weight", "blk.0.attn_norm.weight", "blk.0.attn_q.weight", "blk.0.attn_k.weight", "blk.0.attn_v.weight",
		"blk.0.attn_output.weight", "blk.0.ffn_norm.weight", "blk.0.ffn_gate.weight", "blk.0.ffn_up.weight", "blk.0.ffn_down.weight",
		"output_norm.weight", "output.weight"}
	if got := f.Names(); !slices.Equal(got, want) {
		t.Errorf("names %v", got)
	}
	down, ok := f.Tensor("blk.0.ffn_down.weight")
	if !ok || down.Type != quant.F16 || !slices.Equal(down.Shape, []uint64{6, 8}) || down.Bytes() != 2*48 {
		t.Errorf("down is %+v", down)
	}
	norm, _ := f.Tensor("output_norm.weight")
	if norm.Type != quant.F32 || len(norm.Data) != 32 {
		t.Errorf("the norm is %s with %d bytes", norm.Type, len(norm.Data))
	}
	if _, ok := f.Tensor("model.norm.weight"); ok {
		t.Error("a tensor is found by its other name")
	}
	for i, x := range f.Tensors() {
		y, _ := f.Tensor(want[i])
		if x.Name != want[i] || x.Data != nil || x.Bytes() != int64(len(y.Data)) || x.Type != y.Type {
			t.Errorf("%s: %+v in the list", want[i], x)
		}
	}
	if w := f.Warnings(); len(w) > 0 {
		t.Errorf("warnings %q", w)
	}
	if n, _, _ := f.Uint("llama.block_count"); n != 1 {
		t.Errorf("%d layers", n)
	}
	if _, _, err := f.String("llama.block_count"); err == nil {
		t.Error("a number is read as a string")
	}
	if _, ok, err := f.Strings("tokenizer.ggml.tokens"); ok || err != nil {
		t.Errorf("a folder without a tokenizer has tokens: %v, %v", ok, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error("second Close:", err)
	}
}

// Two heads of four rows: within each, row j and row j+2 become neighbours.
func TestPermute(t *testing.T) {
	src := []byte("a0a1a2a3b0b1b2b3")
	if got := string(permute(src, 2, 2)); got != "a0a2a1a3b0b2b1b3" {
		t.Errorf("permuted: %s", got)
	}
	if got := string(permute([]byte("012345"), 1, 1)); got != "031425" {
		t.Errorf("six rows of one head: %s", got)
	}
	d := newTiny()
	f := d.open(t)
	rows := func(b []byte, order ...int) []byte {
		var out []byte
		for _, r := range order {
			out = append(out, b[r*16:(r+1)*16]...)
		}
		return out
	}
	q, _ := f.Tensor("blk.0.attn_q.weight")
	if want := rows(d.tensor("model.layers.0.self_attn.q_proj.weight").Data, 0, 2, 1, 3, 4, 6, 5, 7); !slices.Equal(q.Data, want) {
		t.Error("the rows of Q are in another order")
	}
	k, _ := f.Tensor("blk.0.attn_k.weight")
	if want := rows(d.tensor("model.layers.0.self_attn.k_proj.weight").Data, 0, 2, 1, 3); !slices.Equal(k.Data, want) {
		t.Error("the rows of K are in another order")
	}
	v, _ := f.Tensor("blk.0.attn_v.weight")
	if !slices.Equal(v.Data, d.tensor("model.layers.0.self_attn.v_proj.weight").Data) {
		t.Error("V has changed")
	}
}

// Biases come along, those of Q permuted, so that whoever cannot use them sees them.
func TestBiases(t *testing.T) {
	d := newTiny()
	d.add("model.layers.0.self_attn.q_proj.bias", 8)
	f := d.open(t)
	b, ok := f.Tensor("blk.0.attn_q.bias")
	stored := widen(quant.F16, d.tensors[len(d.tensors)-1].Data)
	if !ok || b.Type != quant.F32 || !slices.Equal(b.Data[4:8], stored[8:12]) || !slices.Equal(b.Data[:4], stored[:4]) {
		t.Errorf("bias %+v, stored %v", b, stored)
	}
}

// A tensor that begins at an odd byte is copied to one that kernels can use.
func TestAlignment(t *testing.T) {
	stored := make([]byte, 33)[1:]
	r := recipe{Tensor: Tensor{Type: quant.F32, Shape: []uint64{8}}, from: quant.F32, stored: stored}
	if got := r.make(); len(got) != 32 || &got[0] == &stored[0] {
		t.Error("a misaligned tensor is handed out as it is")
	}
}

func (d *tiny) mixture(fused bool) {
	d.config["architectures"] = []string{"MixtralForCausalLM"}
	d.config["num_local_experts"], d.config["num_experts_per_tok"] = 3, 2
	for _, n := range []string{"gate", "up", "down"} {
		d.drop("model.layers.0.mlp." + n + "_proj.weight")
	}
	if fused {
		d.add("model.layers.0.mlp.gate.weight", 3, 8)
		d.add("model.layers.0.mlp.experts.gate_up_proj", 3, 12, 8)
		d.add("model.layers.0.mlp.experts.down_proj", 3, 8, 6)
		return
	}
	d.add("model.layers.0.block_sparse_moe.gate.weight", 3, 8)
	for e := range 3 {
		at := fmt.Sprintf("model.layers.0.block_sparse_moe.experts.%d.", e)
		d.add(at+"w1.weight", 6, 8)
		d.add(at+"w2.weight", 8, 6)
		d.add(at+"w3.weight", 6, 8)
	}
}

// Both forms of experts give each its three matrices, and the router in float32.
func TestExperts(t *testing.T) {
	fused := newTiny()
	fused.mixture(true)
	plain := newTiny()
	plain.mixture(false)
	a, b := fused.open(t), plain.open(t)
	if !slices.Equal(a.Names(), b.Names()) {
		t.Errorf("names %v and %v", a.Names(), b.Names())
	}
	gateUp := fused.tensor("model.layers.0.mlp.experts.gate_up_proj").Data
	for e := range 3 {
		gate, _ := a.Tensor(fmt.Sprintf("blk.0.ffn_gate.%d.weight", e))
		up, _ := a.Tensor(fmt.Sprintf("blk.0.ffn_up.%d.weight", e))
		if at := e * 2 * 96; !slices.Equal(gate.Data, gateUp[at:at+96]) || !slices.Equal(up.Data, gateUp[at+96:at+192]) {
			t.Errorf("expert %d has others' rows", e)
		}
		down, ok := b.Tensor(fmt.Sprintf("blk.0.ffn_down.%d.weight", e))
		if want := plain.tensor(fmt.Sprintf("model.layers.0.block_sparse_moe.experts.%d.w2.weight", e)); !ok || !slices.Equal(down.Data, want.Data) || !slices.Equal(down.Shape, []uint64{6, 8}) {
			t.Errorf("expert %d: down %+v", e, down)
		}
	}
	router, _ := a.Tensor("blk.0.ffn_gate_inp.weight")
	if router.Type != quant.F32 || !slices.Equal(router.Data, widen(quant.F16, fused.tensor("model.layers.0.mlp.gate.weight").Data)) {
		t.Errorf("router %+v", router)
	}
	for key, want := range map[string]uint64{"llama.expert_count": 3, "llama.expert_used_count": 2} {
		if n, _, _ := b.Uint(key); n != want {
			t.Errorf("%s is %d", key, n)
		}
	}
}

// What does not go together is refused before anything is computed, with a
// sentence that names folder, file and key, or the tensor and both shapes.
func TestRefusesFolders(t *testing.T) {
	set := func(key string, v any) func(*tiny) { return func(d *tiny) { d.config[key] = v } }
	for _, c := range []struct {
		what, says string
		edit       func(d *tiny)
	}{
		{"no config", "no config.json", func(d *tiny) { d.config = nil }},
		{"config of nothing", "config.json is not a JSON object", func(d *tiny) { d.config, d.files["config.json"] = nil, "null" }},
		{"config of garbage", "config.json is not a JSON object", func(d *tiny) { d.config, d.files["config.json"] = nil, "{" }},
		{"config without end", "config.json has more than", func(d *tiny) { d.config, d.files["config.json"] = nil, strings.Repeat(" ", maxConfig+1) }},
		{"another architecture", `architectures is "GemmaForCausalLM"`, set("architectures", []string{"GemmaForCausalLM"})},
		{"no architecture", `model_type is ""`, set("architectures", nil)},
		{"architectures as a number", "config.json: architectures is 7, not a list", set("architectures", 7)},
		{"no width", "config.json: hidden_size is missing", set("hidden_size", nil)},
		{"no layers", "num_hidden_layers is 0", set("num_hidden_layers", 0)},
		{"endless layers", "num_hidden_layers is 100000", set("num_hidden_layers", 100000)},
		{"a string for a number", `vocab_size is "10", not an integer`, set("vocab_size", "10")},
		{"a fraction", "hidden_size is 8.5, not an integer", set("hidden_size", 8.5)},
		{"heads that do not divide", "num_key_value_heads is 3", func(d *tiny) {
			d.config["num_attention_heads"], d.config["num_key_value_heads"], d.config["head_dim"] = 4, 3, 2
		}},
		{"an odd head", "head_dim is 5", set("head_dim", 5)},
		{"width no multiple of heads", "hidden_size is 8, no multiple of the 3 heads", func(d *tiny) { d.config["num_attention_heads"] = 3 }},
		{"another activation", `hidden_act is "gelu"`, set("hidden_act", "gelu")},
		{"no epsilon", "rms_norm_eps is missing", set("rms_norm_eps", nil)},
		{"an epsilon below 0", "rms_norm_eps is -1", set("rms_norm_eps", -1)},
		{"a large epsilon", "rms_norm_eps is 2", set("rms_norm_eps", 2)},
		{"a base of 1", "rope_theta is 1", set("rope_theta", 1)},
		{"unknown scaling", `rope_scaling.rope_type is "longrope"`, set("rope_scaling", map[string]any{"type": "longrope"})},
		{"scaling without a factor", "rope_scaling.factor is missing", set("rope_scaling", map[string]any{"type": "linear"})},
		{"scaling down", "rope_scaling.factor is 0.5", set("rope_scaling", map[string]any{"type": "linear", "factor": 0.5})},
		{"scaling that is none", "rope_scaling is 3, not an object", set("rope_scaling", 3)},
		{"the newer form", "rope_parameters.rope_type", set("rope_parameters", map[string]any{"rope_type": "spiral"})},
		{"part of the head", "partial_rotary_factor is 0.5", set("rope_parameters", map[string]any{"partial_rotary_factor": 0.5})},
		{"frequencies the wrong way round", "low_freq_factor is 4", set("rope_scaling", map[string]any{"type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 1})},
		{"tied to a word", "tie_word_embeddings", set("tie_word_embeddings", "yes")},
		{"eos as a word", "eos_token_id", set("eos_token_id", "</s>")},
		{"experts missing", "num_local_experts is missing", set("architectures", []string{"MixtralForCausalLM"})},
		{"more experts used than there are", "num_experts_per_tok is 4", func(d *tiny) { d.mixture(false); d.config["num_experts_per_tok"] = 4 }},
		{"one expert more", "experts.3.w1.weight is missing", func(d *tiny) {
			d.mixture(false)
			d.config["num_local_experts"] = 4
			d.drop("model.layers.0.block_sparse_moe.gate.weight")
			d.add("model.layers.0.block_sparse_moe.gate.weight", 4, 8)
		}},
		{"one fused expert more", "the shape [3 12 8], but config.json calls for [4 12 8]", func(d *tiny) {
			d.mixture(true)
			d.config["num_local_experts"] = 4
			d.drop("model.layers.0.mlp.gate.weight")
			d.add("model.layers.0.mlp.gate.weight", 4, 8)
		}},
		{"no weights", "no weights (*.safetensors)", func(d *tiny) { d.tensors = nil }},
		{"pickles", "Python pickles", func(d *tiny) { d.tensors = nil; d.files["pytorch_model.bin"] = "PK" }},
		{"a missing tensor", "tensor model.layers.0.self_attn.k_proj.weight is missing", func(d *tiny) { d.drop("model.layers.0.self_attn.k_proj.weight") }},
		{"a missing head", "tensor lm_head.weight is missing", func(d *tiny) { d.drop("lm_head.weight") }},
		{"one layer more", "tensor model.layers.1.input_layernorm.weight is missing", set("num_hidden_layers", 2)},
		{"a larger vocabulary", "model.embed_tokens.weight has the shape [10 8], but config.json calls for [11 8]", set("vocab_size", 11)},
		{"a transposed tensor", "mlp.down_proj.weight has the shape [6 8]", func(d *tiny) { d.tensor("model.layers.0.mlp.down_proj.weight").Shape = []uint64{6, 8} }},
		{"integers for weights", "is of type I16, but weights must be", func(d *tiny) { d.tensor("model.norm.weight").DType = "I16" }},
	} {
		t.Run(c.what, func(t *testing.T) {
			d := newTiny()
			c.edit(d)
			_, err := Open(d.write(t))
			wantError(t, err, "tiny: ", c.says)
		})
	}
	_, err := Open(writeTemp(t, "x.txt", nil))
	wantError(t, err, "x.txt is not a folder")
	_, err = Open(filepath.Join(t.TempDir(), "none"))
	wantError(t, err, "cannot open the model")
}

// Quantized folders are refused by the method's name, wherever that shows.
func TestRefusesQuantizedFolders(t *testing.T) {
	tensor := func(name string) func(*tiny) { return func(d *tiny) { d.add(name, 1) } }
	method := func(q map[string]any) func(*tiny) { return func(d *tiny) { d.config["quantization_config"] = q } }
	const linear = "model.layers.0.mlp.up_proj."
	for _, c := range []struct {
		says string
		edit func(d *tiny)
	}{
		{"quantized with AWQ (config.json", method(map[string]any{"quant_method": "awq"})},
		{"quantized with GPTQ (config.json", method(map[string]any{"quant_method": "gptq"})},
		{"quantized with EXL2 (config.json", method(map[string]any{"quant_method": "exl2"})},
		{"quantized with bitsandbytes", method(map[string]any{"quant_method": "bitsandbytes"})},
		{"quantized with bitsandbytes", method(map[string]any{"load_in_4bit": true})},
		{"quantized with FP8", method(map[string]any{"quant_method": "fp8"})},
		{`the method "compressed-tensors"`, method(map[string]any{"quant_method": "compressed-tensors"})},
		{"quantization_config.quant_method is 3", method(map[string]any{"quant_method": 3})},
		{"GPTQ (it has a quantize_config.json)", func(d *tiny) { d.files["quantize_config.json"] = "{}" }},
		{"AWQ (it has a quant_config.json)", func(d *tiny) { d.files["quant_config.json"] = "{}" }},
		{"AWQ (tensor " + linear + "qweight)", tensor(linear + "qweight")},
		{"GPTQ (tensor " + linear + "g_idx)", func(d *tiny) { d.add(linear+"qweight", 1); d.add(linear+"g_idx", 1) }},
		{"EXL2 (tensor " + linear + "q_weight)", tensor(linear + "q_weight")},
		{"bitsandbytes (NF4, FP4 or 8-bit) (tensor", tensor(linear + "weight.quant_state.bitsandbytes__nf4")},
		{"compressed-tensors", tensor(linear + "weight_packed")},
	} {
		d := newTiny()
		c.edit(d)
		_, err := Open(d.write(t))
		wantError(t, err, c.says)
	}
}

func TestTellsOfTensorsLeftOut(t *testing.T) {
	d := newTiny()
	d.config["tie_word_embeddings"] = true // lm_head is there all the same
	d.add("model.layers.0.self_attn.rotary_emb.inv_freq", 2)
	d.add("model.layers.1.input_layernorm.weight", 8)
	d.add("vision.patch", 8)
	f := d.open(t)
	if w := f.Warnings(); len(w) != 1 || !strings.Contains(w[0], "2 tensors") || !strings.Contains(w[0], "model.layers.1.input_layernorm.weight") {
		t.Errorf("warnings %q", w)
	}
	if _, ok := f.Tensor("output.weight"); ok {
		t.Error("a tied model has an output matrix")
	}
}

func TestName(t *testing.T) {
	for path, want := range map[string]string{
		"/m/Beyonder-4x7B-v2": "Beyonder-4x7B-v2",
		"/c/models--mlabonne--Beyonder-4x7B-v2/snapshots/0a1b": "Beyonder-4x7B-v2",
		"/c/snapshots/0a1b": "0a1b",
	} {
		if got := (&Folder{Path: path}).name(); got != want {
			t.Errorf("%s is called %s", path, got)
		}
	}
}

// Whatever a configuration says in either form, GGUF's keys say the same.
func TestRope(t *testing.T) {
	for _, c := range []struct {
		config map[string]any
		want   map[string]any
	}{
		{map[string]any{"rope_theta": nil}, map[string]any{"freq_base": float32(10000)}},
		{map[string]any{"rope_theta": 1000000}, map[string]any{"freq_base": float32(1e6)}},
		{map[string]any{"rope_parameters": map[string]any{"rope_type": "default", "rope_theta": 5e5}}, map[string]any{"freq_base": float32(5e5)}},
		{map[string]any{"rope_scaling": map[string]any{"type": "dynamic", "factor": 2.0}}, map[string]any{"freq_base": float32(10000)}},
		{map[string]any{"rope_scaling": map[string]any{"type": "linear", "factor": 4}}, map[string]any{"freq_base": float32(10000), "scaling.type": "linear", "scaling.factor": float32(4)}},
		{map[string]any{"rope_scaling": map[string]any{"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}},
			map[string]any{"freq_base": float32(10000), "scaling.type": "yarn", "scaling.factor": float32(4), "scaling.original_context_length": uint32(16),
				"scaling.yarn_beta_fast": float32(32), "scaling.yarn_beta_slow": float32(1)}},
		{map[string]any{"rope_parameters": map[string]any{"rope_type": "yarn", "rope_theta": 1e4, "factor": 4.0, "attention_factor": 1.0, "beta_fast": 16, "beta_slow": 2}},
			map[string]any{"freq_base": float32(10000), "scaling.type": "yarn", "scaling.factor": float32(4), "scaling.original_context_length": uint32(64),
				"scaling.attn_factor": float32(1 / (1 + 0.13862943611198906)), "scaling.yarn_beta_fast": float32(16), "scaling.yarn_beta_slow": float32(2)}},
		{map[string]any{"rope_scaling": map[string]any{"type": "yarn", "factor": 4.0, "mscale": 1.0, "mscale_all_dim": 1.0}},
			map[string]any{"freq_base": float32(10000), "scaling.type": "yarn", "scaling.factor": float32(4), "scaling.original_context_length": uint32(64),
				"scaling.attn_factor": float32(1 / (1 + 0.13862943611198906)), "scaling.yarn_beta_fast": float32(32), "scaling.yarn_beta_slow": float32(1)}},
	} {
		d := newTiny()
		maps.Copy(d.config, c.config)
		f := d.open(t)
		c.want["dimension_count"] = uint32(4)
		got := map[string]any{}
		for _, key := range f.Keys() {
			if name, ok := strings.CutPrefix(key, "llama.rope."); ok {
				got[name], _ = f.Value(key)
			}
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v gives %v, want %v", c.config, got, c.want)
		}
	}
}

// The three regions of llama3's divisors, worked out by hand: base 256 and a head
// of 4 give waves of 2π and 32π tokens.
func TestLlama3Divisors(t *testing.T) {
	for _, c := range []struct {
		original int
		last     float32
	}{
		{1000, 1},    // 32π < 1000/4: left alone
		{90, 8},      // 32π > 90/1: slowed down by all of the factor
		{201, 2.401}, // 201/32π = 1.99938, smooth 0.33313, 1/(0.66687/8 + 0.33313)
	} {
		r := rope{base: 256, factor: 8, original: c.original, low: 1, high: 4}
		got := r.divisors(4)
		if d := got[1] - c.last; len(got) != 2 || got[0] != 1 || d > 0.0005 || d < -0.0005 {
			t.Errorf("original %d: divisors %v, want 1 and %v", c.original, got, c.last)
		}
	}
	d := newTiny()
	d.config["rope_scaling"] = map[string]any{"rope_type": "llama3", "factor": 8.0, "original_max_position_embeddings": 32}
	f := d.open(t)
	x, ok := f.Tensor("rope_freqs.weight")
	if !ok || x.Type != quant.F32 || !slices.Equal(x.Shape, []uint64{2}) || len(x.Data) != 8 {
		t.Errorf("rope_freqs %+v", x)
	}
	if _, ok, _ := f.String("llama.rope.scaling.type"); ok {
		t.Error("the scaling is told twice")
	}
}

// The fingerprint changes with the configuration, the tokenizer and the header of
// the weights.
func TestFingerprint(t *testing.T) {
	seen := map[string]string{}
	for what, edit := range map[string]func(d *tiny){
		"as it is":  func(*tiny) {},
		"a config":  func(d *tiny) { d.config["rope_theta"] = 5000.0 },
		"a tensor":  func(d *tiny) { d.add("vision.patch", 8) },
		"templates": func(d *tiny) { d.files["tokenizer_config.json"] = `{"chat_template":"x"}` },
	} {
		d, e := newTiny(), newTiny()
		edit(d)
		edit(e)
		a, b := d.open(t).Fingerprint(), e.open(t).Fingerprint()
		if a != b || len(a) != 64 || seen[a] != "" {
			t.Errorf("%s: %s, %s; also %s", what, a, b, seen[a])
		}
		seen[a] = what
	}
}
