package gguf

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// raw builds files byte by byte, wrong ones too. It knows nothing of Write.
type raw struct {
	version uint32
	b       []byte
}

// file begins a file that claims so many tensors and keys.
func file(version uint32, tensors, keys uint64) *raw {
	r := &raw{version: version, b: []byte("GGUF")}
	return r.u32(version).count(tensors).count(keys)
}

func (r *raw) u8(v ...byte) *raw    { r.b = append(r.b, v...); return r }
func (r *raw) u32(v uint32) *raw    { r.b = binary.LittleEndian.AppendUint32(r.b, v); return r }
func (r *raw) u64(v uint64) *raw    { r.b = binary.LittleEndian.AppendUint64(r.b, v); return r }
func (r *raw) zeros(n int) *raw     { r.b = append(r.b, make([]byte, n)...); return r }
func (r *raw) text(s string) *raw   { r.count(uint64(len(s))); r.b = append(r.b, s...); return r }
func (r *raw) align(to int) *raw    { return r.zeros((to - len(r.b)%to) % to) }
func (r *raw) key(s string) *raw    { return r.text(s) }
func (r *raw) kind(k kind) *raw     { return r.u32(uint32(k)) }
func (r *raw) str(k, v string) *raw { return r.key(k).kind(kindString).text(v) }

// count is as wide as the version has it.
func (r *raw) count(n uint64) *raw {
	if r.version == 1 {
		return r.u32(uint32(n))
	}
	return r.u64(n)
}

func (r *raw) tensor(name string, typ uint32, offset uint64, shape ...uint64) *raw {
	r.text(name).u32(uint32(len(shape)))
	for _, d := range shape {
		r.count(d)
	}
	return r.u32(typ).u64(offset)
}

// parse gives the parser the bytes as they are.
func (r *raw) parse() (*header, error) {
	return parse(bytes.NewReader(r.b), int64(len(r.b)), "x.gguf")
}

// write puts the bytes into a file of the test's folder.
func (r *raw) write(t *testing.T, name string) string {
	t.Helper()
	return writeFile(t, filepath.Join(t.TempDir(), name), r.b)
}

func writeFile(t testing.TB, path string, b []byte) string {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error is %q, want %q in it", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error has several lines: %q", err)
	}
}
