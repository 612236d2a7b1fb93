package gl

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What was kept comes back; what was damaged, or is another driver's, does not.
func TestCabinet(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	c := openCabinet(dir, "vendor", "card", "1.0")
	c.keepProgram("void main() {}", 7, []byte("binary"))
	format, data, ok := c.program("void main() {}")
	if !ok || format != 7 || string(data) != "binary" {
		t.Fatalf("%d, %q, %v", format, data, ok)
	}
	if _, _, ok := openCabinet(dir, "vendor", "card", "1.1").program("void main() {}"); ok {
		t.Error("another version's program was taken")
	}
	if _, _, ok := c.program("void main() { }"); ok {
		t.Error("another program was taken")
	}
	c.keepShapes(map[string]shape{"q4_k": {64, 2}, "q6_k": {31, 5}})
	if got := c.shapes(); len(got) != 1 || got["q4_k"] != (shape{64, 2}) {
		t.Errorf("the shapes are %v", got)
	}
	path := c.path(digest("void main() {}")[:32])
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 4
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, ok := c.program("void main() {}"); ok {
			t.Fatalf("a file whose byte %d is damaged was taken", i)
		}
	}
	if err := os.WriteFile(path, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := c.program("void main() {}"); ok {
		t.Error("half a file was taken")
	}
}

// Files of drivers that are gone do not stay for ever; fresh ones and others' do.
func TestCabinetIsSwept(t *testing.T) {
	dir := t.TempDir()
	old := openCabinet(dir, "old")
	old.write("a", []byte("x"))
	recent := openCabinet(dir, "recent")
	recent.write("b", []byte("x"))
	stranger := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(stranger, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-2 * stale)
	for _, p := range []string{old.path("a"), stranger} {
		if err := os.Chtimes(p, past, past); err != nil {
			t.Fatal(err)
		}
	}
	openCabinet(dir, "new")
	for path, want := range map[string]bool{old.path("a"): false, recent.path("b"): true, stranger: true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A folder that cannot be written costs nothing but the time saved.
func TestCabinetWithoutAPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", file, filepath.Join(file, "below")} {
		c := openCabinet(dir, "x")
		c.keepProgram("a", 1, []byte("b"))
		c.keepShapes(map[string]shape{"q4_k": {64, 2}})
		if _, _, ok := c.program("a"); ok || len(c.shapes()) != 0 {
			t.Errorf("%q keeps something", dir)
		}
	}
}

func FuzzUnseal(f *testing.F) {
	f.Add(seal(3, []byte("binary")))
	f.Add([]byte(sealMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		if format, data, ok := unseal(b); ok && !bytes.Equal(seal(format, data), b) {
			t.Error("what was unsealed is not what is sealed")
		}
	})
}

func FuzzShapes(f *testing.F) {
	f.Add([]byte(`{"q4_k":{"threads":64,"rows":2}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for format, s := range parseShapes(b) {
			if s.Threads < 32 || s.Threads > 256 || s.Rows < 1 || s.Rows > 8 {
				t.Errorf("%q: %+v", format, s)
			}
		}
	})
}
