package gguf

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A part of a split model is looked at by itself, under a passing name.
func TestCheck(t *testing.T) {
	whole, err := os.ReadFile("../merge/testdata/base.gguf")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.part")
	for _, c := range []struct {
		content []byte
		says    string
	}{
		{whole, ""}, {whole[:len(whole)-40], "cut short"}, {whole[:100], "base.gguf"}, {[]byte("<html>"), "web page"}, {nil, "0 bytes"},
	} {
		if err := os.WriteFile(path, c.content, 0o600); err != nil {
			t.Fatal(err)
		}
		err := Check(path, "base.gguf")
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%d bytes: %v", len(c.content), err)
		}
		begins := Begins("base.gguf", c.content[:min(64, len(c.content))])
		if (begins == nil) != (len(c.content) >= 100) {
			t.Errorf("%d bytes, from their beginning: %v", len(c.content), begins)
		}
	}
	if err := Check(filepath.Join(t.TempDir(), "nowhere"), "nowhere"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// The header is all that is needed to know what a file on its way is.
func TestPeek(t *testing.T) {
	whole, err := os.ReadFile("../merge/testdata/base.gguf")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.part")
	enough := false
	for n := 0; n <= len(whole); n += 500 {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		h, err := Peek(path, "base.gguf", int64(len(whole)))
		if err != nil || enough && h == nil {
			t.Fatalf("with %d bytes: %v, %v", n, h, err)
		}
		enough = h != nil
	}
	if !enough {
		t.Error("the whole file is not enough")
	}
	if _, err := Peek(path, "base.gguf", int64(len(whole))-5000); err == nil {
		t.Error("tensors beyond the end are not found out")
	}
}
