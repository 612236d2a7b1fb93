package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beyonder/engine/quantize"
)

// A text becomes an importance matrix, and that a file with its name in it.
func TestImatrix(t *testing.T) {
	dir := t.TempDir()
	text, matrix, out := filepath.Join(dir, "text.txt"), filepath.Join(dir, "matrix.gguf"), filepath.Join(dir, "out.gguf")
	if err := os.WriteFile(text, []byte(strings.Repeat("All that is gold does not glitter. ", 40)), 0o600); err != nil {
		t.Fatal(err)
	}
	said := must(t, "", "imatrix", "-m", tinyModel, text, matrix, "--chunk", "64", "--chunks", "3")
	if !strings.Contains(said, "3 chunks of 64 tokens") {
		t.Errorf("it says %q", said)
	}
	m, err := quantize.ReadImatrix(matrix)
	if err != nil || m.Chunks != 3 || len(m.Datasets) != 1 || m.Datasets[0] != "text.txt" {
		t.Fatalf("%+v, %v", m, err)
	}
	if said = must(t, "", "quantize", tinyModel, out, "--type", "IQ2_XS", "--imatrix", matrix); !strings.Contains(said, "IQ2_XS") {
		t.Errorf("quantize says %q", said)
	}
	if said = must(t, "", "inspect", out); !strings.Contains(said, "matrix.gguf") {
		t.Errorf("inspect says %q", said)
	}
	for _, x := range []struct{ text, want string }{{filepath.Join(dir, "none"), "the text cannot be read"}, {"-", "too few"}} {
		if _, err := run(t, "short", "imatrix", "-m", tinyModel, x.text, filepath.Join(dir, "no.gguf")); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s gave %v", x.text, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "no.gguf")); err == nil {
		t.Error("a failure has left a file")
	}
}
