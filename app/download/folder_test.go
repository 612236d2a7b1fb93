package download

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beyonder/engine"
)

// repository is Hugging Face with one repository, whose files are those of a folder
// and some that no model needs.
type repository struct {
	files map[string][]byte
	wrong string   // the file whose sum is told wrongly, "": none
	cut   string   // the file that breaks off in the middle each time
	asked []string // names
}

func (h *repository) RoundTrip(q *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if q.URL.Path == "/api/models/org/tiny/tree/main" {
		var list []entry
		for name, content := range h.files {
			list = append(list, entry{"file", name, int64(len(content))})
		}
		json.NewEncoder(w).Encode(append(list, entry{"directory", "original", 0}, entry{"file", "../evil.safetensors", 9}))
		return answered(w, q), nil
	}
	name := strings.TrimPrefix(q.URL.Path, "/org/tiny/resolve/main/")
	content, there := h.files[name]
	if !there {
		w.WriteHeader(http.StatusNotFound)
		return answered(w, q), nil
	}
	h.asked = append(h.asked, name)
	w.Header().Set("Etag", `"`+name+`"`)
	if filepath.Ext(name) == ".safetensors" {
		sum := sumOf(content)
		if name == h.wrong {
			sum = sumOf(nil)
		}
		w.Header().Set("X-Linked-Etag", `"`+sum+`"`)
	}
	from := 0
	if text := q.Header.Get("Range"); text != "" {
		fmt.Sscanf(text, "bytes=%d-", &from)
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(content)-1, len(content)))
		w.WriteHeader(http.StatusPartialContent)
	}
	rest := content[from:]
	w.Header().Set("Content-Length", fmt.Sprint(len(rest)))
	if name == h.cut {
		rest = rest[:len(rest)/2]
	}
	w.Write(rest)
	resp := answered(w, q)
	resp.ContentLength = int64(len(content) - from)
	return resp, nil
}

func answered(w *httptest.ResponseRecorder, q *http.Request) *http.Response {
	resp := w.Result()
	resp.Request = q
	return resp
}

// tinyRepository has a model in two files of weights, with an index.
func tinyRepository(t *testing.T) (*repository, Request) {
	t.Helper()
	h := &repository{files: map[string][]byte{"README.md": []byte("# Tiny"), "consolidated.safetensors": make([]byte, 100), "original/x.safetensors": make([]byte, 50), "model.gguf": []byte("GGUF")}}
	from := filepath.Join("..", "..", "engine", "hf", "testdata", "llama3")
	for _, name := range []string{"config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja",
		"model.safetensors.index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"} {
		text, err := os.ReadFile(filepath.Join(from, name))
		check(t, err)
		h.files[name] = text
	}
	return h, Request{Address: "org/tiny/*.safetensors", Dir: t.TempDir(), Client: &http.Client{Transport: h}, Pause: time.Millisecond, Tries: 2,
		Begins: engine.Begins, Peek: engine.Peek, Check: engine.CheckFile}
}

// All that the model needs comes into a folder of its own, which can be loaded;
// what is there is not fetched again.
func TestAModelOfSafetensors(t *testing.T) {
	h, r := tinyRepository(t)
	steps, err := fetched(r)
	check(t, err)
	dir := filepath.Join(r.Dir, "org", "tiny")
	if s := last(steps); s.Path != dir || s.Stage != Finished || s.Number != 8 || s.Count != 8 || !s.Proved {
		t.Errorf("it ends with %+v", s)
	}
	if report, err := engine.Inspect(dir, 0); err != nil || len(report.Tensors) == 0 {
		t.Fatalf("what came cannot be loaded: %v", err)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 8 || len(h.asked) != 8 || h.asked[0] != "config.json" {
		t.Errorf("there are %d files, asked was for %q", len(entries), h.asked)
	}
	check(t, os.Remove(filepath.Join(dir, "model-00002-of-00002.safetensors")))
	h.asked = nil
	_, err = fetched(r)
	check(t, err)
	if fmt.Sprint(h.asked) != "[model-00002-of-00002.safetensors]" {
		t.Errorf("asked was for %q", h.asked)
	}
	found, err := Files(context.Background(), r, "org/tiny")
	want := HubFile{"org/tiny/*.safetensors", "*.safetensors", int64(len(h.files["model-00001-of-00002.safetensors"]) + len(h.files["model-00002-of-00002.safetensors"])), 2}
	if err != nil || len(found) != 2 || found[0].Name != "model.gguf" || found[1] != want {
		t.Errorf("offered are %+v, %v", found, err)
	}
}

// A download that breaks off goes on where it stopped, in the middle of its files.
func TestSafetensorsGoOn(t *testing.T) {
	h, r := tinyRepository(t)
	h.cut = "model-00001-of-00002.safetensors"
	_, err := fetched(r)
	says(t, err, "could not be downloaded", "what came is kept")
	parts := Parts(r.Dir)
	if len(parts) != 1 || parts[0].Record.Address != r.Address || parts[0].Done == 0 {
		t.Fatalf("kept is %+v", parts)
	}
	h.cut, h.asked = "", nil
	_, err = fetched(r)
	check(t, err)
	if fmt.Sprint(h.asked) != "[model-00001-of-00002.safetensors model-00002-of-00002.safetensors]" {
		t.Errorf("asked was for %q", h.asked)
	}
	if _, err := engine.Inspect(filepath.Join(r.Dir, "org", "tiny"), 0); err != nil {
		t.Error(err)
	}
}

// What cannot be used is told in a sentence, before the weights are fetched where
// that is possible.
// What is thrown away is all that the download brought, and nothing else.
func TestSafetensorsThrownAway(t *testing.T) {
	h, r := tinyRepository(t)
	dir := filepath.Join(r.Dir, "org", "tiny")
	check(t, os.MkdirAll(dir, 0o700))
	check(t, os.WriteFile(filepath.Join(dir, "generation_config.json"), h.files["generation_config.json"], 0o600)) // the user's
	h.cut = "model-00002-of-00002.safetensors"
	for range 2 { // the second time finds what the first has brought
		if _, err := fetched(r); err == nil {
			t.Fatal("a file that breaks off has come")
		}
	}
	parts := Parts(r.Dir)
	want := int64(0)
	for _, name := range []string{"config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "model.safetensors.index.json", "model-00001-of-00002.safetensors"} {
		want += int64(len(h.files[name]))
	}
	if len(parts) != 1 || parts[0].Beside != want {
		t.Fatalf("left are %+v, want one with %d bytes beside it", parts, want)
	}
	check(t, Discard(parts[0]))
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != "generation_config.json" {
		t.Errorf("left is %v, %v", entries, err)
	}

	check(t, os.RemoveAll(dir))
	h.wrong, h.cut = "model-00001-of-00002.safetensors", ""
	if _, err := fetched(r); err == nil { // nothing is left of the file itself
		t.Fatal("a file with another sum has come")
	}
	for step := range Fetch(context.Background(), r) { // stopped between two files
		if step.Stage == Finished && step.Number == 2 {
			break
		}
	}
	if parts = Parts(r.Dir); len(parts) == 0 {
		t.Fatal("nothing is known of the files that came")
	}
	for _, p := range parts {
		check(t, Discard(p))
	}
	if entries, err := os.ReadDir(r.Dir); err != nil || len(entries) != 0 {
		t.Errorf("left is %v, %v", entries, err)
	}
}

func TestSafetensorsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*repository)
		says  string
	}{
		"another architecture": {func(h *repository) {
			h.files["config.json"] = []byte(strings.ReplaceAll(string(h.files["config.json"]), "LlamaForCausalLM", "GPT2LMHeadModel"))
		}, "which is not supported"},
		"a wrong sum":       {func(h *repository) { h.wrong = "model-00002-of-00002.safetensors" }, "SHA-256"},
		"a web page":        {func(h *repository) { h.files["tokenizer.json"] = []byte("<!DOCTYPE html><p>Log in") }, "is a web page"},
		"no configuration":  {func(h *repository) { delete(h.files, "config.json") }, "no model in the form of safetensors"},
		"an index to where": {func(h *repository) { h.files[indexName] = []byte(`{"weight_map":{"a":"../../x.safetensors"}}`) }, "is no file of weights"},
		"a missing file":    {func(h *repository) { delete(h.files, "model-00002-of-00002.safetensors") }, "model-00002-of-00002.safetensors"},
		"damaged weights": {func(h *repository) {
			copy(h.files["model-00001-of-00002.safetensors"][8:], "{damaged")
		}, "model-00001-of-00002.safetensors"},
	} {
		t.Run(name, func(t *testing.T) {
			h, r := tinyRepository(t)
			c.spoil(h)
			_, err := fetched(r)
			says(t, err, c.says)
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a sentence: %v", err)
			}
			for _, asked := range h.asked {
				if name == "another architecture" && asked != "config.json" {
					t.Errorf("%s was fetched", asked)
				}
			}
		})
	}
	_, r := tinyRepository(t)
	r.SHA256 = sumOf(nil)
	_, err := fetched(r)
	says(t, err, "several files")
	if errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
