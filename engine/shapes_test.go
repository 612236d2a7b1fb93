package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

// shape is a model small enough to be made in a test.
type shape struct {
	layers, width, heads, kvHeads, headDim, ff int
	experts, used, vocabulary                  int
	kind                                       quant.Type // of the matrices
	tied, split                                bool
	rotated                                    int // values per head, 0: all
}

// matrix is the weights as they are after decoding, `out` rows of `in`.
type matrix struct {
	in, out int
	w       []float32
}

// toy is such a model: a file and, in float64, an obvious transformer.
type toy struct {
	shape
	rng      *rand.Rand
	tensors  []gguf.TensorSource
	matrices map[string]matrix
	watch    func(matrix string, x []float64) // sees what matrices are multiplied with; may be nil
}

func newToy(t *testing.T, s shape) *toy {
	y := &toy{shape: s, rng: rand.New(rand.NewPCG(7, 8)), matrices: map[string]matrix{}}
	y.add(t, "token_embd.weight", s.kind, s.width, s.vocabulary)
	y.gain("output_norm.weight")
	if !s.tied {
		y.add(t, "output.weight", s.kind, s.width, s.vocabulary)
	}
	for l := range s.layers {
		at := fmt.Sprintf("blk.%d.", l)
		y.gain(at + "attn_norm.weight")
		y.gain(at + "ffn_norm.weight")
		y.add(t, at+"attn_q.weight", s.kind, s.width, s.heads*s.headDim)
		y.add(t, at+"attn_k.weight", s.kind, s.width, s.kvHeads*s.headDim)
		y.add(t, at+"attn_v.weight", s.kind, s.width, s.kvHeads*s.headDim)
		y.add(t, at+"attn_output.weight", s.kind, s.heads*s.headDim, s.width)
		y.feedForward(t, at)
	}
	return y
}

func (y *toy) feedForward(t *testing.T, at string) {
	if y.experts == 0 {
		y.add(t, at+"ffn_gate.weight", y.kind, y.width, y.ff)
		y.add(t, at+"ffn_up.weight", y.kind, y.width, y.ff)
		y.add(t, at+"ffn_down.weight", y.kind, y.ff, y.width)
		return
	}
	y.add(t, at+"ffn_gate_inp.weight", quant.F32, y.width, y.experts)
	for _, name := range []string{"ffn_gate", "ffn_up", "ffn_down"} {
		in, out := y.width, y.ff
		if name == "ffn_down" {
			in, out = out, in
		}
		var merged []byte
		for e := range y.experts {
			one := fmt.Sprintf("%s%s.%d.weight", at, name, e)
			y.add(t, one, y.kind, in, out)
			if !y.split {
				last := len(y.tensors) - 1
				merged = append(merged, y.tensors[last].Data...)
				y.tensors = y.tensors[:last]
			}
		}
		if !y.split {
			y.tensors = append(y.tensors, gguf.TensorSource{Name: at + name + "_exps.weight", Type: y.kind, Shape: []uint64{uint64(in), uint64(out), uint64(y.experts)}, Data: merged})
		}
	}
}

func (y *toy) add(t *testing.T, name string, kind quant.Type, in, out int) {
	t.Helper()
	w := make([]float32, in*out)
	for i := range w {
		w[i] = float32(y.rng.NormFloat64() / math.Sqrt(float64(in)))
	}
	data := make([]byte, out*kind.RowBytes(in))
	if err := quant.QuantizeWeighted(kind, data, w, slices.Repeat([]float32{1}, in)); err != nil {
		t.Fatal(err)
	}
	quant.Dequantize(kind, w, data)
	y.matrices[name] = matrix{in, out, w}
	y.tensors = append(y.tensors, gguf.TensorSource{Name: name, Type: kind, Shape: []uint64{uint64(in), uint64(out)}, Data: data})
}

func (y *toy) gain(name string) {
	w := make([]float32, y.width)
	data := make([]byte, 0, 4*y.width)
	for i := range w {
		w[i] = 1 + float32(y.rng.NormFloat64())/8
		u := math.Float32bits(w[i])
		data = append(data, byte(u), byte(u>>8), byte(u>>16), byte(u>>24))
	}
	y.matrices[name] = matrix{y.width, 1, w}
	y.tensors = append(y.tensors, gguf.TensorSource{Name: name, Type: quant.F32, Shape: []uint64{uint64(y.width)}, Data: data})
}

// write writes the model with a vocabulary of bytes and numbers.
func (y *toy) write(t *testing.T) string {
	t.Helper()
	tokens := []string{"<unk>", "<s>", "</s>"}
	types := []int32{2, 3, 3}
	for b := range 256 {
		tokens, types = append(tokens, fmt.Sprintf("<0x%02X>", b)), append(types, 6)
	}
	for len(tokens) < y.vocabulary {
		tokens, types = append(tokens, fmt.Sprint("▁", len(tokens))), append(types, 1)
	}
	u := func(v int) uint32 { return uint32(v) }
	kvs := []gguf.KV{
		{Key: "general.architecture", Value: "llama"},
		{Key: "llama.block_count", Value: u(y.layers)},
		{Key: "llama.context_length", Value: u(64)},
		{Key: "llama.embedding_length", Value: u(y.width)},
		{Key: "llama.feed_forward_length", Value: u(y.ff)},
		{Key: "llama.attention.head_count", Value: u(y.heads)},
		{Key: "llama.attention.head_count_kv", Value: u(y.kvHeads)},
		{Key: "llama.attention.key_length", Value: u(y.headDim)},
		{Key: "llama.attention.value_length", Value: u(y.headDim)},
		{Key: "llama.rope.dimension_count", Value: u(y.dims())},
		{Key: "llama.attention.layer_norm_rms_epsilon", Value: float32(1e-5)},
		{Key: "tokenizer.ggml.model", Value: "llama"},
		{Key: "tokenizer.ggml.tokens", Value: tokens},
		{Key: "tokenizer.ggml.scores", Value: make([]float32, len(tokens))},
		{Key: "tokenizer.ggml.token_type", Value: types},
	}
	if y.experts > 0 {
		kvs = append(kvs, gguf.KV{Key: "llama.expert_count", Value: u(y.experts)}, gguf.KV{Key: "llama.expert_used_count", Value: u(y.used)})
	}
	path := filepath.Join(t.TempDir(), "toy.gguf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := gguf.Write(f, kvs, y.tensors); err != nil {
		t.Fatal(err)
	}
	return path
}

func (y *toy) dims() int {
	if y.rotated > 0 {
		return y.rotated
	}
	return y.headDim
}

// Shapes that no published model has, but a file may: the exact path agrees with
// an obvious transformer, the fast one nearly, in one batch and token by token.
func TestOddShapes(t *testing.T) {
	base := shape{layers: 2, width: 64, heads: 4, kvHeads: 4, headDim: 16, ff: 96, vocabulary: 301, kind: quant.Q8_0}
	for name, edit := range map[string]func(s *shape){
		"dense, a vocabulary of 301":            func(*shape) {},
		"tied embeddings":                       func(s *shape) { s.tied = true },
		"one key/value head for eight":          func(s *shape) { s.heads, s.kvHeads, s.headDim = 8, 1, 8 },
		"heads wider than the model":            func(s *shape) { s.headDim = 40 },
		"half of each head rotated":             func(s *shape) { s.rotated = 8 },
		"one expert":                            func(s *shape) { s.experts, s.used = 1, 1 },
		"one expert, split":                     func(s *shape) { s.experts, s.used, s.split = 1, 1, true },
		"three of five experts":                 func(s *shape) { s.experts, s.used = 5, 3 },
		"three of five experts, split":          func(s *shape) { s.experts, s.used, s.split = 5, 3, true },
		"all of three experts":                  func(s *shape) { s.experts, s.used = 3, 3 },
		"eight of 64 experts":                   func(s *shape) { s.experts, s.used = 64, 8 },
		"a feed-forward narrower than a block":  func(s *shape) { s.ff = 32 },
		"widths of no multiple, float16":        func(s *shape) { s.kind, s.width, s.headDim, s.ff = quant.F16, 37, 6, 51 },
		"widths of no multiple, float32":        func(s *shape) { s.kind, s.width, s.headDim, s.ff, s.vocabulary = quant.F32, 5, 2, 3, 260 },
		"widths of no multiple, bfloat16":       func(s *shape) { s.kind, s.width, s.headDim, s.ff = quant.BF16, 33, 10, 70 },
		"widths of 32 in Q4_0":                  func(s *shape) { s.kind, s.width, s.ff, s.heads, s.kvHeads, s.headDim = quant.Q4_0, 288, 160, 2, 2, 16 },
		"three of five experts, Q4_0, one head": func(s *shape) { s.kind, s.experts, s.used, s.heads, s.kvHeads, s.headDim = quant.Q4_0, 5, 3, 1, 1, 64 },
	} {
		t.Run(name, func(t *testing.T) {
			s := base
			edit(&s)
			y := newToy(t, s)
			tokens := []int32{1, 40, 41, 250, 3, 17, 17, 99, 200, 258, 5}
			want := y.forward(tokens)
			o := LoadOptions{Path: y.write(t), Exact: true, KV: "f32", Context: len(tokens)}
			exact := logits(t, o, tokens)
			for p := range want {
				for i := range want[p] {
					if d := math.Abs(float64(exact[p][i] - want[p][i])); !(d < 2e-4) {
						t.Fatalf("exact: position %d, token %d: %v, want %v", p, i, exact[p][i], want[p][i])
					}
				}
			}
			single := logits(t, o, tokens[:1])[0]
			for i := range single {
				if math.Abs(float64(single[i]-want[0][i])) > 2e-4 {
					t.Fatalf("alone: token %d: %v, want %v", i, single[i], want[0][i])
				}
			}
			o.Exact, o.KV = false, ""
			if kl := meanKL(want, logits(t, o, tokens)); !(kl < 2e-3) {
				t.Errorf("fast: mean KL %.2g", kl)
			}
		})
	}
}

// margins will hold, for each position, how far the router's logit of the last
// expert that is chosen is from that of the first that is not.
func (y *toy) margins() *[]float64 {
	all := new([]float64)
	y.watch = func(name string, x []float64) {
		if !strings.HasSuffix(name, "ffn_gate_inp.weight") {
			return
		}
		m := y.matrices[name]
		logits := make([]float64, m.out)
		for o := range logits {
			for i, v := range x {
				logits[o] += float64(m.w[o*m.in+i]) * v
			}
		}
		slices.Sort(logits)
		*all = append(*all, logits[len(logits)-y.used]-logits[len(logits)-y.used-1])
	}
	return all
}

// Every type of weight that a file may have, through the whole graph, in either
// layout of experts. A token that stands almost between two experts may get the
// other one: 8-bit activations leave router logits off by 0.004 (of about 1), so
// that six times as much between two experts is safe. Once it was Q8_0's position
// 2 (KL 0.08), whose experts are 0.0076 apart, the fourth least of the 308 here;
// all others are within 3.3e-4.
func TestEveryWeightType(t *testing.T) {
	const near = 0.025
	tokens := []int32{1, 40, 41, 250, 3, 17, 17, 99, 200, 258, 5}
	seen := 0
	for kind := range quant.Type(64) {
		if !quant.Decodable(kind) || !quant.Encodable(kind) {
			continue
		}
		seen++
		t.Run(kind.String(), func(t *testing.T) {
			y := newToy(t, shape{layers: 1, width: 256, heads: 2, kvHeads: 1, headDim: 128, ff: 256, vocabulary: 260, kind: kind, experts: 3, used: 2, split: seen%2 == 0})
			margins := y.margins()
			want := y.forward(tokens)
			y.watch = nil
			o := LoadOptions{Path: y.write(t), Device: "cpu", Exact: true, KV: "f32", Context: len(tokens)}
			for p, row := range logits(t, o, tokens) {
				for i := range row {
					if d := math.Abs(float64(row[i] - want[p][i])); !(d < 2e-4) {
						t.Fatalf("exact: position %d, token %d: %v, want %v", p, i, row[i], want[p][i])
					}
				}
			}
			o.Exact, o.KV = false, ""
			got := logits(t, o, tokens)
			for p := range got {
				if kl := meanKL(want[p:p+1], got[p:p+1]); !(kl < 5e-4) {
					if margin := (*margins)[p]; margin > near {
						t.Errorf("fast: position %d: KL %.2g, though its experts are %.2g apart", p, kl, margin)
					} else {
						t.Logf("fast: position %d: KL %.2g, its experts are %.2g apart", p, kl, margin)
					}
				}
			}
		})
	}
	if seen < 25 {
		t.Errorf("%d types", seen)
	}
}
