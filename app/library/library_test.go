package library

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, path, text string) string {
	t.Helper()
	check(t, os.MkdirAll(filepath.Dir(path), 0o700))
	check(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// model copies a whole little model.
func model(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile("../../engine/merge/testdata/base.gguf")
	check(t, err)
	return write(t, path, string(text))
}

// all is what a shelf says of places in the end, by path.
func all(t testing.TB, s *Shelf, places ...Place) (items map[string]Item, notices []string) {
	t.Helper()
	items = map[string]Item{}
	for step, err := range s.Look(context.Background(), places) {
		check(t, err)
		if step.Item != nil {
			items[step.Item.Path] = *step.Item
		} else {
			notices = append(notices, step.Notice)
		}
	}
	return items, notices
}

func shelf() *Shelf { return Open("", "1") }

func folder(path string) Place { return Place{"Here", path, Folders} }

func TestFolders(t *testing.T) {
	dir := t.TempDir()
	one := model(t, filepath.Join(dir, "one.gguf"))
	deep := model(t, filepath.Join(dir, "org", "repo", "Deep-Q4_K_M.GGUF"))
	unnamed := model(t, filepath.Join(dir, "jan", "tiny-thing", "model.gguf"))
	bad := write(t, filepath.Join(dir, "page.gguf"), "<html>not found</html>")
	part2 := write(t, filepath.Join(dir, "split", "big-00001-of-00002.gguf"), "GGUF")
	write(t, filepath.Join(dir, "split", "big-00002-of-00002.gguf"), "GGUF!")
	write(t, filepath.Join(dir, "one.gguf.part"), "GGUF")
	write(t, filepath.Join(dir, "notes.txt"), "GGUF")
	items, notices := all(t, shelf(), folder(dir))
	if len(items) != 5 || len(notices) != 0 {
		t.Fatalf("%d were found, %q", len(items), notices)
	}
	for path, title := range map[string]string{one: "one", deep: "Deep-Q4_K_M", unnamed: "tiny-thing", bad: "page", part2: "big"} {
		if i := items[path]; i.Title != title || !i.Read || i.Place != "Here" {
			t.Errorf("%s is %+v", path, i)
		}
	}
	if i := items[one]; i.Damage != "" || i.Outline.Parameters == 0 || i.Bytes != i.Outline.Bytes {
		t.Errorf("%+v", i)
	}
	if i := items[bad]; !strings.Contains(i.Damage, "page.gguf") || !strings.Contains(i.Damage, "web page") {
		t.Errorf("a web page: %q", i.Damage)
	}
	if i := items[part2]; len(i.Files) != 2 || i.Bytes != 9 || i.Damage == "" {
		t.Errorf("a split one: %+v", i)
	}
}

func TestLinks(t *testing.T) {
	dir, far := t.TempDir(), t.TempDir()
	blob := model(t, filepath.Join(far, "blobs", "abc"))
	for _, revision := range []string{"r1", "r2"} {
		at := filepath.Join(dir, "models--org--name", "snapshots", revision)
		check(t, os.MkdirAll(at, 0o700))
		check(t, os.Symlink(blob, filepath.Join(at, "m.gguf")))
	}
	check(t, os.Symlink(dir, filepath.Join(dir, "round")))
	check(t, os.Symlink("/nowhere", filepath.Join(dir, "lost.gguf")))
	elsewhere := t.TempDir()
	model(t, filepath.Join(elsewhere, "linked.gguf"))
	check(t, os.Symlink(elsewhere, filepath.Join(dir, "more")))
	items, _ := all(t, shelf(), folder(dir))
	if len(items) != 2 {
		t.Errorf("found %v", items)
	}
	// The same folder again is nothing new.
	if items, _ = all(t, shelf(), folder(dir), Place{"Again", dir, Folders}); len(items) != 2 {
		t.Errorf("twice: %v", items)
	}
}

func TestModelFolder(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, "models--org--tiny", "snapshots", "0123")
	write(t, filepath.Join(at, "config.json"), `{"architectures":["GPT2LMHeadModel"]}`)
	write(t, filepath.Join(at, "model-00001-of-00002.safetensors"), "1234")
	write(t, filepath.Join(at, "model-00002-of-00002.safetensors"), "123456")
	write(t, filepath.Join(dir, "empty", "config.json"), `{}`)
	items, _ := all(t, shelf(), folder(dir))
	i := items[at]
	if len(items) != 1 || i.Title != "org/tiny" || i.Bytes != 10 || !i.Folder || !strings.Contains(i.Damage, "GPT2LMHeadModel") {
		t.Errorf("%+v", items)
	}
}

func TestOllama(t *testing.T) {
	dir := t.TempDir()
	digest := strings.Repeat("0123456789abcdef", 4)
	blob := model(t, filepath.Join(dir, "blobs", "sha256-"+digest))
	manifest := `{"schemaVersion":2,"layers":[{"mediaType":"application/vnd.ollama.image.license","digest":"sha256:00"},{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:%s","size":1}]}`
	at := func(name, text string) string {
		return write(t, filepath.Join(dir, "manifests", filepath.FromSlash(name)), text)
	}
	at("registry.ollama.ai/library/mixtral/8x7b", fmt.Sprintf(manifest, digest))
	at("registry.ollama.ai/library/mixtral/latest", fmt.Sprintf(manifest, digest)) // the same blob
	gone := strings.Repeat("f", 64)
	at("hf.co/org/name/Q4_K_M", fmt.Sprintf(manifest, gone))
	evil := at("registry.ollama.ai/who/evil/x", fmt.Sprintf(manifest, "../../etc/passwd"))
	at("registry.ollama.ai/library/embed/x", `{"layers":[]}`)
	broken := at("registry.ollama.ai/library/broken/x", `{`)
	items, notices := all(t, shelf(), Place{"Ollama", dir, Ollama})
	if len(items) != 4 || len(notices) != 0 {
		t.Fatalf("%d: %+v %q", len(items), items, notices)
	}
	if i := items[blob]; i.Title != "mixtral:8x7b" || i.Damage != "" || i.Outline.Parameters == 0 {
		t.Errorf("%+v", i)
	}
	for path, say := range map[string]string{
		filepath.Join(dir, "blobs", "sha256-"+gone): "ollama pull hf.co/org/name:Q4_K_M", evil: "digest", broken: "no JSON",
	} {
		if i := items[path]; !strings.Contains(i.Damage, say) || !i.Read {
			t.Errorf("%s: %+v", path, i)
		}
	}
}

func TestPlacesThatAreNotThere(t *testing.T) {
	dir := t.TempDir()
	file := write(t, filepath.Join(dir, "file"), "x")
	items, notices := all(t, shelf(), folder("/nowhere"), Place{"Ollama", "/nowhere", Ollama}, Place{"One", "/nowhere/x.gguf", OneFile}, folder(file))
	if len(items) != 0 || len(notices) != 1 || !strings.Contains(notices[0], file) {
		t.Errorf("%v, %q", items, notices)
	}
}

// A header is read once, and again when the file has changed.
func TestKept(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, "cache", "library.jsonl")
	path := model(t, filepath.Join(dir, "models", "m.gguf"))
	write(t, filepath.Join(dir, "models", "bad.gguf"), "x")
	steps := func(version string) (n int) {
		for s, err := range Open(list, version).Look(context.Background(), []Place{folder(filepath.Join(dir, "models"))}) {
			check(t, err)
			if s.Read > s.Found {
				t.Errorf("%d of %d are read", s.Read, s.Found)
			}
			n++
		}
		return n
	}
	if n := steps("1"); n != 4 {
		t.Errorf("the first look takes %d steps", n)
	}
	before, err := os.ReadFile(list)
	check(t, err)
	if n := steps("1"); n != 2 {
		t.Errorf("the second look takes %d steps", n)
	}
	later := time.Now().Add(time.Minute)
	check(t, os.Chtimes(path, later, later))
	if n := steps("1"); n != 3 {
		t.Errorf("of a changed file %d", n)
	}
	if n := steps("2"); n != 4 {
		t.Errorf("another version takes %d steps", n)
	}
	// A damaged list costs the damaged lines.
	lines := strings.SplitAfter(string(before), "\n")
	check(t, os.WriteFile(list, []byte(strings.Join(lines[:2], "")+"{\x00\n"+lines[2]), 0o600))
	check(t, os.Chtimes(path, later, later))
	if n := steps("1"); n != 3 {
		t.Errorf("with a damaged line %d", n)
	}
	check(t, os.RemoveAll(filepath.Join(dir, "models")))
	if n := steps("1"); n != 0 {
		t.Errorf("of nothing %d", n)
	}
}

func TestStopLooking(t *testing.T) {
	dir := t.TempDir()
	for i := range 5 {
		write(t, filepath.Join(dir, fmt.Sprint(i, ".gguf")), "x")
	}
	n := 0
	for range shelf().Look(context.Background(), []Place{folder(dir), folder(dir)}) {
		if n++; n == 2 {
			break
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var last error
	for _, err := range shelf().Look(ctx, []Place{folder(dir)}) {
		stop()
		last = err
	}
	if n != 2 || last != context.Canceled {
		t.Errorf("%d steps, then %v", n, last)
	}
}

// A part of a split model, wherever the user's finger was, is the whole model.
func TestReadOne(t *testing.T) {
	dir := t.TempDir()
	path := model(t, filepath.Join(dir, "m.gguf"))
	if i, err := ReadOne(path); err != nil || i.Outline.Parameters == 0 || i.Title != "m" {
		t.Errorf("%+v, %v", i, err)
	}
	write(t, filepath.Join(dir, "s-00001-of-00002.gguf"), "GGUF")
	last := write(t, filepath.Join(dir, "s-00002-of-00002.gguf"), "GGUF")
	if i, err := ReadOne(last); err == nil || len(i.Files) != 2 || i.Path != filepath.Join(dir, "s-00001-of-00002.gguf") {
		t.Errorf("%+v, %v", i, err)
	}
	if _, err := ReadOne(filepath.Join(dir, "none.gguf")); !os.IsNotExist(err) {
		t.Errorf("none: %v", err)
	}
}

func TestPlaces(t *testing.T) {
	m := Machine{Home: "/home/u", System: "linux", Env: func(string) string { return "" }, Open: func(string) []byte { return nil }}
	has := func(m Machine, name, path string) {
		t.Helper()
		if !slices.ContainsFunc(m.Places(), func(p Place) bool { return p.Name == name && p.Path == path }) {
			t.Errorf("%s: %s is not looked into: %v", m.System, path, m.Places())
		}
	}
	has(m, "LM Studio", "/home/u/.lmstudio/models")
	has(m, "Ollama", "/home/u/.ollama/models")
	has(m, "GPT4All", "/home/u/.local/share/nomic.ai/GPT4All")
	has(m, "Jan", "/home/u/.config/Jan/data/llamacpp/models")
	has(m, "Hugging Face", "/home/u/.cache/huggingface/hub")
	has(m, "llama.cpp", "/home/u/.cache/llama.cpp")
	m.Env = func(name string) string {
		return map[string]string{"HF_HOME": "/big/hf", "OLLAMA_MODELS": "/big/ollama", "XDG_CACHE_HOME": "/c", "LLAMA_CACHE": "relative"}[name]
	}
	m.Open = func(string) []byte { return []byte(`{"downloadsFolder":"/big/lm"}`) }
	has(m, "Hugging Face", "/big/hf/hub")
	has(m, "Ollama", "/big/ollama")
	has(m, "LM Studio", "/big/lm")
	has(m, "llama.cpp", "/c/llama.cpp")
	mac := Machine{Home: "/Users/u", System: "darwin", Env: func(string) string { return "" }, Open: func(string) []byte { return nil }}
	has(mac, "GPT4All", "/Users/u/Library/Application Support/nomic.ai/GPT4All")
	has(mac, "llama.cpp", "/Users/u/Library/Caches/llama.cpp")
	if p := (Machine{}).Places(); p != nil {
		t.Errorf("without a home: %v", p)
	}
}

func BenchmarkKnown(b *testing.B) {
	dir := b.TempDir()
	for i := range 5000 {
		write(b, filepath.Join(dir, "models", fmt.Sprint(i%100), fmt.Sprintf("m%d.gguf", i)), "x")
	}
	list := filepath.Join(dir, "library.jsonl")
	run := func() {
		for _, err := range Open(list, "1").Look(context.Background(), []Place{folder(filepath.Join(dir, "models"))}) {
			check(b, err)
		}
	}
	run()
	for b.Loop() {
		run()
	}
}

// Several looks at once share what is known.
func TestLooksAtTheSameTime(t *testing.T) {
	dir := t.TempDir()
	for i := range 200 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.gguf", i)), []byte("no model"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := Open(filepath.Join(dir, "kept.jsonl"), "1")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			found := 0
			for step, err := range s.Look(context.Background(), []Place{{Name: "x", Path: dir}}) {
				if err != nil {
					t.Error(err)
				}
				found = max(found, step.Read)
			}
			if found != 200 {
				t.Errorf("%d headers were read", found)
			}
		})
	}
	all.Wait()
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:` + strings.Repeat("0", 64) + `"}]}`))
	f.Add([]byte(`{"layers":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		blobs, _ := parseManifest(text)
		for _, b := range blobs {
			if len(b) != 71 || filepath.Base(b) != b || !strings.HasPrefix(b, "sha256-") {
				t.Errorf("the blob %q", b)
			}
		}
	})
}

func FuzzKept(f *testing.F) {
	f.Add([]byte("{\"version\":\"1\"}\n{\"path\":\"/m\",\"bytes\":1}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		k := &kept{version: "1", records: map[string]record{}}
		k.parse(text)
		i := Item{Path: "/m"}
		k.get(&i)
	})
}

func FuzzSettings(f *testing.F) {
	f.Add([]byte(`{"downloadsFolder":"/x"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m := Machine{Home: "/h", System: "linux", Env: func(string) string { return "" }, Open: func(string) []byte { return text }}
		for _, p := range m.Places() {
			if !filepath.IsAbs(p.Path) {
				t.Errorf("%q is looked into", p.Path)
			}
		}
	})
}
