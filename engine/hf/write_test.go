package hf

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func numbers(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7)
	}
	return b
}

// The file is what the library safetensors writes of the same tensors: larger
// elements first, then by name, the header padded to 8.
func TestWritesSafetensors(t *testing.T) {
	var out bytes.Buffer
	err := WriteSafetensors(&out, map[string]string{"format": "pt", "a<b": "&"}, []Source{
		{Name: "z", DType: F32, Shape: []uint64{1}, Data: numbers(4)},
		{Name: "b<", DType: F16, Shape: []uint64{2, 1}, Reader: bytes.NewReader(numbers(4))},
		{Name: "a", DType: BF16, Shape: []uint64{}, Data: numbers(2)},
		{Name: "y", DType: F32, Shape: []uint64{0}, Data: []byte{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const header = `{"__metadata__":{"a<b":"&","format":"pt"},"y":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},` +
		`"z":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"BF16","shape":[],"data_offsets":[4,6]},` +
		`"b<":{"dtype":"F16","shape":[2,1],"data_offsets":[6,10]}}`
	pad := (8 - len(header)%8) % 8
	want := raw(header+strings.Repeat(" ", pad), 0)
	want = slices.Concat(want, numbers(4), numbers(2), numbers(4))
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("wrote %q\nwant %q", out.Bytes(), want)
	}
}

type badReader struct{}

func (badReader) Read([]byte) (int, error) { return 0, errors.New("the disk failed") }

func TestRefusesToWrite(t *testing.T) {
	for _, c := range []struct {
		what, says string
		tensors    []Source
	}{
		{"too few bytes", `"a": its data has 3 bytes, its shape needs 4`, []Source{{Name: "a", DType: F32, Shape: []uint64{1}, Data: numbers(3)}}},
		{"too few to read", `"a": its data has 3 bytes`, []Source{{Name: "a", DType: F32, Shape: []uint64{1}, Reader: bytes.NewReader(numbers(3))}}},
		{"too many to read", `"a": its data has more than`, []Source{{Name: "a", DType: F32, Shape: []uint64{1}, Reader: bytes.NewReader(numbers(5))}}},
		{"no data", `"a": it has no data`, []Source{{Name: "a", DType: F32, Shape: []uint64{1}}}},
		{"a failing reader", "the disk failed", []Source{{Name: "a", DType: F32, Shape: []uint64{1}, Reader: badReader{}}}},
		{"an unknown type", `type "Q4"`, []Source{{Name: "a", DType: "Q4", Shape: []uint64{1}, Data: numbers(1)}}},
		{"an overflow", "cannot have the shape", []Source{{Name: "a", DType: F32, Shape: []uint64{1 << 40, 1 << 40}}}},
		{"the same name", `"a" twice`, []Source{{Name: "a", DType: F32, Shape: []uint64{0}, Data: []byte{}}, {Name: "a", DType: F32, Shape: []uint64{0}, Data: []byte{}}}},
		{"no name", "no name", []Source{{DType: F32, Shape: []uint64{0}, Data: []byte{}}}},
		{"nine dimensions", "more than 8", []Source{{Name: "a", DType: F32, Shape: make([]uint64, 9), Data: []byte{}}}},
	} {
		t.Run(c.what, func(t *testing.T) { wantError(t, WriteSafetensors(io.Discard, nil, c.tensors), c.says) })
	}
}

func four() []Source {
	var list []Source
	for _, name := range []string{"d", "b", "c", "a"} {
		list = append(list, Source{Name: name, DType: F16, Shape: []uint64{10}, Data: numbers(20)})
	}
	return list
}

func writeAll(ctx context.Context, dir string, tensors []Source, limit int64) (done int64, err error) {
	for done, err = range WriteFolder(ctx, dir, tensors, limit) {
	}
	return done, err
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// The limit decides how many files there are; whatever it is, reading gives back
// what was written.
func TestWriteFolder(t *testing.T) {
	for _, c := range []struct {
		limit int64
		files int
	}{{80, 1}, {79, 2}, {40, 2}, {39, 4}, {1, 4}} {
		dir := t.TempDir()
		done, err := writeAll(t.Context(), dir, four(), c.limit)
		if err != nil {
			t.Fatal(err)
		}
		w, err := openWeights(dir, newFiles(dir))
		if err != nil {
			t.Fatal(err)
		}
		defer w.close()
		if len(w.files) != c.files || len(w.tensors) != 4 || w.size() != done {
			t.Errorf("limit %d: %d files, %d tensors, %d bytes of which %d were told", c.limit, len(w.files), len(w.tensors), w.size(), done)
		}
		for _, x := range w.tensors {
			if !bytes.Equal(x.Data, numbers(20)) {
				t.Errorf("limit %d: %s has other data", c.limit, x.Name)
			}
		}
		if names := list(t, dir); slices.Contains(names, "model.safetensors.index.json") != (c.files > 1) || strings.Contains(strings.Join(names, " "), unfinished) {
			t.Errorf("limit %d: %v", c.limit, names)
		}
	}
}

// Ended early, in whatever way, nothing stays behind.
func TestWriteFolderLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	for range WriteFolder(t.Context(), dir, four(), 20) {
		break
	}
	steps := 0
	for range WriteFolder(t.Context(), dir, four(), 20) {
		if steps++; steps == 5 {
			break
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := writeAll(ctx, dir, four(), 20); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	bad := four()
	bad[3] = Source{Name: "bad", DType: F32, Shape: []uint64{1}, Reader: badReader{}}
	_, err := writeAll(t.Context(), dir, bad, 20)
	wantError(t, err, "the disk failed")
	_, err = writeAll(t.Context(), dir, append(four(), four()[0]), 20)
	wantError(t, err, `"d" is there twice`)
	if names := list(t, dir); len(names) > 0 {
		t.Errorf("left %v", names)
	}
}

func TestWriteFolderSparesOthers(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "model.safetensors"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := writeAll(t.Context(), dir, four(), 100)
	wantError(t, err, "already holds model.safetensors")
	if names := list(t, dir); len(names) != 1 {
		t.Errorf("now there are %v", names)
	}
}
