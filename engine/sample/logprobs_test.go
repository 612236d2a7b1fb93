package sample

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestLogprobs(t *testing.T) {
	r := rand.New(rand.NewPCG(111, 112))
	for range 200 {
		logits := randomLogits(r, 1+r.IntN(2000), r.IntN(2) == 0)
		offset := float32(r.NormFloat64() * 50)
		for i := range logits {
			logits[i] += offset
		}
		id, top := r.Int32N(int32(len(logits))), r.IntN(12)
		want := ranking(candidatesOf(logits))
		p := probabilities(want)
		own, ranked := Logprobs(logits, id, top)
		at := slices.IndexFunc(want, func(c scored) bool { return c.id == id })
		if !near(float64(own), math.Log(p[at]), 1e-6) {
			t.Fatalf("token %d: %v, want %v", id, own, math.Log(p[at]))
		}
		if len(ranked) != min(top, len(logits)) {
			t.Fatalf("%d of %d are ranked, asked for %d", len(ranked), len(logits), top)
		}
		for i, x := range ranked {
			if x.ID != want[i].id || !near(float64(x.Logprob), math.Log(p[i]), 1e-6) {
				t.Fatalf("number %d is %v, want token %d with %v", i, x, want[i].id, math.Log(p[i]))
			}
		}
	}
}

func TestLogprobsAtTheEdges(t *testing.T) {
	if own, ranked := Logprobs(nil, 0, 3); !math.IsInf(float64(own), -1) || len(ranked) != 0 {
		t.Errorf("of no logits: %v %v", own, ranked)
	}
	for _, id := range []int32{-1, 2} {
		if own, _ := Logprobs([]float32{1, 1}, id, 0); !math.IsInf(float64(own), -1) {
			t.Errorf("token %d outside the vocabulary: %v, want -Inf", id, own)
		}
	}
	if own, _ := Logprobs([]float32{1e30, -1e30}, 0, 0); own != 0 {
		t.Errorf("a certain token: %v, want 0", own)
	}
	if own, ranked := Logprobs([]float32{-5, -5}, 0, -1); !near(float64(own), -math.Ln2, 1e-7) || ranked != nil {
		t.Errorf("one of two: %v %v, want -ln 2 and no ranking", own, ranked)
	}
}
