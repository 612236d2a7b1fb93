package engine

import (
	"context"
	"math"
	"slices"
	"testing"
)

// reads are logits of ids, read in batches of the given sizes, the last of them
// over and over.
func reads(t *testing.T, o LoadOptions, ids []int32, sizes ...int) [][]float32 {
	t.Helper()
	m := start(t, o).current().model
	rows := make([][]float32, len(ids))
	for i := range rows {
		rows[i] = make([]float32, m.Config().Vocabulary)
	}
	for pos, k := 0, 0; pos < len(ids); k++ {
		n := min(sizes[min(k, len(sizes)-1)], m.Batch(), len(ids)-pos)
		if err := m.Step(context.Background(), ids[pos:pos+n], pos, rows[pos:pos+n]); err != nil {
			t.Fatal(err)
		}
		pos += n
	}
	return rows
}

// manyIDs are as many tokens as make a single row's attention go in several parts.
func manyIDs(n int) []int32 {
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(3 + i*i%250)
	}
	return ids
}

var threadModels = []string{"testdata/dense-Q4_K_M.gguf", "testdata/dense-tied-Q8_0.gguf", "testdata/mixtral-Q2_K.gguf", "testdata/mixtral-TQ1_0.gguf"}

// However many goroutines compute, the numbers are the same to the bit: reading a
// prompt, and writing behind it.
func TestThreadsGiveTheSameBits(t *testing.T) {
	ids := manyIDs(560)
	for _, path := range threadModels {
		o := LoadOptions{Path: path, Device: "cpu", Context: len(ids)}
		var want [][]float32
		for _, threads := range []int{1, 2, 3, 7} {
			o.Threads = threads
			got := reads(t, o, ids, 470, 37, 20, 1)
			if want == nil {
				want = got
			}
			for p := range want {
				if !slices.Equal(got[p], want[p]) {
					t.Errorf("%s, %d threads: position %d has other logits than with one", path, threads, p)
					break
				}
			}
		}
	}
}

// However a prompt is cut into batches, its logits are the same but for rounding:
// sums are added in another order for one row than for many. In float32 that is
// all. With activations of 8 bits a sum that is off in its last bit can be rounded
// to the next integer; what that does to the whole is no more than what rounding
// does in the first place, which is measured beside it.
func TestBatchesAgree(t *testing.T) {
	ids := manyIDs(150)
	for _, path := range []string{"testdata/dense-Q4_K_M.gguf", "testdata/mixtral-Q2_K.gguf"} {
		o := LoadOptions{Path: path, Device: "cpu", Context: len(ids), Exact: true}
		exact := reads(t, o, ids, len(ids))
		o.Exact = false
		fast := reads(t, o, ids, len(ids))
		for _, sizes := range [][]int{{1}, {64, 3}, {1, 2, 3, 5, 8, 13, 100}} {
			o.Exact = true
			for p, row := range reads(t, o, ids, sizes...) {
				if off := largestOff(row, exact[p]); !(off < 1e-4) {
					t.Fatalf("%s exact, batches of %v: position %d is off by %.2g standard deviations", path, sizes, p, off)
				}
			}
			o.Exact = false
			cut := reads(t, o, ids, sizes...)
			// With AMX, batches of many rows are rounded less than single ones.
			kl, rounding := meanKL(fast, cut), max(meanKL(exact, fast), meanKL(exact, cut))
			if !(kl <= 2*rounding+1e-6) {
				t.Errorf("%s, batches of %v: mean KL %.2g, but rounding is %.2g", path, sizes, kl, rounding)
			}
			t.Logf("%s, batches of %v: mean KL %.2g; rounding %.2g", path, sizes, kl, rounding)
		}
	}
}

// largestOff is the largest difference in standard deviations of want.
func largestOff(got, want []float32) (off float64) {
	mean, square := 0.0, 0.0
	for _, v := range want {
		mean += float64(v) / float64(len(want))
		square += float64(v) * float64(v) / float64(len(want))
	}
	for i := range want {
		off = max(off, math.Abs(float64(got[i])-float64(want[i])))
	}
	return off / math.Sqrt(square-mean*mean)
}
