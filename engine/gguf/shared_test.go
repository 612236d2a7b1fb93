package gguf

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"beyonder/engine/quant"
)

// TestOracleModels opens every model with known logits: all block types, merged
// and split experts, written by llama.cpp.
func TestOracleModels(t *testing.T) {
	types := map[quant.Type]bool{}
	for _, path := range sharedFiles(t, "oracle/*.gguf") {
		f := opened(t, path)
		if v, _, err := f.String("general.architecture"); v != "llama" || err != nil {
			t.Errorf("%s: the architecture is %q, %v", path, v, err)
		}
		if v, _, err := f.Strings("tokenizer.ggml.tokens"); len(v) != 1024 || err != nil {
			t.Errorf("%s: %d tokens, %v", path, len(v), err)
		}
		if len(f.Tensors()) < 20 {
			t.Errorf("%s: %d tensors", path, len(f.Tensors()))
		}
		for _, tensor := range f.Tensors() {
			types[tensor.Type] = true
			plausible(t, path, tensor)
		}
		rewritten(t, f)
	}
	if len(types) < 18 {
		t.Errorf("only %d types were met", len(types))
	}
}

// plausible decodes the tensor's first and last row: weights that are read from
// the wrong place are huge or not numbers.
func plausible(t *testing.T, path string, tensor Tensor) {
	t.Helper()
	width := int(tensor.Shape[0])
	size := tensor.Type.RowBytes(width)
	if uint64(len(tensor.Data)) != tensor.Elems()/uint64(width)*uint64(size) {
		t.Fatalf("%s: %s has %d bytes", path, tensor.Name, len(tensor.Data))
	}
	row := make([]float32, width)
	for _, src := range [][]byte{tensor.Data[:size], tensor.Data[len(tensor.Data)-size:]} {
		quant.Dequantize(tensor.Type, row, src)
		for i, w := range row {
			if a := math.Abs(float64(w)); !(a < 10) {
				t.Fatalf("%s: weight %d of %s is %v", path, i, tensor.Name, w)
			}
		}
	}
}

// TestVocabularies opens real vocabularies: files without tensors, with arrays
// of up to 256,000 strings.
func TestVocabularies(t *testing.T) {
	for _, path := range sharedFiles(t, "data/vocab/*.gguf") {
		f := opened(t, path)
		tokens, ok, err := f.Strings("tokenizer.ggml.tokens")
		if len(tokens) < 32000 || !ok || err != nil {
			t.Errorf("%s: %d tokens, %v", path, len(tokens), err)
		}
		if types, _, err := f.Ints("tokenizer.ggml.token_type"); len(types) != len(tokens) || err != nil {
			t.Errorf("%s: %d token types, %v", path, len(types), err)
		}
		if v, ok, err := f.Uint("tokenizer.ggml.bos_token_id"); ok && v >= uint64(len(tokens)) || err != nil {
			t.Errorf("%s: bos is %d, %v", path, v, err)
		}
		rewritten(t, f)
	}
}

// rewritten writes the file anew. Those of version 3 must come out byte for
// byte, since other writers pad and order as this one does.
func rewritten(t *testing.T, f *File) {
	t.Helper()
	var kvs []KV
	for _, key := range f.Keys() {
		value, _ := f.Value(key)
		kvs = append(kvs, KV{key, value})
	}
	var tensors []TensorSource
	for _, x := range f.Tensors() {
		tensors = append(tensors, TensorSource{Name: x.Name, Type: x.Type, Shape: x.Shape, Data: x.Data})
	}
	var out bytes.Buffer
	if err := Write(&out, kvs, tensors); err != nil {
		t.Fatalf("%s: %v", f.Path, err)
	}
	original, err := os.ReadFile(f.Path)
	if err != nil {
		t.Fatal(err)
	}
	if f.Version == 3 && !bytes.Equal(out.Bytes(), original) {
		t.Errorf("%s: %d bytes become %d others", f.Path, len(original), out.Len())
	}
}

func sharedFiles(t *testing.T, pattern string) []string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = filepath.Dir(dir)
	}
	pattern = filepath.Join(filepath.Dir(dir), "shared", filepath.FromSlash(pattern))
	paths, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Skipf("SKIPPED: no file is called %s: the reference data is not beside this checkout", pattern)
	}
	return paths
}
