package gguf

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beyonder/engine/quant"
)

// splitModel writes a model of three parts, each with two tensors, and returns
// the paths; change may alter the keys of a part.
func splitModel(t *testing.T, change func(part int, kvs []KV) []KV) (paths []string) {
	t.Helper()
	dir := t.TempDir()
	for i := range 3 {
		kvs := []KV{{"split.no", uint16(i)}, {"split.count", uint16(3)}, {"split.tensors.count", int32(6)}}
		if i == 0 {
			kvs = append(kvs, KV{"general.architecture", "llama"})
		}
		if change != nil {
			kvs = change(i, kvs)
		}
		var tensors []TensorSource
		for k := range 2 {
			tensors = append(tensors, TensorSource{Name: fmt.Sprintf("blk.%d.%d", i, k), Type: quant.I8,
				Shape: []uint64{16}, Data: bytes.Repeat([]byte{byte(16*i + k)}, 16)})
		}
		paths = append(paths, filepath.Join(dir, fmt.Sprintf("mixtral-%05d-of-00003.gguf", i+1)))
		writePart(t, paths[i], kvs, tensors)
	}
	return paths
}

func writePart(t *testing.T, path string, kvs []KV, tensors []TensorSource) {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, kvs, tensors); err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, b.Bytes())
}

// TestSplit opens a split model by each of its parts.
func TestSplit(t *testing.T) {
	paths := splitModel(t, nil)
	fingerprints := map[string]bool{}
	for _, path := range paths {
		f := opened(t, path)
		if f.Path != paths[0] || len(f.Parts()) != 3 {
			t.Errorf("the first of %d parts is %s", len(f.Parts()), f.Path)
		}
		if v, _, _ := f.String("general.architecture"); v != "llama" {
			t.Errorf("the architecture is %q", v)
		}
		if len(f.Tensors()) != 6 {
			t.Fatalf("%d tensors", len(f.Tensors()))
		}
		for i, tensor := range f.Tensors() {
			if want := fmt.Sprintf("blk.%d.%d", i/2, i%2); tensor.Name != want || tensor.Data[15] != byte(i/2*16+i%2) {
				t.Errorf("tensor %d is %s with %v, want %s", i, tensor.Name, tensor.Data, want)
			}
		}
		fingerprints[f.Fingerprint()] = true
	}
	if len(fingerprints) != 1 {
		t.Errorf("the parts of one model give %d fingerprints", len(fingerprints))
	}
}

func TestSplitErrors(t *testing.T) {
	value := func(part int, key string, v any) func(int, []KV) []KV {
		return func(i int, kvs []KV) []KV {
			for k := range kvs {
				if i == part && kvs[k].Key == key {
					kvs[k].Value = v
				}
			}
			return kvs
		}
	}
	without := func(part int, key string) func(int, []KV) []KV {
		return func(i int, kvs []KV) (left []KV) {
			for _, kv := range kvs {
				if i != part || kv.Key != key {
					left = append(left, kv)
				}
			}
			return left
		}
	}
	for _, c := range []struct {
		name   string
		change func(int, []KV) []KV
		want   string
	}{
		{"parts in each other's place", value(1, "split.no", uint16(2)), "mixtral-00002-of-00003.gguf says it is part 3, but its name says 2"},
		{"no number", without(2, "split.no"), "mixtral-00003-of-00003.gguf"},
		{"another count", value(2, "split.count", uint16(4)), "mixtral-00003-of-00003.gguf says the model has 4 parts, its name says 3"},
		{"no count", without(1, "split.count"), "mixtral-00002-of-00003.gguf says the model has 0 parts"},
		{"count that is a string", value(1, "split.count", "3"), "holds a string"},
		{"number that is a float", value(1, "split.no", float32(1)), "holds a float32"},
		{"another total", value(0, "split.tensors.count", int32(7)), "have 6 tensors together, the first says 7"},
		{"negative total", value(0, "split.tensors.count", int32(-1)), "must not be negative"},
		{"no total", without(0, "split.tensors.count"), "have 6 tensors together"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(splitModel(t, c.change)[0])
			wantError(t, err, c.want)
		})
	}
}

func TestSplitFiles(t *testing.T) {
	t.Run("part missing", func(t *testing.T) {
		paths := splitModel(t, nil)
		if err := os.Remove(paths[1]); err != nil {
			t.Fatal(err)
		}
		_, err := Open(paths[2])
		wantError(t, err, "part 2 of 3 is missing", filepath.Base(paths[1]), "download it into the same folder")
	})
	t.Run("part damaged", func(t *testing.T) {
		paths := splitModel(t, nil)
		info, err := os.Stat(paths[2])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(paths[2], info.Size()-17); err != nil { // 16 are padding
			t.Fatal(err)
		}
		_, err = Open(paths[0])
		wantError(t, err, "mixtral-00003-of-00003.gguf is cut short")
	})
	t.Run("tensor in two parts", func(t *testing.T) {
		paths := splitModel(t, nil)
		writePart(t, paths[1], []KV{{"split.no", uint16(1)}, {"split.count", uint16(3)}},
			[]TensorSource{{Name: "blk.0.1", Type: quant.I8, Shape: []uint64{1}, Data: []byte{1}}})
		_, err := Open(paths[0])
		wantError(t, err, "mixtral-00002-of-00003.gguf", `tensor "blk.0.1" is in two parts`)
	})
	t.Run("renamed", func(t *testing.T) {
		paths := splitModel(t, nil)
		renamed := filepath.Join(filepath.Dir(paths[0]), "mine.gguf")
		if err := os.Rename(paths[0], renamed); err != nil {
			t.Fatal(err)
		}
		_, err := Open(renamed)
		wantError(t, err, "mine.gguf is one of 3 parts", "original names")
	})
	t.Run("impossible names", func(t *testing.T) {
		for _, name := range []string{"m-00000-of-00003.gguf", "m-00004-of-00003.gguf", "m-00001-of-00000.gguf"} {
			_, err := Open(filepath.Join(t.TempDir(), name))
			wantError(t, err, name, "cannot be")
		}
	})
	t.Run("one of one", func(t *testing.T) {
		path := file(3, 0, 0).write(t, "m-00001-of-00001.gguf")
		if f := opened(t, path); f.Path != path {
			t.Errorf("the path is %s", f.Path)
		}
	})
}

// TestSplitStaysInFolder gives a part names that lead elsewhere: only the picked
// file's own name counts.
func TestSplitStaysInFolder(t *testing.T) {
	paths, err := partPaths(filepath.Join("models", "..m-00002-of-00003.GGUF"))
	if err == nil || !strings.Contains(err.Error(), "..m-00001-of-00003.GGUF is not beside") {
		t.Errorf("%v, %v", paths, err)
	}
	for _, kv := range []KV{{"split.path", "/etc/passwd"}, {"general.name", "../../secret"}} {
		f := opened(t, splitModel(t, func(_ int, kvs []KV) []KV { return append(kvs, kv) })[0])
		for _, p := range f.Parts() {
			if filepath.Dir(p) != filepath.Dir(f.Path) {
				t.Errorf("part %s is in another folder", p)
			}
		}
	}
}
