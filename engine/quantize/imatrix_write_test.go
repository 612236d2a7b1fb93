package quantize

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"beyonder/engine/gguf"
)

// What is saved is read again, in both forms: means of squares; of an expert that
// was never chosen, columns that matter equally.
func TestSavedImatrix(t *testing.T) {
	s := &Sums{Datasets: []string{"calm text.txt"}, Chunks: 3, Tokens: 10, Entries: []Entry{
		{"blk.0.ffn_up_exps.weight", []float64{20, 40, 0, 0, 3, 1.5}, []int64{20, 0, 3}},
		{"blk.0.attn_q.weight", []float64{30, 60, 7.5}, []int64{30}},
	}}
	want := map[string][]float32{
		"blk.0.attn_q.weight":      {1, 2, 0.25},
		"blk.0.ffn_up_exps.weight": {1, 2, 1, 1, 1, 0.5},
	}
	for _, name := range []string{"imatrix.gguf", "imatrix.dat"} {
		path := filepath.Join(t.TempDir(), name)
		if err := s.Save(path); err != nil {
			t.Fatal(err)
		}
		m, err := ReadImatrix(path)
		if err != nil {
			t.Fatal(err)
		}
		if m.Chunks != 3 || !slices.Equal(m.Datasets, s.Datasets) || len(m.means) != 2 {
			t.Errorf("%s: %d chunks of %v, %d tensors", name, m.Chunks, m.Datasets, len(m.means))
		}
		for tensor, values := range want {
			for i, v := range m.means[tensor] {
				if len(m.means[tensor]) != len(values) || math.Abs(float64(v-values[i])) > 1e-6 {
					t.Fatalf("%s: %s has %v, want %v", name, tensor, m.means[tensor], values)
				}
			}
		}
		if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
			t.Errorf("%q are left", left)
		}
	}
}

// Today's form has llama.cpp's names and shapes, in the order of names.
func TestSavedImatrixForOthers(t *testing.T) {
	s := &Sums{Chunks: 1, Tokens: 16, Entries: []Entry{
		{"blk.0.ffn_up_exps.weight", []float64{20, 40, 0, 0, 3, 1.5}, []int64{20, 0, 3}},
		{"blk.0.attn_q.weight", []float64{30, 60, 7.5}, []int64{30}},
	}}
	path := filepath.Join(t.TempDir(), "imatrix.gguf")
	if err := s.Save(path); err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for key, want := range map[string]any{"general.type": "imatrix", "imatrix.chunk_count": uint32(1), "imatrix.chunk_size": uint32(16)} {
		if v, _ := f.Value(key); v != want {
			t.Errorf("%s is %v", key, v)
		}
	}
	var names []string
	shapes := map[string][]uint64{}
	for _, x := range f.Tensors() {
		names, shapes[x.Name] = append(names, x.Name), x.Shape
	}
	if want := []string{"blk.0.attn_q.weight.in_sum2", "blk.0.attn_q.weight.counts", "blk.0.ffn_up_exps.weight.in_sum2", "blk.0.ffn_up_exps.weight.counts"}; !slices.Equal(names, want) {
		t.Errorf("the tensors are %q", names)
	}
	if a, b := shapes[names[2]], shapes[names[3]]; !slices.Equal(a, []uint64{2, 3}) || !slices.Equal(b, []uint64{1, 3}) {
		t.Errorf("of experts the shapes are %v and %v", a, b)
	}
}

func TestImatrixThatCannotBeSaved(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "in the way.gguf")
	if err := os.MkdirAll(filepath.Join(path, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := &Sums{Chunks: 1, Tokens: 16, Entries: []Entry{{"blk.0.attn_q.weight", []float64{1}, []int64{1}}}}
	if err := s.Save(path); err == nil {
		t.Error("a folder was written over")
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
}
