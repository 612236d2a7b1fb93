//go:build cgo && !darwin

package gl

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beyonder/engine/compute"
	"beyonder/engine/cpu"
	"beyonder/engine/gguf"
	"beyonder/engine/model"
)

// source lets the model read a GGUF file.
type source struct{ *gguf.File }

func (s source) Tensor(name string) (model.Tensor, bool) {
	t, ok := s.File.Tensor(name)
	return model.Tensor{Type: t.Type, Shape: t.Shape, Data: t.Data}, ok
}

// run computes the logits after each token on a device, batch tokens at a time.
func run(t *testing.T, path string, dev compute.Device, tokens []int32, batch int, f16 bool) [][]float32 {
	t.Helper()
	defer dev.Close()
	f, err := gguf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	embed, _ := f.Tensor("token_embd.weight")
	vocabulary := int(embed.Shape[1])
	c, err := model.ReadConfig(source{f}, vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.New(source{f}, c, dev, model.Options{Context: len(tokens), Batch: batch, F16: f16})
	if err != nil {
		t.Fatal(err)
	}
	rows := make([][]float32, len(tokens))
	for i := range rows {
		rows[i] = make([]float32, vocabulary)
	}
	for at := 0; at < len(tokens); at += batch {
		end := min(at+batch, len(tokens))
		if err := m.Step(context.Background(), tokens[at:end], at, rows[at:end]); err != nil {
			t.Fatal(err)
		}
	}
	return rows
}

// The oracle models, through the device: the mean KL divergence from the exact
// CPU run is at most twice that of llama.cpp's own run of the file, plus 0.001.
// Read in batches, and token by token.
func TestOracle(t *testing.T) {
	own, _ := filepath.Glob("../testdata/*.json")
	shared, _ := filepath.Glob("../../../shared/oracle/*.json")
	if len(own) == 0 {
		t.Fatal("the models of engine/testdata are gone")
	}
	if len(shared) == 0 {
		t.Log("SKIPPED: ../shared/oracle is not there; only the models of engine/testdata are checked")
	}
	for _, path := range append(own, shared...) {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		t.Run(name, func(t *testing.T) {
			var want struct {
				Tokens []int32 `json:"tokens"`
				Peer   struct {
					MeanKL float64 `json:"mean_kl"`
				} `json:"peer_native"`
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			file := strings.TrimSuffix(path, ".json") + ".gguf"
			exact := run(t, file, cpu.New(cpu.Options{Exact: true}), want.Tokens, 64, false)
			batches := meanKL(exact, run(t, file, device(t), want.Tokens, 64, false))
			halves := meanKL(exact, run(t, file, device(t), want.Tokens, 3, true))
			for _, kl := range []float64{batches, halves} {
				if limit := 2*want.Peer.MeanKL + 0.001; !(kl <= limit) {
					t.Errorf("mean KL %.2g, allowed %.2g", kl, limit)
				}
			}
			t.Logf("mean KL %.1e in batches of 64, %.1e in threes with a float16 cache (llama.cpp %.1e)", batches, halves, want.Peer.MeanKL)
		})
	}
}

func meanKL(p, q [][]float32) float64 {
	sum := 0.0
	for i := range p {
		a, b := logSoftmax(p[i]), logSoftmax(q[i])
		for j := range a {
			sum += math.Exp(a[j]) * (a[j] - b[j])
		}
	}
	return sum / float64(len(p))
}

func logSoftmax(x []float32) []float64 {
	most, sum := float64(slices.Max(x)), 0.0
	for _, v := range x {
		sum += math.Exp(float64(v) - most)
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v) - most - math.Log(sum)
	}
	return out
}
