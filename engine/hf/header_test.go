package hf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// raw puts a header and data together.
func raw(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func writeTemp(t testing.TB, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// wantError wants one sentence with all the parts.
func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error; want one with %q", parts)
		return
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q is no sentence with %q", err, p)
		}
	}
}

func TestReadsSafetensors(t *testing.T) {
	data := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	b := append(raw(`{"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8],"new":[{}]},`+
		`"é":{"shape":[],"data_offsets":[8,10],"dtype":"BF16"},"none":{"dtype":"F32","shape":[0,7],"data_offsets":[10,10]}}   `, 0), data...)
	s, err := OpenSafetensors(writeTemp(t, "x.safetensors", b))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	want := []Stored{{"b", F16, []uint64{2, 2}, data[:8]}, {"é", BF16, []uint64{}, data[8:]}, {"none", F32, []uint64{0, 7}, []byte{}}}
	if got := s.Tensors(); !reflect.DeepEqual(got, want) {
		t.Errorf("tensors %v", got)
	}
	if x, ok := s.Tensor("é"); !ok || !bytes.Equal(x.Data, data[8:]) {
		t.Errorf("é is %v, %v", x, ok)
	}
	if _, ok := s.Tensor("x"); ok {
		t.Error("there is an x")
	}
	if m := s.Metadata(); len(m) != 1 || m["format"] != "pt" {
		t.Errorf("metadata %v", m)
	}
}

// entry is a tensor of a header.
func entry(name, dtype, shape string, begin, end uint64) string {
	return fmt.Sprintf(`%q:{"dtype":%q,"shape":%s,"data_offsets":[%d,%d]}`, name, dtype, shape, begin, end)
}

// Every check of the format, each with a file that breaks it alone.
func TestRefusesBadSafetensors(t *testing.T) {
	one := entry("a", "F32", "[2]", 0, 8)
	for _, c := range []struct {
		what string
		file []byte
		says string
	}{
		{"empty", nil, "too few"},
		{"shorter than a length", make([]byte, 7), "too few"},
		{"header above the format's limit", append(binary.LittleEndian.AppendUint64(nil, maxHeader+1), make([]byte, 100)...), "more than the 100000000"},
		{"header beyond the file", append(binary.LittleEndian.AppendUint64(nil, 99), "{}"...), "but only 2 follow"},
		{"a Git LFS pointer", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:00"), "run git lfs pull"},
		{"no header", raw("", 0), "does not begin with {"},
		{"space before the header", raw(" {}", 0), "does not begin with {"},
		{"not UTF-8", raw("{\"a\xff\":1}", 0), "not UTF-8"},
		{"broken JSON", raw(`{"a"`, 0), "JSON"},
		{"unclosed", raw(`{`+one, 8), "broken JSON"},
		{"more after the header", raw(`{`+one+`} {}`, 8), "goes on after"},
		{"zeros after the header", raw("{"+one+"}\x00", 8), "goes on after"},
		{"a name twice", raw(`{`+one+`,`+entry("a", "F32", "[2]", 8, 16)+`}`, 16), `"a" twice`},
		{"metadata twice", raw(`{"__metadata__":{},"__metadata__":{}}`, 0), `"__metadata__" twice`},
		{"a key of the metadata twice", raw(`{"__metadata__":{"x":"1","x":"2"}}`, 0), `"x" twice`},
		{"metadata with a number", raw(`{"__metadata__":{"x":1}}`, 0), "no string"},
		{"metadata that is none", raw(`{"__metadata__":[]}`, 0), "__metadata__ is not a JSON object"},
		{"no name", raw(`{`+entry("", "F32", "[2]", 0, 8)+`}`, 8), "no name"},
		{"an entry that is none", raw(`{"a":7}`, 0), `the entry of tensor "a" is not a JSON object`},
		{"a field twice", raw(`{"a":{"dtype":"F32","dtype":"F16","shape":[2],"data_offsets":[0,8]}}`, 8), "dtype twice"},
		{"no dtype", raw(`{"a":{"shape":[2],"data_offsets":[0,8]}}`, 8), "no dtype"},
		{"no shape", raw(`{"a":{"dtype":"F32","data_offsets":[0,8]}}`, 8), "no shape"},
		{"no offsets", raw(`{"a":{"dtype":"F32","shape":[2]}}`, 8), "no data_offsets"},
		{"an unknown type", raw(`{`+entry("a", "F31", "[2]", 0, 8)+`}`, 8), "F31"},
		{"a type that is a number", raw(`{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}`, 8), "unknown type 32"},
		{"a shape that is none", raw(`{`+entry("a", "F32", `"2"`, 0, 8)+`}`, 8), "shape that is no list"},
		{"a dimension below 0", raw(`{`+entry("a", "F32", "[-2]", 0, 8)+`}`, 8), "-2"},
		{"half a dimension", raw(`{`+entry("a", "F32", "[2.5]", 0, 8)+`}`, 8), "2.5"},
		{"a dimension above the limit", raw(`{`+entry("a", "F32", "[1099511627777]", 0, 8)+`}`, 8), "1099511627777"},
		{"nine dimensions", raw(`{`+entry("a", "F32", "[2,1,1,1,1,1,1,1,1]", 0, 8)+`}`, 8), "more than 8"},
		{"one offset", raw(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}`, 8), "1 data_offsets"},
		{"three offsets", raw(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}`, 8), "more than 2"},
		{"a size that overflows", raw(`{`+entry("a", "F32", "[1099511627776,1099511627776]", 0, 0)+`}`, 0), "no number of bytes"},
		{"a size that overflows to 0", raw(`{`+entry("a", "F32", "[1099511627776,134217728]", 0, 0)+`}`, 0), "no number of bytes"},
		{"half a byte", raw(`{`+entry("a", "F4", "[3]", 0, 1)+`}`, 1), "no number of bytes"},
		{"another size than the shape's", raw(`{`+entry("a", "F32", "[3]", 0, 8)+`}`, 8), "needs 12 bytes"},
		{"the end before the beginning", raw(`{`+entry("a", "F32", "[2]", 8, 0)+`}`, 8), "offsets 8 to 0"},
		{"cut short", raw(`{`+one+`}`, 7), "is cut short"},
		{"an overlap", raw(`{`+one+`,`+entry("b", "F32", "[2]", 4, 12)+`}`, 12), `"a" and "b" overlap`},
		{"the same place", raw(`{`+one+`,`+entry("b", "F32", "[2]", 0, 8)+`}`, 8), "overlap"},
		{"nothing within another", raw(`{`+one+`,`+entry("b", "F32", "[0]", 4, 4)+`}`, 8), "overlap"},
		{"a hole", raw(`{`+one+`,`+entry("b", "F32", "[2]", 9, 17)+`}`, 17), "hole of 1 bytes"},
		{"a hole at the start", raw(`{`+entry("a", "F32", "[2]", 1, 9)+`}`, 9), "hole of 1 bytes"},
		{"more data", raw(`{`+one+`}`, 9), "1 bytes after the last tensor"},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := OpenSafetensors(writeTemp(t, "x.safetensors", c.file))
			wantError(t, err, "x.safetensors", c.says)
		})
	}
}

func TestRefusesTooManyTensors(t *testing.T) {
	p := &headerReader{header: header{tensors: make([]stored, maxTensors)}}
	wantError(t, p.readTensor("a"), "more than 1000000")
}

func TestOpensFilesOnly(t *testing.T) {
	_, err := OpenSafetensors(t.TempDir())
	wantError(t, err, "is not a file")
	_, err = OpenSafetensors(filepath.Join(t.TempDir(), "none.safetensors"))
	wantError(t, err, "cannot open the weights")
}

// The library safetensors has written this one.
func TestReadsTheLibrarysFile(t *testing.T) {
	s, err := OpenSafetensors("testdata/mixtral/model.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	x, ok := s.Tensor("model.layers.1.block_sparse_moe.experts.3.w2.weight")
	if !ok || x.DType != BF16 || !reflect.DeepEqual(x.Shape, []uint64{32, 48}) || len(x.Data) != 2*32*48 {
		t.Errorf("%v %v %d", ok, x.Shape, len(x.Data))
	}
	if s.Metadata()["format"] != "pt" || len(s.Tensors()) != 41 {
		t.Errorf("%v, %d tensors", s.Metadata(), len(s.Tensors()))
	}
}

// Whatever a header claims, what was let through lies inside the data and can be
// written and read again.
func FuzzHeader(f *testing.F) {
	f.Add([]byte(`{}`), uint64(0))
	f.Add([]byte(`{"__metadata__":{"format":"pt"},`+entry("a", "F32", "[2]", 0, 8)+`,`+entry("b", "F4", "[2,0]", 8, 8)+`}  `), uint64(8))
	f.Add([]byte(`{`+entry("a", "BF16", "[1,2,3]", 0, 12)+`,"x":{"dtype":"I64","shape":[],"data_offsets":[12,20],"more":{"k":[1]}}}`), uint64(20))
	f.Add([]byte(`{"a":{"dtype":"F32","shape":[1099511627776,1099511627776],"data_offsets":[0,0]}}`), uint64(0))
	f.Fuzz(func(t *testing.T, text []byte, data uint64) {
		data %= 1 << 16
		h, err := parseHeader(text, data)
		if err != nil {
			return
		}
		var again []Source
		for _, s := range h.tensors {
			if s.begin > s.end || s.end > data {
				t.Fatalf("tensor %q lies at %d to %d of %d", s.name, s.begin, s.end, data)
			}
			again = append(again, Source{Name: s.name, DType: s.dtype, Shape: s.shape, Data: make([]byte, s.end-s.begin)})
		}
		var out bytes.Buffer
		if err := WriteSafetensors(&out, h.metadata, again); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		n := binary.LittleEndian.Uint64(out.Bytes())
		if _, err := parseHeader(out.Bytes()[8:8+n], data); err != nil || n%8 != 0 {
			t.Fatalf("what was written cannot be read: %v, header of %d bytes", err, n)
		}
	})
}
