package command

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestModelsAndDownload(t *testing.T) {
	for _, name := range []string{"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HF_HOME", "OLLAMA_MODELS", "LLAMA_CACHE"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	data := t.TempDir()
	if out := must(t, "", "models", "--data", data); !strings.Contains(out, "No models") {
		t.Errorf("of nothing: %q", out)
	}
	model, err := os.ReadFile(tinyModel)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(model) }))
	defer s.Close()
	out, told, err := runBoth(t, "", "download", "--data", data, s.URL+"/tiny-Q2_K.gguf")
	path := filepath.Join(data, "models", "tiny-Q2_K.gguf")
	if err != nil || !strings.HasPrefix(out, path+"\t") || !strings.Contains(told, "fetching tiny-Q2_K.gguf") {
		t.Fatalf("%q, %q, %v", out, told, err)
	}
	if out := must(t, "", "models", "--data", data); !strings.Contains(out, "tiny-Q2_K") || !strings.Contains(out, "fits") || !strings.Contains(out, path) {
		t.Errorf("%q", out)
	}
	bad := filepath.Join(t.TempDir(), "bad.gguf")
	if err := os.WriteFile(bad, []byte("<html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	var list []listedModel
	if err := json.Unmarshal([]byte(must(t, "", "models", "--data", data, "--json", filepath.Dir(bad))), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].Title != "bad" || !strings.Contains(list[0].Problem, "web page") || list[1].Fit != "fits" || list[1].Need.Bytes < list[1].Bytes {
		t.Errorf("%+v", list)
	}
	if _, err := run(t, "", "download", "--data", data, s.URL+"/tiny-Q2_K.gguf"); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("a second time: %v", err)
	}
	sum := strings.Repeat("0", 64)
	if _, err := run(t, "", "download", "--data", data, "--sha256", sum, s.URL+"/other.gguf"); err == nil || !strings.Contains(err.Error(), sum) {
		t.Errorf("a wrong sum: %v", err)
	}
}
