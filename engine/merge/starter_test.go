package merge

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beyonder/engine/gguf"
)

const starter = "../../assets/starter/"

// The experts are in the Starter as they went in, block for block. Cut out of it
// again and merged by its own configuration, they give the same file: routers,
// experts and all else.
func TestStarterAgain(t *testing.T) {
	path := starter + "model/starter.gguf"
	if _, err := os.Stat(path); err != nil {
		t.Skip("this checkout has no Starter: ", err)
	}
	config, err := os.ReadFile(starter + "merge.yml")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	shipped := opened(t, path)
	names, _, err := shipped.Strings("beyonder.expert.names")
	if err != nil || len(names) != 4 {
		t.Fatalf("the Starter's experts are called %q (%v)", names, err)
	}
	for i, name := range names {
		rewrite(t, path, filepath.Join(folder, name+".gguf"), func(keys []gguf.KV, tensors []gguf.TensorSource) ([]gguf.KV, []gguf.TensorSource) {
			return expertOf(keys, tensors, i, len(names))
		})
	}
	if err := os.WriteFile(filepath.Join(folder, "merge.yml"), config, 0o600); err != nil {
		t.Fatal(err)
	}
	again := merged(t, Options{Config: filepath.Join(folder, "merge.yml"), Out: filepath.Join(folder, "again.gguf")})
	worst := 0.0
	for _, want := range shipped.Tensors() {
		got, ok := again.Tensor(want.Name)
		if !ok || !slices.Equal(got.Shape, want.Shape) {
			t.Fatalf("%s is %v, was %v", want.Name, got.Shape, want.Shape)
		}
		if !strings.HasSuffix(want.Name, ".ffn_gate_inp.weight") {
			if got.Type != want.Type || !slices.Equal(got.Data, want.Data) {
				t.Errorf("%s differs", want.Name)
			}
			continue
		}
		rows, width := weights(t, shipped, want.Name), int(want.Shape[0])
		for e := range names {
			off := relative(weights(t, again, want.Name)[e*width:(e+1)*width], rows[e*width:(e+1)*width])
			worst = max(worst, off)
			if off > 1e-4 {
				t.Errorf("%s: the row of %s is off by %.2g", want.Name, names[e], off)
			}
		}
	}
	t.Logf("largest difference of a router's row %.1e", worst)
}

// expertOf makes of a mixture the dense model that its expert i was.
func expertOf(keys []gguf.KV, tensors []gguf.TensorSource, i, experts int) ([]gguf.KV, []gguf.TensorSource) {
	keys = slices.DeleteFunc(keys, func(k gguf.KV) bool {
		return strings.Contains(k.Key, "expert") || strings.Contains(k.Key, "base_model")
	})
	tensors = slices.DeleteFunc(tensors, func(x gguf.TensorSource) bool { return strings.Contains(x.Name, "ffn_gate_inp") })
	for k := range tensors {
		x := &tensors[k]
		if !strings.Contains(x.Name, "_exps.") {
			continue
		}
		size := len(x.Data) / experts
		x.Name = strings.Replace(x.Name, "_exps.", ".", 1)
		x.Shape, x.Data = x.Shape[:2], x.Data[i*size:(i+1)*size]
	}
	return keys, tensors
}
