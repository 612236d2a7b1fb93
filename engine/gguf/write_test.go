package gguf

import (
	"bytes"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"beyonder/engine/quant"
)

// everyKind has a value of each type that can be stored, at the ends of its range.
func everyKind() []KV {
	return []KV{
		{"a.uint8", uint8(math.MaxUint8)}, {"a.int8", int8(math.MinInt8)},
		{"a.uint16", uint16(math.MaxUint16)}, {"a.int16", int16(math.MinInt16)},
		{"a.uint32", uint32(math.MaxUint32)}, {"a.int32", int32(math.MinInt32)},
		{"a.uint64", uint64(math.MaxUint64)}, {"a.int64", int64(math.MinInt64)},
		{"a.float32", float32(math.SmallestNonzeroFloat32)}, {"a.float64", math.MaxFloat64},
		{"a.true", true}, {"a.false", false}, {"a.string", "größer ≠ \x00"}, {"a.empty", ""},
		{"b.uint8", []uint8{0, 255}}, {"b.int8", []int8{-128, 127}},
		{"b.uint16", []uint16{1, 65535}}, {"b.int16", []int16{-32768, 32767}},
		{"b.uint32", []uint32{1, math.MaxUint32}}, {"b.int32", []int32{math.MinInt32, math.MaxInt32}},
		{"b.uint64", []uint64{1, math.MaxUint64}}, {"b.int64", []int64{math.MinInt64, math.MaxInt64}},
		{"b.float32", []float32{-0.5, float32(math.Inf(1))}}, {"b.float64", []float64{1e-300, 1e300}},
		{"b.bool", []bool{true, false}}, {"b.string", []string{"▁the", "", "\xff"}}, {"b.empty", []string{}},
	}
}

// everyType has a tensor of each type there is, its bytes all different.
func everyType(t *testing.T) (tensors []TensorSource) {
	t.Helper()
	for id := range quant.Type(64) {
		if !id.Known() {
			continue
		}
		shape := []uint64{uint64(id.BlockElems()), 3}
		data := make([]byte, 3*id.BlockBytes())
		for i := range data {
			data[i] = byte(i) ^ byte(id)
		}
		tensors = append(tensors, TensorSource{Name: "t." + id.String(), Type: id, Shape: shape, Data: data})
	}
	return tensors
}

func TestWriteThenOpen(t *testing.T) {
	for _, align := range []uint32{8, 32, 4096} {
		kvs, tensors := append(everyKind(), KV{alignmentKey, align}), everyType(t)
		f := written(t, kvs, tensors)
		if f.Version != 3 {
			t.Errorf("version %d", f.Version)
		}
		sameValues(t, f, kvs)
		sameTensors(t, f, tensors)
	}
}

func written(t *testing.T, kvs []KV, tensors []TensorSource) *File {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, kvs, tensors); err != nil {
		t.Fatal(err)
	}
	return opened(t, (&raw{b: b.Bytes()}).write(t, "x.gguf"))
}

func opened(t *testing.T, path string) *File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func sameValues(t *testing.T, f *File, kvs []KV) {
	t.Helper()
	keys := f.Keys()
	if len(keys) != len(kvs) {
		t.Fatalf("%d keys, want %d", len(keys), len(kvs))
	}
	for i, kv := range kvs {
		got, ok := f.Value(kv.Key)
		if keys[i] != kv.Key || !ok || !reflect.DeepEqual(got, kv.Value) {
			t.Errorf("key %d is %q with %#v, want %q with %#v", i, keys[i], got, kv.Key, kv.Value)
		}
	}
}

func sameTensors(t *testing.T, f *File, want []TensorSource) {
	t.Helper()
	got := f.Tensors()
	if len(got) != len(want) {
		t.Fatalf("%d tensors, want %d", len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		if g.Name != w.Name || g.Type != w.Type || !reflect.DeepEqual(g.Shape, w.Shape) || !bytes.Equal(g.Data, w.Data) {
			t.Errorf("tensor %d is %q %v %v, want %q %v %v, or its bytes differ", i, g.Name, g.Type, g.Shape, w.Name, w.Type, w.Shape)
		}
		if named, ok := f.Tensor(w.Name); !ok || &named.Data[0] != &g.Data[0] {
			t.Errorf("tensor %q is not found by its name", w.Name)
		}
	}
}

// TestWriteReader streams a tensor from a source that hands out odd pieces.
func TestWriteReader(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 4096)
	source := func() TensorSource {
		return TensorSource{Name: "t", Type: quant.F32, Shape: []uint64{uint64(len(data) / 4)}}
	}
	streamed, whole := source(), source()
	streamed.Reader, whole.Data = iotest.HalfReader(bytes.NewReader(data)), data
	f := written(t, nil, []TensorSource{streamed})
	sameTensors(t, f, []TensorSource{whole})
}

func TestWriteErrors(t *testing.T) {
	tensor := func(change func(*TensorSource)) []TensorSource {
		s := TensorSource{Name: "t", Type: quant.F32, Shape: []uint64{8}, Data: make([]byte, 32)}
		change(&s)
		return []TensorSource{s}
	}
	broken := errors.New("the disk is on fire")
	for _, c := range []struct {
		name    string
		kvs     []KV
		tensors []TensorSource
		want    []string
	}{
		{"a Go int", []KV{{"a", 1}}, nil, []string{`key "a"`, "no type for a Go int"}},
		{"nothing", []KV{{"a", nil}}, nil, []string{`key "a"`}},
		{"key twice", []KV{{"a", true}, {"a", true}}, nil, []string{"cannot write the model", `key "a" is there twice`}},
		{"odd alignment", []KV{{alignmentKey, uint32(33)}}, nil, []string{"is 33"}},
		{"tensor twice", nil, append(everyType(t), everyType(t)...), []string{"is there twice"}},
		{"no shape", nil, tensor(func(s *TensorSource) { s.Shape = nil }), []string{`tensor "t" has 0 dimensions`}},
		{"unknown type", nil, tensor(func(s *TensorSource) { s.Type = 99 }), []string{`tensor "t"`, "type 99"}},
		{"long name", nil, tensor(func(s *TensorSource) { s.Name = strings.Repeat("n", 64) }), []string{"64 bytes"}},
		{"short data", nil, tensor(func(s *TensorSource) { s.Data = s.Data[:31] }), []string{`tensor "t"`, "has 31 bytes, its shape needs 32"}},
		{"long data", nil, tensor(func(s *TensorSource) { s.Data = make([]byte, 33) }), []string{"has 33 bytes"}},
		{"no data", nil, tensor(func(s *TensorSource) { s.Data = nil }), []string{"has no data"}},
		{"short reader", nil, tensor(func(s *TensorSource) { s.Data, s.Reader = nil, strings.NewReader("short") }), []string{"has 5 bytes"}},
		{"long reader", nil, tensor(func(s *TensorSource) { s.Data, s.Reader = nil, bytes.NewReader(make([]byte, 33)) }), []string{"more than the 32 bytes"}},
		{"broken reader", nil, tensor(func(s *TensorSource) { s.Data, s.Reader = nil, iotest.ErrReader(broken) }), []string{"on fire"}},
	} {
		t.Run(c.name, func(t *testing.T) { wantError(t, Write(io.Discard, c.kvs, c.tensors), c.want...) })
	}
	full := Write(failingWriter{broken}, nil, tensor(func(*TensorSource) {}))
	if !errors.Is(full, broken) {
		t.Errorf("the writer's own error becomes %v", full)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }
