package download

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	const file = "https://huggingface.co/TheBloke/Mixtral-GGUF/resolve/main/mixtral.Q4_K_M.gguf"
	for text, wanted := range map[string]string{
		file: file,
		"https://huggingface.co/TheBloke/Mixtral-GGUF/blob/main/mixtral.Q4_K_M.gguf":                  file,
		"https://huggingface.co/TheBloke/Mixtral-GGUF/resolve/main/mixtral.Q4_K_M.gguf?download=true": file,
		" huggingface.co/TheBloke/Mixtral-GGUF/blob/main/mixtral.Q4_K_M.gguf\n":                       file,
		"https://hf.co/TheBloke/Mixtral-GGUF/blob/main/mixtral.Q4_K_M.gguf":                           file,
		"TheBloke/Mixtral-GGUF/mixtral.Q4_K_M.gguf":                                                   file,
		"hf:TheBloke/Mixtral-GGUF/mixtral.Q4_K_M.gguf":                                                file,
		"https://huggingface.co/a/b/blob/v1/sub/x%20y.gguf":                                           "https://huggingface.co/a/b/resolve/v1/sub/x%20y.gguf",
		"http://localhost:8000/dir/x.gguf?k=1#top":                                                    "http://localhost:8000/dir/x.gguf?k=1",
		"https://example.org/get":                                                                     "https://example.org/get",
	} {
		a, err := Parse(text)
		if err != nil || len(a.Files) != 1 || a.Files[0].URL != wanted {
			t.Errorf("%q: %+v, %v", text, a, err)
		}
	}
	for text, hub := range map[string]string{
		"https://huggingface.co/a/b": "a/b", "hf:a/b": "a/b", "https://huggingface.co/a/b/tree/main": "a/b", "a/b": "a/b",
	} {
		if a, err := Parse(text); err != nil || a.Hub != hub || len(a.Files) != 0 {
			t.Errorf("%q: %+v, %v", text, a, err)
		}
	}
	if a, err := Parse("hf:a/b/*.safetensors"); err != nil || a.Whole != "a/b" || a.Hub != "" || a.Folder != "a/b" {
		t.Errorf("%+v, %v", a, err)
	}
	for text, say := range map[string]string{
		"": "no address", "just words": "no address", "ftp://x/y.gguf": "http", "https://u:p@x/y.gguf": "password",
		"https://huggingface.co/a": "no model of", "https://huggingface.co/datasets/a/b": "no model of", "https://huggingface.co/a/b/discussions": "a page",
		"a/b/c.bin": "not a .gguf", "a/b/../../../c.gguf": "no file's name", "file:///etc/passwd": "http", "https:///x.gguf": "no host",
	} {
		if a, err := Parse(text); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%q: %+v, %v", text, a, err)
		}
	}
}

func TestParseSplit(t *testing.T) {
	a, err := Parse("https://huggingface.co/a/b/blob/main/q8/big-00002-of-00003.gguf")
	if err != nil || len(a.Files) != 3 || a.Folder != "a/b" || a.Files[2].URL != "https://huggingface.co/a/b/resolve/main/q8/big-00003-of-00003.gguf" {
		t.Errorf("%+v, %v", a, err)
	}
	a, err = Parse("http://localhost/m-00001-of-00002.gguf?k=1")
	if err != nil || len(a.Files) != 2 || a.Files[1].URL != "http://localhost/m-00002-of-00002.gguf?k=1" {
		t.Errorf("%+v, %v", a, err)
	}
	if a, _ = Parse("http://localhost/m-00009-of-00002.gguf"); len(a.Files) != 1 {
		t.Errorf("%+v", a)
	}
}

// Whatever is pasted, files stay in their folder.
func FuzzParse(f *testing.F) {
	f.Add("https://huggingface.co/a/b/resolve/main/x.gguf")
	f.Add("a/b/x-00001-of-00002.gguf")
	f.Add("http://h/..%2f..%5cx.gguf")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := Parse(text)
		if err != nil {
			return
		}
		for _, file := range a.Files {
			at := filepath.Join("/m", filepath.FromSlash(a.Folder), file.Name)
			if file.Name != "" && (!strings.HasPrefix(at, "/m/") || filepath.Base(at) != file.Name) {
				t.Errorf("%q goes to %s", text, at)
			}
		}
		if len(a.Files) > maxParts {
			t.Errorf("%d files", len(a.Files))
		}
	})
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"url":"http://x/y","total":3}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if r, err := parseRecord(text); err == nil && r.URL == "" {
			t.Error("a record of nothing")
		}
	})
}

func FuzzContentRange(f *testing.F) {
	f.Add("bytes 0-9/10")
	f.Add("bytes */10")
	f.Fuzz(func(t *testing.T, text string) {
		if start, total, err := contentRange(text); err == nil && (start < 0 || total < 0) {
			t.Errorf("%q: %d of %d", text, start, total)
		}
	})
}
