package gguf

import (
	"bytes"
	"fmt"
	"math"
	"runtime"
	"testing"

	"beyonder/engine/quant"
)

// TestLiesCostNothing parses files that claim far more than they hold: what is
// allocated, freed included, is a small multiple of what is there.
func TestLiesCostNothing(t *testing.T) {
	const there = 1 << 20
	for name, r := range map[string]*raw{
		"keys":             file(3, 0, maxKeys).zeros(there),
		"tensors":          file(3, there/33, 0).zeros(there),
		"string of 64 MiB": file(3, 0, 1).key("a").kind(kindString).u64(maxString).zeros(there),
		"strings":          file(3, 0, 1).key("a").kind(kindArray).kind(kindString).u64(there / 8).u64(math.MaxUint64).zeros(there),
		"empty strings":    file(3, 0, 2).key("a").kind(kindArray).kind(kindString).u64(there / 8).zeros(there),
		"numbers":          file(3, 0, 1).key("a").kind(kindArray).kind(kindInt64).u64(maxArray).zeros(there),
		"weights":          file(3, 1, 0).tensor("t", f32, 0, 1<<40).zeros(there),
		"dimensions":       file(3, 1, 0).text("t").u32(math.MaxUint32).zeros(there),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := r.parse(); err == nil {
				t.Fatal("the lie was believed")
			}
			if got := allocated(func() { _, _ = r.parse() }); got > 6*there {
				t.Errorf("%d bytes are allocated for a file of %d", got, len(r.b))
			}
		})
	}
}

// TestDenseFileCost parses honest files made of nothing but the smallest records,
// the most that can be had from a byte.
func TestDenseFileCost(t *testing.T) {
	keys, tensors := file(3, 0, maxKeys), file(3, 30000, 0)
	for i := range maxKeys {
		keys.key(fmt.Sprintf("%x", i)).kind(kindBool).u8(1)
	}
	for i := range 30000 {
		tensors.tensor(fmt.Sprintf("%x", i), uint32(quant.I8), uint64(i)*32, 1)
	}
	tensors.align(32).zeros(30000 * 32)
	for _, r := range []*raw{keys, tensors} {
		got := allocated(func() {
			if _, err := r.parse(); err != nil {
				t.Error(err)
			}
		})
		if got > 16*uint64(len(r.b)) {
			t.Errorf("%d bytes are allocated for a file of %d", got, len(r.b))
		}
	}
}

// allocated is how many bytes do allocates. Other tests do not run meanwhile.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// BenchmarkOpen opens a file with a vocabulary as large as the largest in use.
func BenchmarkOpen(b *testing.B) {
	const tokens = 131072
	texts, scores, merges := make([]string, tokens), make([]float32, tokens), make([]string, 2*tokens)
	for i := range texts {
		texts[i] = fmt.Sprintf("▁%x", i)
		merges[2*i], merges[2*i+1] = texts[i]+" a", texts[i]+" b"
	}
	var out bytes.Buffer
	kvs := []KV{{"tokenizer.ggml.tokens", texts}, {"tokenizer.ggml.scores", scores},
		{"tokenizer.ggml.token_type", make([]int32, tokens)}, {"tokenizer.ggml.merges", merges}}
	if err := Write(&out, kvs, nil); err != nil {
		b.Fatal(err)
	}
	path := b.TempDir() + "/v.gguf"
	writeFile(b, path, out.Bytes())
	b.SetBytes(int64(out.Len()))
	b.ReportAllocs()
	for b.Loop() {
		f, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		if v, _, err := f.Strings("tokenizer.ggml.tokens"); len(v) != tokens || err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
