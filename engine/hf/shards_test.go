package hf

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shard is a safetensors file with one tensor of one byte for each name.
func shard(t testing.TB, names ...string) string {
	t.Helper()
	var list []Source
	for _, n := range names {
		list = append(list, Source{Name: n, DType: "U8", Shape: []uint64{1}, Data: []byte(n[:1])})
	}
	var out bytes.Buffer
	if err := WriteSafetensors(&out, nil, list); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func index(pairs ...string) map[string]any {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return map[string]any{"metadata": map[string]any{"total_size": 2}, "weight_map": m}
}

const indexName = "model.safetensors.index.json"

func TestFindsWeights(t *testing.T) {
	for what, c := range map[string]struct {
		files map[string]any
		want  string // names of tensors, sorted
	}{
		"one file":               {map[string]any{"model.safetensors": shard(t, "a", "b")}, "a b"},
		"another name":           {map[string]any{"gptq_model-4bit.safetensors": shard(t, "a")}, "a"},
		"beside others":          {map[string]any{"model.safetensors": shard(t, "a"), "x.safetensors": shard(t, "x"), "adapter_model.safetensors": shard(t, "y")}, "a"},
		"beside Mistral's own":   {map[string]any{"w.safetensors": shard(t, "a"), "consolidated.safetensors": shard(t, "x")}, "a"},
		"an index":               {map[string]any{"1.safetensors": shard(t, "a", "unlisted"), "2.safetensors": shard(t, "b"), indexName: index("a", "1.safetensors", "b", "2.safetensors")}, "a b"},
		"an index of another":    {map[string]any{"o.safetensors": shard(t, "a"), "output.safetensors.index.json": index("a", "o.safetensors")}, "a"},
		"two indexes":            {map[string]any{"o.safetensors": shard(t, "a"), "o.safetensors.index.json": "", indexName: index("a", "o.safetensors")}, "a"},
		"parts without an index": {map[string]any{"o-00001-of-00002.safetensors": shard(t, "a"), "o-00002-of-00002.safetensors": shard(t, "b")}, "a b"},
	} {
		dir := folderOf(t, c.files)
		w, err := openWeights(dir, newFiles(dir))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		var got []string
		for _, name := range []string{"a", "b", "unlisted", "x", "y"} {
			if x, ok := w.tensors[name]; ok {
				got = append(got, name)
				if string(x.Data) != name[:1] {
					t.Errorf("%s: %s holds %q", what, name, x.Data)
				}
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: found %s", what, s)
		}
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}
}

func folderOf(t testing.TB, files map[string]any) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		put(t, filepath.Join(dir, name), content)
	}
	return dir
}

func TestRefusesWeights(t *testing.T) {
	a := shard(t, "a")
	for _, c := range []struct {
		says  string
		files map[string]any
	}{
		{"no weights", map[string]any{"adapter_model.safetensors": a}},
		{"Python pickles", map[string]any{"pytorch_model-00001-of-00002.bin": ""}},
		{"unclear which of", map[string]any{"a.safetensors": a, "b.safetensors": a}},
		{"unclear which of", map[string]any{"a.safetensors.index.json": "", "b.safetensors.index.json": ""}},
		{"there are 1 of 2 parts", map[string]any{"m-00001-of-00002.safetensors": a}},
		{"m-00002-of-00003.safetensors is missing", map[string]any{"m-00001-of-00003.safetensors": a, "m-00003-of-00003.safetensors": a}},
		{"m-00002-of-00002.safetensors is missing or n-00002", map[string]any{"m-00001-of-00002.safetensors": a, "n-00002-of-00002.safetensors": a}},
		{`tensor "a" is in two files`, map[string]any{"m-00001-of-00002.safetensors": a, "m-00002-of-00002.safetensors": a}},
		{indexName + " cannot be read", map[string]any{indexName: "{"}},
		{"weight_map names no tensors", map[string]any{indexName: index()}},
		{`"a" is in m.safetensors, but it is not`, map[string]any{"m.safetensors": shard(t, "b"), indexName: index("a", "m.safetensors")}},
		{"cannot open the weights", map[string]any{indexName: index("a", "m.safetensors")}},
		{"m.safetensors is damaged", map[string]any{"m.safetensors": strings.Repeat("\x00", 8), indexName: index("a", "m.safetensors")}},
	} {
		dir := folderOf(t, c.files)
		_, err := openWeights(dir, newFiles(dir))
		wantError(t, err, c.says)
	}
}

// An index cannot lead out of its folder.
func TestIndexStaysInItsFolder(t *testing.T) {
	outside := folderOf(t, map[string]any{"m.safetensors": shard(t, "a")})
	for _, name := range []string{"../m.safetensors", "sub/m.safetensors", `sub\m.safetensors`, "..", ".", "", "/m.safetensors", "C:m.safetensors",
		filepath.Join(outside, "m.safetensors"), "m.safetensors\x00.txt"} {
		dir := folderOf(t, map[string]any{indexName: index("a", name)})
		_, err := openWeights(dir, newFiles(dir))
		wantError(t, err, indexName, "not the name of a file in this folder")
	}
	dir := folderOf(t, map[string]any{indexName: index("a", "sub.safetensors")})
	if err := os.Mkdir(filepath.Join(dir, "sub.safetensors"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := openWeights(dir, newFiles(dir))
	wantError(t, err, "sub.safetensors is not a file")
}

// The Hub's cache is folders of links to files elsewhere.
func TestFollowsLinks(t *testing.T) {
	real := newTiny().write(t)
	dir := t.TempDir()
	for _, name := range list(t, real) {
		if err := os.Symlink(filepath.Join(real, name), filepath.Join(dir, name)); err != nil {
			t.Skip("SKIPPED: links cannot be made here:", err)
		}
	}
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
