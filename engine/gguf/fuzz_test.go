package gguf

import (
	"bytes"
	"slices"
	"testing"

	"beyonder/engine/quant"
)

// FuzzOpen parses any bytes. What is accepted must lie inside the file, and must
// be the same after it was written anew.
func FuzzOpen(f *testing.F) {
	for version := range uint32(3) {
		r := file(version+1, 2, 3).str("general.architecture", "llama")
		r.key("general.alignment").kind(kindUint32).u32(16)
		r.key("tokenizer.ggml.tokens").kind(kindArray).kind(kindString).count(2).text("<s>").text("a")
		r.tensor("a", uint32(quant.Q4_0), 32, 32, 1).tensor("b", f32, 0, 2, 2).align(16).zeros(64)
		f.Add(r.b)
	}
	f.Add(vocabulary(3, 3, 3).b)
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := parse(bytes.NewReader(b), int64(len(b)), "x.gguf")
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := Write(&out, valuesOf(h), sourcesOf(t, h, b)); err != nil {
			t.Fatalf("a file that was accepted cannot be written: %v", err)
		}
		again, err := parse(bytes.NewReader(out.Bytes()), int64(out.Len()), "y.gguf")
		if err != nil {
			t.Fatalf("a file that was written is refused: %v", err)
		}
		sameHeaders(t, h, again, b, out.Bytes())
	})
}

func valuesOf(h *header) (kvs []KV) {
	for _, key := range h.Keys() {
		value, _ := h.Value(key)
		kvs = append(kvs, KV{key, value})
	}
	return kvs
}

func sourcesOf(t *testing.T, h *header, b []byte) (tensors []TensorSource) {
	for _, info := range h.table {
		tensors = append(tensors, TensorSource{Name: info.name, Type: info.typ, Shape: info.shape, Data: dataOf(t, h, info, b)})
	}
	return tensors
}

// dataOf panics, and so fails the test, if the tensor does not lie in the file.
func dataOf(t *testing.T, h *header, info tensorInfo, b []byte) []byte {
	at := h.dataStart + info.offset
	data := b[at : at+info.size : at+info.size]
	rows := elems(info.shape) / info.shape[0]
	if at%minAlignment != 0 || uint64(len(data)) != rows*uint64(info.typ.RowBytes(int(info.shape[0]))) {
		t.Fatalf("tensor %q of %v weights has %d bytes at %d", info.name, info.shape, len(data), at)
	}
	return data
}

// sameHeaders compares bytes, not values: a NaN is not equal to itself.
func sameHeaders(t *testing.T, a, b *header, dataA, dataB []byte) {
	if len(a.entries) != len(b.entries) || len(a.table) != len(b.table) || a.alignment != b.alignment {
		t.Fatalf("%d keys, %d tensors, alignment %d became %d, %d, %d",
			len(a.entries), len(a.table), a.alignment, len(b.entries), len(b.table), b.alignment)
	}
	for i, e := range a.entries {
		x, errX := appendValue(nil, a.valueOf(e))
		y, errY := appendValue(nil, b.valueOf(b.entries[i]))
		if errX != nil || errY != nil || e.key != b.entries[i].key || !bytes.Equal(x, y) {
			t.Fatalf("key %q with % x became %q with % x", e.key, x, b.entries[i].key, y)
		}
	}
	for i, x := range a.table {
		y := b.table[i]
		if x.name != y.name || x.typ != y.typ || !slices.Equal(x.shape, y.shape) ||
			!bytes.Equal(dataOf(t, a, x, dataA), dataOf(t, b, y, dataB)) {
			t.Fatalf("tensor %v became %v", x, y)
		}
	}
}

func (h *header) valueOf(e entry) any {
	v, _ := h.Value(e.key)
	return v
}
