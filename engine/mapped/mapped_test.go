package mapped

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What stands in for a mapping on systems without, on any system.
func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, []byte("the whole file"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if b, err := readFile(f, 14); err != nil || string(b) != "the whole file" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := readFile(f, 15); err == nil || !strings.Contains(err.Error(), "cannot read it") {
		t.Errorf("one byte too many: %v", err)
	}
}
