package gguf

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"beyonder/engine/quant"
)

// TestVersions opens the same model in each version; the widths of all counts,
// lengths and dimensions differ between the first and the others.
func TestVersions(t *testing.T) {
	for _, version := range []uint32{1, 2, 3} {
		r := file(version, 2, 3)
		r.str("general.architecture", "llama").key("llama.block_count").kind(kindUint32).u32(7)
		r.key("tokenizer.ggml.tokens").kind(kindArray).kind(kindString).count(2).text("<s>").text("é")
		r.tensor("a", uint32(quant.Q4_0), 0, 32, 2).tensor("b", f32, 64, 2).align(32)
		r.b = append(r.b, bytes.Repeat([]byte{7}, 36)...)
		r.align(32).u32(0x3f800000).u32(0x40000000)
		f := opened(t, r.write(t, "x.gguf"))
		if f.Version != int(version) {
			t.Errorf("version %d is opened as %d", version, f.Version)
		}
		if v, ok, err := f.Uint("llama.block_count"); v != 7 || !ok || err != nil {
			t.Errorf("v%d: block_count is %d, %v, %v", version, v, ok, err)
		}
		if v, _, _ := f.Strings("tokenizer.ggml.tokens"); !reflect.DeepEqual(v, []string{"<s>", "é"}) {
			t.Errorf("v%d: the tokens are %q", version, v)
		}
		a, _ := f.Tensor("a")
		b, _ := f.Tensor("b")
		if a.Elems() != 64 || !bytes.Equal(a.Data, bytes.Repeat([]byte{7}, 36)) {
			t.Errorf("v%d: tensor a has %d weights and the bytes %v", version, a.Elems(), a.Data)
		}
		if binary.LittleEndian.Uint32(b.Data[4:]) != 0x40000000 || len(b.Data) != 8 || cap(b.Data) != 8 {
			t.Errorf("v%d: tensor b has the bytes %v", version, b.Data)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(filepath.Join(dir, "none.gguf"))
	wantError(t, err, "none.gguf", "cannot open the model")
	_, err = Open(dir)
	wantError(t, err, "is not a file")
	_, err = Open(writeFile(t, filepath.Join(dir, "note.gguf"), []byte("hello, world")))
	wantError(t, err, "note.gguf is not a GGUF file")
}

func TestGetters(t *testing.T) {
	f := written(t, everyKind(), nil)
	for _, c := range []struct {
		key  string
		get  func(string) (any, bool, error)
		want any    // if it can be had
		err  string // if not
	}{
		{"a.string", getter(f.String), "größer ≠ \x00", ""},
		{"a.uint8", getter(f.String), "", `x.gguf: key "a.uint8" holds a uint8, not a string`},
		{"b.string", getter(f.String), "", "holds an array of string, not a string"},
		{"a.uint8", getter(f.Uint), uint64(255), ""},
		{"a.uint16", getter(f.Uint), uint64(65535), ""},
		{"a.uint64", getter(f.Uint), ^uint64(0), ""},
		{"a.int8", getter(f.Uint), nil, `key "a.int8" is -128, which must not be negative`},
		{"a.int64", getter(f.Uint), nil, "is -9223372036854775808"},
		{"a.float32", getter(f.Uint), nil, "holds a float32, not an integer"},
		{"a.true", getter(f.Uint), nil, "holds a bool, not an integer"},
		{"a.string", getter(f.Uint), nil, "holds a string, not an integer"},
		{"a.int8", getter(f.Int), int64(-128), ""},
		{"a.int16", getter(f.Int), int64(-32768), ""},
		{"a.int32", getter(f.Int), int64(-1 << 31), ""},
		{"a.int64", getter(f.Int), int64(-1 << 63), ""},
		{"a.uint32", getter(f.Int), int64(1<<32 - 1), ""},
		{"a.uint64", getter(f.Int), nil, "is 18446744073709551615, more than"},
		{"a.float32", getter(f.Float), float64(0x1p-149), ""},
		{"a.float64", getter(f.Float), 0x1.fffffffffffffp1023, ""},
		{"a.uint32", getter(f.Float), nil, "holds a uint32, not a float"},
		{"a.true", getter(f.Bool), true, ""},
		{"a.false", getter(f.Bool), false, ""},
		{"a.uint8", getter(f.Bool), nil, "not a bool"},
		{"b.string", getter(f.Strings), []string{"▁the", "", "\xff"}, ""},
		{"b.empty", getter(f.Strings), []string{}, ""},
		{"b.int8", getter(f.Strings), nil, "holds an array of int8, not an array of strings"},
		{"a.string", getter(f.Strings), nil, "holds a string, not an array of strings"},
		{"b.float64", getter(f.Floats), []float32{0, float32(inf())}, ""},
		{"b.int8", getter(f.Floats), nil, "not an array of floats"},
		{"b.int8", getter(f.Ints), []int32{-128, 127}, ""},
		{"b.uint16", getter(f.Ints), []int32{1, 65535}, ""},
		{"b.int32", getter(f.Ints), []int32{-1 << 31, 1<<31 - 1}, ""},
		{"b.uint32", getter(f.Ints), nil, `element 1 of key "b.uint32" does not fit 32 bits`},
		{"b.int64", getter(f.Ints), nil, "does not fit"},
		{"b.bool", getter(f.Ints), nil, "not an array of integers"},
	} {
		got, ok, err := c.get(c.key)
		if c.err != "" {
			wantError(t, err, c.err)
			if ok {
				t.Errorf("%s: there is an error, and the value counts", c.key)
			}
			continue
		}
		if err != nil || !ok || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s is %v, %v, %v, want %v", c.key, got, ok, err, c.want)
		}
		if _, ok, err := c.get("a.absent"); ok || err != nil {
			t.Errorf("an absent key gives %v, %v", ok, err)
		}
	}
	if _, ok := f.Value("a.absent"); ok {
		t.Error("an absent key has a value")
	}
}

func getter[T any](get func(string) (T, bool, error)) func(string) (any, bool, error) {
	return func(key string) (any, bool, error) { return get(key) }
}

func inf() float64 { x := 1e300; return x * x }

// TestClose keeps what is not mapped.
func TestClose(t *testing.T) {
	f := written(t, everyKind(), everyType(t))
	tokens, _, _ := f.Strings("b.string")
	for range 2 {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if len(f.Tensors()) != 0 {
		t.Error("a closed file has tensors")
	}
	if tokens[0] != "▁the" {
		t.Errorf("a string became %q", tokens[0])
	}
	if v, _, _ := f.String("a.string"); v == "" {
		t.Error("the metadata is gone")
	}
}

func TestFingerprint(t *testing.T) {
	tensors := everyType(t)
	base := written(t, everyKind(), tensors)
	print := base.Fingerprint()
	if len(print) != 64 || print != written(t, everyKind(), tensors).Fingerprint() {
		t.Errorf("the same file has the fingerprints %s and another", print)
	}
	kvs := everyKind()
	kvs[0].Value = uint8(1)
	if written(t, kvs, tensors).Fingerprint() == print {
		t.Error("another value has the same fingerprint")
	}
	if written(t, everyKind(), tensors[1:]).Fingerprint() == print {
		t.Error("a tensor less has the same fingerprint")
	}
	b, err := os.ReadFile(base.Path)
	if err != nil {
		t.Fatal(err)
	}
	longer := opened(t, (&raw{b: append(b, 0)}).write(t, "x.gguf"))
	if longer.Fingerprint() == print {
		t.Error("a longer file has the same fingerprint")
	}
	if longer.Size() != base.Size()+1 {
		t.Errorf("its size is %d", longer.Size())
	}
}
