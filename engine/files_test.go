package engine

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

// file is a model file to be changed.
type file struct {
	kvs     []gguf.KV
	tensors []gguf.TensorSource
}

func (f *file) set(key string, v any) {
	for i := range f.kvs {
		if f.kvs[i].Key == key {
			f.kvs[i].Value = v
			return
		}
	}
	f.kvs = append(f.kvs, gguf.KV{Key: key, Value: v})
}

func (f *file) drop(name string) {
	f.kvs = slices.DeleteFunc(f.kvs, func(k gguf.KV) bool { return k.Key == name })
	f.tensors = slices.DeleteFunc(f.tensors, func(t gguf.TensorSource) bool { return t.Name == name })
}

func (f *file) tensor(name string) *gguf.TensorSource {
	for i := range f.tensors {
		if f.tensors[i].Name == name {
			return &f.tensors[i]
		}
	}
	return nil
}

// changed writes a copy of a model file that edit has changed.
func changed(t testing.TB, path string, edit func(f *file)) string {
	t.Helper()
	from, err := gguf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	f := &file{}
	for _, k := range from.Keys() {
		v, _ := from.Value(k)
		f.kvs = append(f.kvs, gguf.KV{Key: k, Value: v})
	}
	for _, x := range from.Tensors() {
		f.tensors = append(f.tensors, gguf.TensorSource{Name: x.Name, Type: x.Type, Shape: x.Shape, Data: x.Data})
	}
	edit(f)
	out := filepath.Join(t.TempDir(), "changed.gguf")
	w, err := os.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := gguf.Write(w, f.kvs, f.tensors); err != nil {
		t.Fatal(err)
	}
	return out
}

// The layout of early 2024, one tensor for each expert, gives the same logits;
// so it does if some experts are of another type.
func TestSplitExperts(t *testing.T) {
	split := changed(t, tinyModel, func(f *file) {
		var out []gguf.TensorSource
		for _, x := range f.tensors {
			name, ok := strings.CutSuffix(x.Name, "_exps.weight")
			if !ok {
				out = append(out, x)
				continue
			}
			experts := int(x.Shape[2])
			for e := range experts {
				size := len(x.Data) / experts
				one := gguf.TensorSource{Name: name + "." + string(rune('0'+e)) + ".weight", Type: x.Type, Shape: x.Shape[:2], Data: x.Data[e*size : (e+1)*size]}
				if e == 1 {
					one = inF32(one)
				}
				out = append(out, one)
			}
		}
		f.tensors = out
	})
	tokens := []int32{1, 90, 91, 500, 17, 300}
	a := logits(t, LoadOptions{Path: tinyModel, Exact: true, Context: 16}, tokens)
	b := logits(t, LoadOptions{Path: split, Exact: true, Context: 16}, tokens)
	for i := range a {
		for j := range a[i] {
			if d := math.Abs(float64(a[i][j] - b[i][j])); d > 1e-4 {
				t.Fatalf("position %d, token %d: %v merged, %v split", i, j, a[i][j], b[i][j])
			}
		}
	}
}

func inF32(x gguf.TensorSource) gguf.TensorSource {
	values := make([]float32, x.Shape[0]*x.Shape[1])
	quant.Dequantize(x.Type, values, x.Data)
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		u := math.Float32bits(v)
		data = append(data, byte(u), byte(u>>8), byte(u>>16), byte(u>>24))
	}
	x.Type, x.Data = quant.F32, data
	return x
}

// Headers that lie, tensors that are missing or of another shape: one sentence
// that names the file and the thing, before anything is computed.
func TestFilesThatCannotWork(t *testing.T) {
	for _, c := range []struct {
		what, says string
		edit       func(f *file)
	}{
		{"no architecture", "general.architecture", func(f *file) { f.drop("general.architecture") }},
		{"another architecture", `"mamba"`, func(f *file) { f.set("general.architecture", "mamba") }},
		{"no layers", `key "llama.block_count" is 0`, func(f *file) { f.set("llama.block_count", uint32(0)) }},
		{"too many layers", `key "llama.block_count" is 100000`, func(f *file) { f.set("llama.block_count", uint32(100000)) }},
		{"one layer more", "blk.3.attn_norm.weight", func(f *file) { f.set("llama.block_count", uint32(4)) }},
		{"heads that do not divide", `key "llama.attention.head_count_kv" is 3`, func(f *file) { f.set("llama.attention.head_count_kv", uint32(3)) }},
		{"more experts used than there are", `key "llama.expert_used_count" is 5`, func(f *file) { f.set("llama.expert_used_count", uint32(5)) }},
		{"no experts used", `key "llama.expert_used_count" is 0`, func(f *file) { f.set("llama.expert_used_count", uint32(0)) }},
		{"another number of experts", "ffn_gate_inp", func(f *file) { f.set("llama.expert_count", uint32(8)) }},
		{"no heads", `key "llama.attention.head_count" is 0`, func(f *file) { f.set("llama.attention.head_count", uint32(0)) }},
		{"more heads than there can be", `key "llama.attention.head_count" is 4294967295`, func(f *file) { f.set("llama.attention.head_count", uint32(1<<32-1)) }},
		{"no width", `key "llama.embedding_length" is 0`, func(f *file) { f.set("llama.embedding_length", uint32(0)) }},
		{"a width below nothing", "llama.embedding_length", func(f *file) { f.set("llama.embedding_length", int32(-64)) }},
		{"no feed-forward", `key "llama.feed_forward_length" is 0`, func(f *file) { f.set("llama.feed_forward_length", uint32(0)) }},
		{"513 experts", `key "llama.expert_count" is 513`, func(f *file) { f.set("llama.expert_count", uint32(513)) }},
		{"no context", `key "llama.context_length" is 0`, func(f *file) { f.set("llama.context_length", uint32(0)) }},
		{"a context of more than 2²⁷", `key "llama.context_length" is 134217729`, func(f *file) { f.set("llama.context_length", uint32(1<<27+1)) }},
		{"epsilon without end", `key "llama.attention.layer_norm_rms_epsilon" is `, func(f *file) { f.set("llama.attention.layer_norm_rms_epsilon", float32(math.Inf(1))) }},
		{"more rotated than there are", `key "llama.rope.dimension_count" is `, func(f *file) { f.set("llama.rope.dimension_count", uint32(1<<20)) }},
		{"epsilon of nothing", `key "llama.attention.layer_norm_rms_epsilon" is `, func(f *file) { f.set("llama.attention.layer_norm_rms_epsilon", float32(0)) }},
		{"a number as a string", "llama.embedding_length", func(f *file) { f.set("llama.embedding_length", "wide") }},
		{"a base that is no number", `key "llama.rope.freq_base" is NaN`, func(f *file) { f.set("llama.rope.freq_base", float32(math.NaN())) }},
		{"an odd number of rotated values", `key "llama.rope.dimension_count" is `, func(f *file) { f.set("llama.rope.dimension_count", uint32(63)) }},
		{"unknown scaling", `key "llama.rope.scaling.type" is "spiral"`, func(f *file) { f.set("llama.rope.scaling.type", "spiral") }},
		{"an architecture without end", `"aaaaaaaa`, func(f *file) { f.set("general.architecture", strings.Repeat("a", 1<<20)) }},
		{"a scaling without end", `"aaaaaaaa`, func(f *file) { f.set("llama.rope.scaling.type", strings.Repeat("a", 1<<20)) }},
		{"a kind of vocabulary without end", `"aaaaaaaa`, func(f *file) { f.set("tokenizer.ggml.model", strings.Repeat("a", 1<<20)) }},
		{"a kind of vocabulary", `key "tokenizer.ggml.model": tokenizer model "bert" is not supported`, func(f *file) { f.set("tokenizer.ggml.model", "bert") }},
		{"token types that do not exist", `key "tokenizer.ggml.token_type": token 0 has the unknown type 77`, func(f *file) { f.set("tokenizer.ggml.token_type", slices.Repeat([]int32{77}, 1024)) }},
		{"no vocabulary", "no vocabulary", func(f *file) {
			f.drop("tokenizer.ggml.tokens")
			f.drop("tokenizer.ggml.scores")
			f.drop("tokenizer.ggml.token_type")
		}},
		{"a smaller vocabulary", `key "llama.vocab_size" is 1024, but the vocabulary has 1023 tokens`, func(f *file) {
			for _, k := range []string{"tokens", "scores", "token_type"} {
				f.set("tokenizer.ggml."+k, shorter(f, "tokenizer.ggml."+k))
			}
		}},
		{"a smaller vocabulary that the header knows of", "token_embd.weight", func(f *file) {
			f.drop("llama.vocab_size")
			for _, k := range []string{"tokens", "scores", "token_type"} {
				f.set("tokenizer.ggml."+k, shorter(f, "tokenizer.ggml."+k))
			}
		}},
		{"no number of layers", `key "llama.block_count" is missing`, func(f *file) { f.drop("llama.block_count") }},
		{"no number of heads", `key "llama.attention.head_count" is missing`, func(f *file) { f.drop("llama.attention.head_count") }},
		{"no length", `key "llama.context_length" is missing`, func(f *file) { f.drop("llama.context_length") }},
		{"no epsilon", `key "llama.attention.layer_norm_rms_epsilon" is missing`, func(f *file) { f.drop("llama.attention.layer_norm_rms_epsilon") }},
		{"an epsilon that is text", `key "llama.attention.layer_norm_rms_epsilon" holds a string`, func(f *file) { f.set("llama.attention.layer_norm_rms_epsilon", "small") }},
		{"heads that do not divide the width", `key "llama.attention.head_count" is 6, but the number of heads must divide`, func(f *file) { f.set("llama.attention.head_count", uint32(6)) }},
		{"a head of nothing", `key "llama.attention.key_length" is 0`, func(f *file) { f.set("llama.attention.key_length", uint32(0)) }},
		{"values of another size", `key "llama.attention.value_length" is 32`, func(f *file) { f.set("llama.attention.value_length", uint32(32)) }},
		{"a factor below nothing", `key "llama.rope.scaling.factor" is -2`, func(f *file) { f.set("llama.rope.scaling.factor", float32(-2)) }},
		{"YaRN with a factor that is no number", `key "llama.rope.scaling.attn_factor" is NaN`, func(f *file) {
			f.set("llama.rope.scaling.type", "yarn")
			f.set("llama.rope.scaling.attn_factor", float32(math.NaN()))
		}},
		{"YaRN with a beta of nothing", `key "llama.rope.scaling.yarn_beta_slow" is 0`, func(f *file) {
			f.set("llama.rope.scaling.type", "yarn")
			f.set("llama.rope.scaling.yarn_beta_slow", float32(0))
		}},
		{"an end outside the vocabulary", `key "tokenizer.ggml.eos_token_id": the EOS token 1024`, func(f *file) { f.set("tokenizer.ggml.eos_token_id", uint32(1024)) }},
		{"padding outside the vocabulary", `key "tokenizer.ggml.padding_token_id"`, func(f *file) { f.set("tokenizer.ggml.padding_token_id", uint32(1<<31-1)) }},
		{"a separator outside the vocabulary", `key "tokenizer.ggml.fim_sep_token_id" is 1024`, func(f *file) { f.set("tokenizer.ggml.fim_sep_token_id", uint32(1024)) }},
		{"ends outside the vocabulary", `key "tokenizer.ggml.eos_token_ids"`, func(f *file) { f.set("tokenizer.ggml.eos_token_ids", []int32{2, 1024}) }},
		{"a long token", `key "tokenizer.ggml.tokens": token 0 is 65537 bytes long`, func(f *file) {
			f.set("tokenizer.ggml.tokens", append([]string{strings.Repeat("a", 1<<16+1)}, shorter(f, "tokenizer.ggml.tokens").([]string)...))
		}},
		{"a score that is no number", `key "tokenizer.ggml.scores": the score of token 0 `, func(f *file) {
			f.set("tokenizer.ggml.scores", append([]float32{float32(math.NaN())}, shorter(f, "tokenizer.ggml.scores").([]float32)...))
		}},
		{"a merge of one part", `key "tokenizer.ggml.merges": merge 0, "ab"`, func(f *file) {
			f.set("tokenizer.ggml.model", "gpt2")
			f.set("tokenizer.ggml.merges", []string{"ab"})
		}},
		{"one layer less", `tensor "blk.2.`, func(f *file) { f.set("llama.block_count", uint32(2)) }},
		{"weights that the graph does not know", `tensor "blk.0.ffn_gate.bias" has no place`, func(f *file) {
			f.tensors = append(f.tensors, gguf.TensorSource{Name: "blk.0.ffn_gate.bias", Type: quant.F32, Shape: []uint64{4}, Data: make([]byte, 16)})
		}},
		{"a missing tensor", `"blk.1.attn_k.weight" is missing`, func(f *file) { f.drop("blk.1.attn_k.weight") }},
		{"a missing expert tensor", `"blk.2.ffn_down_exps.weight" is missing`, func(f *file) { f.drop("blk.2.ffn_down_exps.weight") }},
		{"a transposed tensor", `"blk.0.attn_k.weight" has the shape`, func(f *file) {
			x := inF32(*f.tensor("blk.0.attn_k.weight"))
			x.Shape = []uint64{x.Shape[1], x.Shape[0]}
			*f.tensor("blk.0.attn_k.weight") = x
		}},
		{"weights of a type for numbers", "type I32", func(f *file) {
			x := inF32(*f.tensor("blk.0.attn_k.weight"))
			x.Type = quant.I32
			*f.tensor("blk.0.attn_k.weight") = x
		}},
		{"biases", "biases", func(f *file) {
			f.tensors = append(f.tensors, gguf.TensorSource{Name: "blk.0.attn_q.bias", Type: quant.F32, Shape: []uint64{4}, Data: make([]byte, 16)})
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			path := changed(t, tinyModel, c.edit)
			l := NewLocal()
			defer l.Close()
			var got error
			for _, err := range l.Load(context.Background(), LoadOptions{Path: path}) {
				got = err
			}
			if !isSentence(got, "changed.gguf") || !strings.Contains(got.Error(), c.says) {
				t.Errorf("got %.600v, want a short sentence with %q that names the file once", got, c.says)
			}
		})
	}
}

// isSentence says whether an error is one that a person can read, and names the
// file once, without its folder.
func isSentence(err error, file string) bool {
	if err == nil {
		return false
	}
	s := err.Error()
	return strings.Count(s, file) == 1 && !strings.Contains(s, "/"+file) && !strings.ContainsAny(s, "\n\x1b") && len(s) < 600
}

// A name in a header is shown in windows and terminals.
func TestNamesAreShownOnALine(t *testing.T) {
	for name, shown := range map[string]string{
		"":                              "changed",
		"\n\t ":                         "changed",
		"Beyonder 4x7B":                 "Beyonder 4x7B",
		"two\nlines\x1b]0;title\a":      "two lines ]0;title",
		strings.Repeat("long ", 100000): strings.Repeat("long ", 20) + "…",
	} {
		l := start(t, LoadOptions{Context: 8, Path: changed(t, tinyModel, func(f *file) { f.set("general.name", name) })})
		if info, _ := l.Info(); info.Name != shown {
			t.Errorf("%.40q is shown as %q", name, info.Name)
		}
	}
}

// Whatever stands in a header, its report can be written as JSON, and no list in
// it is long.
func TestReportsAreJSON(t *testing.T) {
	path := changed(t, tinyModel, func(f *file) {
		f.set("odd.nan", math.NaN())
		f.set("odd.infinities", []float32{1, float32(math.Inf(-1))})
		f.set("odd.bytes", []uint8{1, 2})
		f.set("odd.long", make([]uint64, 100))
	})
	r, err := Inspect(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"odd.nan","value":"NaN"`, `[1,"-Inf"]`, `"odd.bytes","value":[1,2]`, `"100 numbers"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

// shorter is a metadata array without its last entry.
func shorter(f *file, key string) any {
	for _, k := range f.kvs {
		if k.Key == key {
			switch v := k.Value.(type) {
			case []string:
				return v[:len(v)-1]
			case []float32:
				return v[:len(v)-1]
			case []int32:
				return v[:len(v)-1]
			}
		}
	}
	return nil
}

// A template that cannot be used, or none: another is chosen, and it is told.
func TestTemplateFallback(t *testing.T) {
	for _, c := range []struct{ template, used string }{
		{"", "mistral"},
		{"{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content }}{% endfor %}", "the file's own"},
		{"{% broken <|im_start|>", "chatml"},
	} {
		l := start(t, LoadOptions{Path: changed(t, tinyModel, func(f *file) { f.set("tokenizer.chat_template", c.template) })})
		info, _ := l.Info()
		if info.Template != c.used || (len(info.Warnings) == 0) != (c.used == "the file's own") {
			t.Errorf("%q: template %q, warnings %q", c.template, info.Template, info.Warnings)
		}
		if c.used == "chatml" && !strings.Contains(info.Warnings[0], `"changed.gguf", line 1`) {
			t.Errorf("the warning does not name the file: %q", info.Warnings)
		}
		ask(t, l, Request{Messages: user("x"), Sampling: settings(1, 2)})
	}
}
