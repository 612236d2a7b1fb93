package merge

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

// merged runs a configuration and opens what it wrote.
func merged(t testing.TB, o Options) *gguf.File {
	t.Helper()
	if o.Out == "" {
		o.Out = filepath.Join(t.TempDir(), "out.gguf")
	}
	for _, err := range Merge(context.Background(), o) {
		if err != nil {
			t.Fatal(err)
		}
	}
	return opened(t, o.Out)
}

func opened(t testing.TB, path string) *gguf.File {
	t.Helper()
	f, err := gguf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func weights(t testing.TB, f *gguf.File, name string) []float32 {
	t.Helper()
	x, ok := f.Tensor(name)
	if !ok {
		t.Fatalf("%s has no tensor %s", f.Path, name)
	}
	out := make([]float32, x.Elems())
	quant.Dequantize(x.Type, out, x.Data)
	return out
}

// distance is the largest difference in units of the largest value.
func distance(got, want []float32) float64 {
	off, size := 0.0, 1e-30
	for i, w := range want {
		off = max(off, math.Abs(float64(got[i])-float64(w)))
		size = max(size, math.Abs(float64(w)))
	}
	return off / size
}

// relative is how far two vectors are apart, in units of the second's length.
func relative(got, want []float32) float64 {
	off, size := 0.0, 0.0
	for i, w := range want {
		off += (float64(got[i]) - float64(w)) * (float64(got[i]) - float64(w))
		size += float64(w) * float64(w)
	}
	return math.Sqrt(off / size)
}

// rounding is a type's: half of its last place, relative.
var rounding = map[quant.Type]float64{quant.F32: 0x1p-24, quant.F16: 0x1p-11, quant.BF16: 0x1p-8}

func configs(t *testing.T) []string {
	paths, err := filepath.Glob("testdata/configs/*.yml")
	if err != nil || len(paths) < 12 {
		t.Fatalf("%d configurations (%v)", len(paths), err)
	}
	return paths
}

// inTestdata makes the models' names, which are relative to testdata, work for
// a configuration in its own folder.
func inTestdata(t testing.TB, text string) string {
	t.Helper()
	folder, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "config.yml")
	for _, model := range []string{"base", "chat", "code", "story", "math", "wide"} {
		text = strings.ReplaceAll(text, ": "+model+".gguf", ": "+filepath.ToSlash(filepath.Join(folder, model+".gguf")))
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func configFile(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return inTestdata(t, string(text))
}

// Every tensor of every merge is what mergekit made of the same configuration,
// within the rounding of its type.
func TestSameAsMergekit(t *testing.T) {
	for _, path := range configs(t) {
		stem := strings.TrimSuffix(filepath.Base(path), ".yml")
		expected := filepath.Join("testdata", "expected", stem+".gguf")
		if _, err := os.Stat(expected); err != nil {
			continue // a mixture of which only the routers are kept
		}
		t.Run(stem, func(t *testing.T) {
			got, want := merged(t, Options{Config: configFile(t, path)}), opened(t, expected)
			sameTables(t, got, want)
			worst := 0.0
			for _, w := range want.Tensors() {
				off := distance(weights(t, got, w.Name), weights(t, want, w.Name))
				worst = max(worst, off)
				allowed := 20 * rounding[w.Type] // mergekit rounds on the way
				if strings.HasSuffix(stem, "-bf16") {
					allowed = 2 * rounding[quant.BF16] // its input as well
				}
				if strings.Contains(w.Name, "gate_inp") {
					allowed = 1e-4
				}
				if off > allowed {
					t.Errorf("%s is off by %.2g, allowed %.2g", w.Name, off, allowed)
				}
			}
			t.Logf("largest difference %.1e", worst)
		})
	}
}

func sameTables(t *testing.T, got, want *gguf.File) {
	t.Helper()
	if len(got.Tensors()) != len(want.Tensors()) {
		t.Errorf("%d tensors, mergekit has %d", len(got.Tensors()), len(want.Tensors()))
	}
	for _, w := range want.Tensors() {
		g, ok := got.Tensor(w.Name)
		if !ok || g.Type != w.Type || !slices.Equal(g.Shape, w.Shape) {
			t.Fatalf("%s: %v %v, mergekit has %v %v", w.Name, g.Type, g.Shape, w.Type, w.Shape)
		}
	}
	for _, key := range want.Keys() {
		if key == "general.name" || key == "tokenizer.ggml.scores" {
			continue
		}
		w, _ := want.Value(key)
		g, ok := got.Value(key)
		if !ok || !equalValues(g, w) {
			t.Errorf("%s is %v, mergekit has %v", key, g, w)
		}
	}
}

func equalValues(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

func expectedRouters(t *testing.T) map[string]map[string][][]float32 {
	t.Helper()
	text, err := os.ReadFile("testdata/expected/routers.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]map[string][][]float32
	if err := json.Unmarshal(text, &all); err != nil || len(all) < 4 {
		t.Fatalf("%d routers (%v)", len(all), err)
	}
	return all
}

// Router rows are mergekit's within 1e-4 of their length; and within bfloat16's
// rounding of those it makes when it reads prompts in bfloat16.
func TestRoutersAsMergekit(t *testing.T) {
	for stem, layers := range expectedRouters(t) {
		allowed := 1e-4
		config, rounded := strings.CutSuffix(stem, "-bf16")
		if rounded {
			allowed = 0.05
		}
		got := merged(t, Options{Config: configFile(t, "testdata/configs/"+config+".yml")})
		worst := 0.0
		for name, rows := range layers {
			all := weights(t, got, name)
			for e, want := range rows {
				off := relative(all[e*len(want):(e+1)*len(want)], want)
				worst = max(worst, off)
				if off > allowed {
					t.Errorf("%s: %s, expert %d is off by %.2g, allowed %.2g", stem, name, e, off, allowed)
				}
			}
		}
		t.Logf("%s: largest difference %.1e of %d layers", stem, worst, len(layers))
	}
}
