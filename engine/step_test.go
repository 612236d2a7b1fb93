package engine

import (
	"context"
	"testing"
)

// A token of a conversation makes no garbage, however the model is made.
func TestStepAllocatesNothing(t *testing.T) {
	for _, path := range []string{tinyModel, "testdata/dense-Q4_K_M.gguf", "testdata/dense-tied-Q8_0.gguf"} {
		m := start(t, LoadOptions{Path: path, Device: "cpu", Context: 40, Threads: 2}).current().model
		ids, logits := []int32{5}, [][]float32{make([]float32, m.Config().Vocabulary)}
		pos := 0
		step := func() {
			if err := m.Step(context.Background(), ids, pos, logits); err != nil {
				t.Fatal(err)
			}
			pos++
		}
		step() // makes the working memory
		if n := testing.AllocsPerRun(20, step); n != 0 {
			t.Errorf("%s: %v allocations per token", path, n)
		}
	}
}
