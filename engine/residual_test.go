package engine

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

const residualModel = "testdata/dense-Q4_K_M.gguf"

func loadExact(t *testing.T, path string) *Local {
	t.Helper()
	l := NewLocal()
	t.Cleanup(func() { l.Close() })
	for _, err := range l.Load(context.Background(), LoadOptions{Path: path, Exact: true, Context: 1024}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// What enters the first layer is the last token's embedding; what enters the
// others depends on all tokens, also on those of an earlier batch.
func TestResidual(t *testing.T) {
	l := loadExact(t, residualModel)
	info, _ := l.Info()
	ids := make([]int32, 3*512/2) // more than a batch
	for i := range ids {
		ids[i] = int32(3 + i%700)
	}
	rows, err := l.Residual(context.Background(), ids)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != info.Layers {
		t.Fatalf("%d rows for %d layers", len(rows), info.Layers)
	}
	want := embedding(t, residualModel, ids[len(ids)-1])
	if !slices.Equal(rows[0], want) {
		t.Errorf("the first layer gets %v…, the embedding is %v…", rows[0][:4], want[:4])
	}
	again, err := l.Residual(context.Background(), ids)
	if err != nil {
		t.Fatal(err)
	}
	ids[0] += 7
	other, err := l.Residual(context.Background(), ids)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if !slices.Equal(rows[i], again[i]) {
			t.Errorf("layer %d: a second reading differs", i)
		}
		if equal := slices.Equal(rows[i], other[i]); equal != (i == 0) {
			t.Errorf("layer %d: with another first token equal is %v", i, equal)
		}
	}
}

// embedding is a token's row of the embedding matrix.
func embedding(t *testing.T, path string, id int32) []float32 {
	t.Helper()
	f, err := gguf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, _ := f.Tensor("token_embd.weight")
	row := make([]float32, e.Shape[0])
	size := e.Type.RowBytes(len(row))
	quant.Dequantize(e.Type, row, e.Data[int(id)*size:][:size])
	return row
}

// What goes into the layers and what comes out of the model are of one graph:
// logits read after a Residual are those of a fresh model.
func TestResidualLeavesTheModelUsable(t *testing.T) {
	l := loadExact(t, residualModel)
	ids := []int32{1, 90, 500}
	read := func() (out []float32) {
		for row, err := range l.Logits(context.Background(), ids) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, row...)
		}
		return out
	}
	before := read()
	if _, err := l.Residual(context.Background(), []int32{1, 7, 8, 9, 10}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(before, read()) || len(before) == 0 || math.IsNaN(float64(before[0])) {
		t.Error("the logits changed")
	}
}

func TestResidualRefuses(t *testing.T) {
	l := loadExact(t, residualModel)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Residual(ctx, []int32{1, 2}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	for _, ids := range [][]int32{nil, {1, -1}, {1 << 30}, make([]int32, 1025)} {
		if _, err := l.Residual(context.Background(), ids); err == nil {
			t.Errorf("%d ids: no error", len(ids))
		}
	}
	if _, err := NewLocal().Residual(context.Background(), []int32{1}); !errors.Is(err, ErrNoModel) {
		t.Errorf("without a model: %v", err)
	}
}
