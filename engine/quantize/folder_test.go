package quantize

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beyonder/engine"
	"beyonder/engine/gguf"
	"beyonder/engine/token"
)

const folders = "../hf/testdata/"

// read is what a model computes after some tokens, in float32 throughout.
func read(t *testing.T, path string, ids []int32) (rows [][]float32) {
	t.Helper()
	l := engine.NewLocal()
	defer l.Close()
	for _, err := range l.Load(t.Context(), engine.LoadOptions{Path: path, Context: 16, Device: "cpu", Exact: true, KV: "f32"}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for row, err := range l.Logits(t.Context(), ids) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, slices.Clone(row))
	}
	return rows
}

// A folder becomes a file that computes and reads text as the folder does: rows of
// Q and K permuted, experts stacked, the tokenizer in it.
func TestFolderToFile(t *testing.T) {
	text := "Once upon a time, 12 foxes' keys: «Schlüssel» 日本\n\n  x\t=\t1;"
	for _, name := range []string{"mixtral", "llama3", "yarn"} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.gguf")
			p, _ := made(t, Options{In: folders + name, Out: out}, "F32")
			info, err := os.Stat(out)
			if err != nil || p.Done != p.Total || p.Written != info.Size() || math.Abs(float64(p.Expected-p.Written)) > float64(p.Written)/10+4096 {
				t.Errorf("done %d of %d, written %d of %d (%v)", p.Done, p.Total, p.Written, p.Expected, err)
			}
			ids := []int32{1, 5, 60, 200, 7}
			want := read(t, folders+name, ids)
			for i, row := range read(t, out, ids) {
				for j, v := range row {
					if math.Abs(float64(v-want[i][j])) > 1e-5 {
						t.Fatalf("row %d: token %d has %v, in the folder %v", i, j, v, want[i][j])
					}
				}
			}
			a, errA := engine.OpenVocabulary(folders + name)
			b, errB := engine.OpenVocabulary(out)
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			x, y := a.Encode(text, token.Options{BOS: true}), b.Encode(text, token.Options{BOS: true})
			if !slices.Equal(x, y) || len(x) < 10 {
				t.Errorf("the file reads %v, the folder %v", y, x)
			}
		})
	}
}

// Stacks of experts have the type of a mixture, and today's names.
func TestFolderOfExperts(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.gguf")
	made(t, Options{In: folders + "mixtral/config.json", Out: out}, "Q8_0")
	f, err := gguf.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	experts, _, _ := f.Uint("llama.expert_count")
	for _, name := range []string{"ffn_gate", "ffn_up", "ffn_down"} {
		x, ok := f.Tensor("blk.0." + name + "_exps.weight")
		if !ok || len(x.Shape) != 3 || x.Shape[2] != experts || experts < 2 {
			t.Errorf("%s: %v", name, x.Shape)
		}
	}
	for _, x := range f.Tensors() {
		if splitExpert.MatchString(x.Name) {
			t.Errorf("%s is not in a stack", x.Name)
		}
	}
}

// A file is not written over what it is made of, whichever of its parts that is.
func TestFolderIsNotWrittenOver(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(folders+"mixtral")); err != nil {
		t.Fatal(err)
	}
	weights := filepath.Join(dir, "model.safetensors")
	before, err := os.ReadFile(weights)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := MixtureNamed("Q8_0")
	for _, err := range Run(t.Context(), Options{In: dir, Out: weights, Mixture: m}) {
		if err == nil || !strings.Contains(err.Error(), "is the file to be read") {
			t.Errorf("Run gave %v", err)
		}
	}
	if after, err := os.ReadFile(weights); err != nil || string(after) != string(before) {
		t.Errorf("the weights are another file (%v)", err)
	}
}
