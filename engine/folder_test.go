package engine

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beyonder/engine/gguf"
	"beyonder/engine/hf"
	"beyonder/engine/quant"
	"beyonder/engine/token"
)

// folders were made with transformers 5.23 (torch 2.15), sentencepiece 0.2.3 and
// tokenizers 0.23: tiny models with random weights, the logits that transformers
// computes in float32, and the ids of some texts.
var folders = []string{"mixtral", "llama3", "yarn"}

func golden(t *testing.T, folder, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("hf", "testdata", folder, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// A folder gives the logits that transformers computes from it: Mixtral in BF16,
// a tied Llama with llama3's frequencies and its own head size in sharded F16, a
// Mistral with YaRN in F32.
func TestFoldersAgainstTransformers(t *testing.T) {
	for _, name := range folders {
		var want struct {
			IDs       []int32
			Positions []int
			Logits    [][]float64
		}
		golden(t, name, "logits.json", &want)
		rows := logits(t, LoadOptions{Path: "hf/testdata/" + name, Exact: true}, want.IDs)
		off := 0.0
		for i, pos := range want.Positions {
			for j, v := range want.Logits[i] {
				off = max(off, math.Abs(float64(rows[pos][j])-v))
			}
		}
		if off > 1e-4 {
			t.Errorf("%s: logits are off by %.2g, allowed 1e-4", name, off)
		}
		t.Logf("%s: off by %.1e", name, off)
	}
}

// Texts get the ids that the makers of the vocabularies give them: SentencePiece
// from a tokenizer.model, and the library tokenizers from its own file, byte-level
// and in SentencePiece's manner.
func TestFolderVocabularies(t *testing.T) {
	for _, name := range folders {
		tok, err := OpenVocabulary("hf/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var texts []struct {
			Text string
			IDs  []int32
		}
		golden(t, name, "ids.json", &texts)
		for _, x := range texts {
			// SentencePiece knows no special tokens in text, tokenizers always does.
			got := tok.Encode(x.Text, token.Options{Special: name != "mixtral"})
			if !slices.Equal(got, x.IDs) {
				t.Errorf("%s: %q gives %v, want %v", name, x.Text, got, x.IDs)
			}
		}
	}
}

func TestChatWithFolder(t *testing.T) {
	l := start(t, LoadOptions{Path: "hf/testdata/mixtral"})
	info, _ := l.Info()
	if info.Name != "mixtral" || info.Template != "the file's own" || info.Experts != 4 || info.Quantization != "BF16" || info.Hash == "" {
		t.Errorf("info %+v", info)
	}
	a := ask(t, l, Request{Messages: user("Hello"), Sampling: settings(1, 4)})
	if a.done.PromptTokens < 5 {
		t.Errorf("the reply's end: %+v", a.done)
	}
}

// unpermute is the inverse of what reading a folder does: GGUF's neighbouring rows
// 2j, 2j+1 of a head become rows j and j+half.
func unpermute(values []float32, rows, heads int) []float32 {
	columns, size := len(values)/rows, rows/heads
	out := make([]float32, len(values))
	for r := range rows {
		head, i := r/size, r%size
		to := head*size + i/2 + i%2*size/2
		copy(out[to*columns:(to+1)*columns], values[r*columns:(r+1)*columns])
	}
	return out
}

var hfNames = strings.NewReplacer("token_embd.", "model.embed_tokens.", "output_norm.", "model.norm.", "output.", "lm_head.",
	"blk.", "model.layers.", "attn_norm", "input_layernorm", "ffn_norm", "post_attention_layernorm",
	"attn_q", "self_attn.q_proj", "attn_k", "self_attn.k_proj", "attn_v", "self_attn.v_proj", "attn_output", "self_attn.o_proj",
	"ffn_gate_inp", "block_sparse_moe.gate", "ffn_gate.", "mlp.gate_proj.", "ffn_up.", "mlp.up_proj.", "ffn_down.", "mlp.down_proj.")

// asFolder writes a GGUF file's model as a folder of float32, its experts one by
// one or fused.
func asFolder(t *testing.T, path string, fused bool) string {
	t.Helper()
	f, err := gguf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []hf.Source
	for _, x := range f.Tensors() {
		values := make([]float32, x.Elems())
		quant.Dequantize(x.Type, values, x.Data)
		shape := slices.Clone(x.Shape)
		slices.Reverse(shape)
		switch {
		case strings.Contains(x.Name, "attn_q."):
			values = unpermute(values, int(shape[0]), 4)
		case strings.Contains(x.Name, "attn_k."):
			values = unpermute(values, int(shape[0]), 2)
		case strings.Contains(x.Name, "_exps."):
			out = append(out, experts(x.Name, values, shape, fused)...)
			continue
		}
		out = append(out, source32(hfNames.Replace(x.Name), values, shape))
	}
	if fused {
		out = fuse(out)
	}
	dir := t.TempDir()
	for _, err := range hf.WriteFolder(context.Background(), dir, out, 1<<20) {
		if err != nil {
			t.Fatal(err)
		}
	}
	writeConfig(t, dir, f)
	return dir
}

func source32(name string, values []float32, shape []uint64) hf.Source {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return hf.Source{Name: name, DType: hf.F32, Shape: shape, Data: b}
}

// experts cuts blk.N.ffn_gate_exps.weight into w1 of each expert, ups into w3 and
// downs into w2; or keeps them together for fuse.
func experts(name string, values []float32, shape []uint64, fused bool) []hf.Source {
	parts := strings.Split(name, ".")
	at := "model.layers." + parts[1]
	kind := strings.TrimSuffix(strings.TrimPrefix(parts[2], "ffn_"), "_exps")
	if fused {
		return []hf.Source{source32(at+".mlp.experts."+kind+"_proj", values, shape)}
	}
	w := map[string]string{"gate": "w1", "up": "w3", "down": "w2"}[kind]
	var out []hf.Source
	size := len(values) / int(shape[0])
	for e := range int(shape[0]) {
		out = append(out, source32(fmt.Sprintf("%s.block_sparse_moe.experts.%d.%s.weight", at, e, w), values[e*size:(e+1)*size], shape[1:]))
	}
	return out
}

// fuse makes the form that transformers 5 has in memory: each expert's gate above
// its up.
func fuse(all []hf.Source) []hf.Source {
	find := func(name string) hf.Source {
		return all[slices.IndexFunc(all, func(s hf.Source) bool { return s.Name == name })]
	}
	var out []hf.Source
	for _, s := range all {
		at, isGate := strings.CutSuffix(s.Name, "gate_proj")
		switch {
		case isGate:
			up, n := find(at+"up_proj"), int(s.Shape[0])
			both := hf.Source{Name: at + "gate_up_proj", DType: hf.F32, Shape: []uint64{s.Shape[0], 2 * s.Shape[1], s.Shape[2]}}
			for e := range n {
				size := len(s.Data) / n
				both.Data = append(append(both.Data, s.Data[e*size:(e+1)*size]...), up.Data[e*size:(e+1)*size]...)
			}
			out = append(out, both)
		case strings.HasSuffix(s.Name, ".experts.up_proj"):
		default:
			s.Name = strings.ReplaceAll(s.Name, "block_sparse_moe.gate.", "mlp.gate.")
			out = append(out, s)
		}
	}
	return out
}

// writeConfig writes config.json and a tokenizer.json for the model in a GGUF file.
func writeConfig(t *testing.T, dir string, f *gguf.File) {
	t.Helper()
	n := func(key string) uint64 { v, _, _ := f.Uint("llama." + key); return v }
	_, output := f.Tensor("output.weight")
	c := map[string]any{
		"architectures": []string{"MistralForCausalLM"}, "hidden_act": "silu", "tie_word_embeddings": !output,
		"hidden_size": n("embedding_length"), "intermediate_size": n("feed_forward_length"), "num_hidden_layers": n("block_count"),
		"num_attention_heads": n("attention.head_count"), "num_key_value_heads": n("attention.head_count_kv"),
		"max_position_embeddings": n("context_length"), "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "vocab_size": n("vocab_size"),
	}
	if n("expert_count") > 0 {
		c["architectures"], c["num_local_experts"], c["num_experts_per_tok"] = []string{"MixtralForCausalLM"}, n("expert_count"), n("expert_used_count")
	}
	tokens, _, _ := f.Strings("tokenizer.ggml.tokens")
	vocab := map[string]int{}
	for id, text := range tokens {
		vocab[text] = id
	}
	tok := map[string]any{
		"pre_tokenizer": map[string]any{"type": "Metaspace", "replacement": "▁"},
		"model":         map[string]any{"type": "BPE", "vocab": vocab, "merges": []string{}, "unk_token": "<unk>", "byte_fallback": true},
	}
	for name, v := range map[string]any{"config.json": c, "tokenizer.json": tok} {
		text, err := json.Marshal(v)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A model gives the same logits from a folder as from the GGUF file it came from.
func TestFolderLikeFile(t *testing.T) {
	tokens := []int32{1, 90, 91, 500, 17, 300}
	for _, c := range []struct {
		file  string
		fused bool
	}{{"dense-Q4_K_M", false}, {"dense-tied-Q8_0", false}, {"mixtral-Q2_K", false}, {"mixtral-Q2_K", true}} {
		path := "testdata/" + c.file + ".gguf"
		want := logits(t, LoadOptions{Path: path, Exact: true, Context: 16}, tokens)
		got := logits(t, LoadOptions{Path: asFolder(t, path, c.fused), Exact: true, Context: 16}, tokens)
		for i := range want {
			for j := range want[i] {
				if d := math.Abs(float64(want[i][j] - got[i][j])); d > 1e-4 {
					t.Fatalf("%s, fused %v: position %d, token %d: %v from the file, %v from the folder", c.file, c.fused, i, j, want[i][j], got[i][j])
				}
			}
		}
	}
}

// What a folder says of itself can be written as a GGUF file, which then is the
// same model.
func TestFolderAsGGUF(t *testing.T) {
	for _, name := range folders {
		f, err := hf.Open("hf/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		var kvs []gguf.KV
		for _, key := range f.Keys() {
			v, _ := f.Value(key)
			kvs = append(kvs, gguf.KV{Key: key, Value: v})
		}
		var tensors []gguf.TensorSource
		for _, n := range f.Names() {
			x, _ := f.Tensor(n)
			tensors = append(tensors, gguf.TensorSource{Name: n, Type: x.Type, Shape: x.Shape, Data: x.Data})
		}
		path := filepath.Join(t.TempDir(), "model.gguf")
		out, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		err = errors.Join(gguf.Write(out, kvs, tensors), out.Close())
		if err != nil {
			t.Fatal(err)
		}
		tokens := []int32{1, 90, 91, 380, 17, 300}
		want := logits(t, LoadOptions{Path: f.Path, Exact: true}, tokens)
		got := logits(t, LoadOptions{Path: path, Exact: true}, tokens)
		for i := range want {
			if !slices.Equal(want[i], got[i]) {
				t.Errorf("%s: position %d differs between the folder and the file made of it", name, i)
			}
		}
		sameIDs(t, f.Path, path)
	}
}

// sameIDs wants the same ids of all texts but those with white space that a token
// swallows, which a GGUF file cannot say.
func sameIDs(t *testing.T, folder, file string) {
	t.Helper()
	a, err := OpenVocabulary(folder)
	if err != nil {
		t.Fatal(err)
	}
	b, err := OpenVocabulary(file)
	if err != nil {
		t.Fatal(err)
	}
	var texts []struct{ Text string }
	golden(t, filepath.Base(folder), "ids.json", &texts)
	for _, x := range texts {
		o := token.Options{Special: true, BOS: true}
		if want, got := a.Encode(x.Text, o), b.Encode(x.Text, o); !slices.Equal(want, got) && !strings.Contains(x.Text, "<tool>") {
			t.Errorf("%q gives %v from the folder, %v from the file made of it", x.Text, want, got)
		}
	}
	if a.BOS() != b.BOS() || a.EOS() != b.EOS() || a.AddsBOS() != b.AddsBOS() {
		t.Errorf("%s: BOS %d and %d, EOS %d and %d", folder, a.BOS(), b.BOS(), a.EOS(), b.EOS())
	}
}

// A folder may be named by the files that people choose in its place.
func TestInspectFolder(t *testing.T) {
	for _, path := range []string{"hf/testdata/mixtral", "hf/testdata/mixtral/config.json", "hf/testdata/mixtral/model.safetensors"} {
		inspectMixtral(t, path)
	}
	if _, err := Inspect("testdata", 64); err == nil || !strings.Contains(err.Error(), "no config.json") {
		t.Errorf("a folder without a model: %v", err)
	}
}

func inspectMixtral(t *testing.T, path string) {
	t.Helper()
	r, err := Inspect(path, 64)
	if err != nil {
		t.Fatal(err)
	}
	if r.Version != 0 || r.Quantization != "BF16" || r.Problem != "" || r.Model == nil || r.Model.Experts != 4 || len(r.Tensors) != 41 || r.Tensors[0].Bytes != 404*32*2 {
		t.Errorf("%+v, %+v", r, r.Model)
	}
}
