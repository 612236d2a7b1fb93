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
