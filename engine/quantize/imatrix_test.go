package quantize

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

// entry is one of an older importance matrix.
type entry struct {
	name   string
	calls  int32
	values []float32
}

func legacyBytes(entries []entry, chunks int32, dataset string) []byte {
	var b bytes.Buffer
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	put(int32(len(entries)))
	for _, e := range entries {
		put(int32(len(e.name)))
		b.WriteString(e.name)
		put(e.calls)
		put(int32(len(e.values)))
		put(e.values)
	}
	put(chunks)
	put(int32(len(dataset)))
	b.WriteString(dataset)
	return b.Bytes()
}

func matrix(name string, shape ...uint64) gguf.Tensor {
	return gguf.Tensor{Name: name, Type: quant.F16, Shape: shape}
}

func TestLegacyImatrix(t *testing.T) {
	b := legacyBytes([]entry{
		{"blk.0.attn_q.weight", 2, []float32{2, 4, 6}},
		{"blk.0.attn_k.weight", 0, []float32{1, 1, 1}},
		{"blk.0.ffn_up_exps.weight", 1, []float32{1, 2, 0, 0}},
	}, 7, "wiki.txt")
	path := filepath.Join(t.TempDir(), "imatrix.dat")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := ReadImatrix(path)
	if err != nil {
		t.Fatal(err)
	}
	if m.Chunks != 7 || !slices.Equal(m.Datasets, []string{"wiki.txt"}) || m.File != "imatrix.dat" {
		t.Errorf("%d chunks of %v, file %s", m.Chunks, m.Datasets, m.File)
	}
	got, err := m.of(matrix("blk.0.attn_q.weight", 3, 5))
	if err != nil || len(got) != 1 || !slices.Equal(got[0], []float32{1, 2, 3}) {
		t.Errorf("attn_q: %v, %v", got, err)
	}
	if got, err := m.of(matrix("blk.0.attn_k.weight", 3, 5)); got != nil || err != nil {
		t.Errorf("of no calls: %v, %v", got, err)
	}
	got, err = m.of(matrix("blk.0.ffn_up_exps.weight", 2, 5, 2))
	if err != nil || len(got) != 2 || !slices.Equal(got[0], []float32{1, 2}) || got[1] != nil {
		t.Errorf("experts: %v, %v", got, err)
	}
	if _, err := m.of(matrix("blk.0.attn_q.weight", 4, 5)); err == nil || !strings.Contains(err.Error(), "another model") {
		t.Errorf("four columns of three: %v", err)
	}
}

// Experts are found whether they are stacked in the model, in the importance
// matrix, in both or in neither.
func TestExperts(t *testing.T) {
	stacked := &Imatrix{means: map[string][]float32{"blk.3.ffn_down_exps.weight": {1, 2, 3, 4}}}
	apart := &Imatrix{means: map[string][]float32{"blk.3.ffn_down.1.weight": {3, 4}}}
	got, err := stacked.of(matrix("blk.3.ffn_down.1.weight", 2, 9))
	if err != nil || len(got) != 1 || !slices.Equal(got[0], []float32{3, 4}) {
		t.Errorf("from a stack: %v, %v", got, err)
	}
	if _, err := stacked.of(matrix("blk.3.ffn_down.2.weight", 2, 9)); err == nil {
		t.Error("the third of two experts was found")
	}
	got, err = apart.of(matrix("blk.3.ffn_down_exps.weight", 2, 9, 2))
	if err != nil || len(got) != 2 || got[0] != nil || !slices.Equal(got[1], []float32{3, 4}) {
		t.Errorf("to a stack: %v, %v", got, err)
	}
	if _, err := apart.of(matrix("blk.3.ffn_down_exps.weight", 3, 9, 2)); err == nil {
		t.Error("two columns fit three")
	}
}

func gguImatrix(t *testing.T, sums, counts []float32) string {
	t.Helper()
	raw := func(x []float32) []byte {
		b := make([]byte, 4*len(x))
		if err := quant.Quantize(quant.F32, b, x); err != nil {
			t.Fatal(err)
		}
		return b
	}
	n := uint64(len(sums) / len(counts))
	path := filepath.Join(t.TempDir(), "imatrix.gguf")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	err = gguf.Write(file, []gguf.KV{
		{Key: "general.type", Value: "imatrix"}, {Key: "imatrix.datasets", Value: []string{"a.txt"}}, {Key: "imatrix.chunk_count", Value: uint32(3)},
	}, []gguf.TensorSource{
		{Name: "blk.0.ffn_up_exps.weight.in_sum2", Type: quant.F32, Shape: []uint64{n, uint64(len(counts))}, Data: raw(sums)},
		{Name: "blk.0.ffn_up_exps.weight.counts", Type: quant.F32, Shape: []uint64{1, uint64(len(counts))}, Data: raw(counts)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestGGUFImatrix(t *testing.T) {
	m, err := ReadImatrix(gguImatrix(t, []float32{2, 4, 5, 6}, []float32{2, 0}))
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.of(matrix("blk.0.ffn_up_exps.weight", 2, 5, 2))
	if err != nil || len(got) != 2 || !slices.Equal(got[0], []float32{1, 2}) || !slices.Equal(got[1], []float32{1, 1}) {
		t.Errorf("%v, %v", got, err)
	}
	if m.Chunks != 3 || !slices.Equal(m.Datasets, []string{"a.txt"}) {
		t.Errorf("%d chunks of %v", m.Chunks, m.Datasets)
	}
	for _, bad := range [][]float32{{-1, 1}, {float32(math.NaN()), 1}, {float32(math.Inf(1)), 1}} {
		if _, err := ReadImatrix(gguImatrix(t, bad, []float32{1})); err == nil || !strings.Contains(err.Error(), "blk.0.ffn_up_exps.weight") {
			t.Errorf("sums %v: the error is %v", bad, err)
		}
	}
	if _, err := ReadImatrix("../testdata/mixtral-Q2_K.gguf"); err == nil || !strings.Contains(err.Error(), "holds no sums") {
		t.Errorf("a model as importance matrix: %v", err)
	}
}

// FuzzLegacyImatrix reads any bytes: what is accepted has finite importance that
// is not negative, and no more of it than the bytes can hold.
func FuzzLegacyImatrix(f *testing.F) {
	whole := legacyBytes([]entry{{"a", 1, []float32{1, 2}}, {"b", 3, []float32{0}}}, 2, "x")
	f.Add(whole)
	f.Add(whole[:len(whole)-9])
	f.Add(whole[:20])
	f.Add([]byte{255, 255, 255, 127, 1, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseLegacy(b)
		if err != nil {
			return
		}
		count := 0
		for name, values := range m.means {
			count += len(values)
			if err := checkMeans(values); err != nil || name == "" {
				t.Errorf("%q: %v", name, err)
			}
		}
		if count == 0 || 4*count > len(b) {
			t.Errorf("%d bytes became %d columns", len(b), count)
		}
	})
}

// FuzzGGUFImatrix does the same with the newer form.
func FuzzGGUFImatrix(f *testing.F) {
	f.Add([]byte{0, 0, 128, 63, 0, 0, 128, 63}, uint8(1))
	f.Add([]byte{0, 0, 128, 63, 0, 0, 192, 127, 0, 0, 0, 0}, uint8(2))
	f.Fuzz(func(t *testing.T, b []byte, counts uint8) {
		x := make([]float32, len(b)/4)
		quant.Dequantize(quant.F32, x, b[:len(x)*4])
		n := min(int(counts), len(x)-1)
		if n < 1 {
			return
		}
		values, err := means(x[n:], x[:n])
		if err == nil && checkMeans(values) != nil {
			t.Errorf("accepted %v", values)
		}
	})
}
