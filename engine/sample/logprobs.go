package sample

import (
	"math"
	"slices"
)

// Ranked is a token with the natural logarithm of its probability.
type Ranked struct {
	ID      int32
	Logprob float32
}

// Logprobs returns the logarithm of id's probability in the model's own
// distribution, log-softmax of the logits before any sampler, and the top
// likeliest tokens, the likeliest first and the lower id first among equals.
// An id outside the vocabulary has probability 0. The logits must be finite.
func Logprobs(logits []float32, id int32, top int) (float32, []Ranked) {
	if len(logits) == 0 {
		return float32(math.Inf(-1)), nil
	}
	norm := logSumExp(logits)
	own := math.Inf(-1)
	if id >= 0 && int(id) < len(logits) {
		own = float64(logits[id]) - norm
	}
	ranked := likeliest(nil, min(top, len(logits)), nil, logits)
	for i := range ranked {
		ranked[i].Logprob = float32(float64(ranked[i].Logprob) - norm)
	}
	return float32(own), ranked
}

// logSumExp is ln Σ e^logit. It works in blocks whose weights stay in the
// first-level cache.
func logSumExp(logits []float32) float64 {
	var weights [256]float64
	largest, sum := logits[argmax(logits)], 0.0
	for block := range slices.Chunk(logits, len(weights)) {
		sum += weigh(weights[:], block, largest)
	}
	return float64(largest) + ln(sum)
}

// likeliest returns the n largest logits in order, with their logits in place
// of logprobs. The ids ascend; nil stands for 0, 1, 2, … It reuses into.
func likeliest(into []Ranked, n int, ids []int32, logits []float32) []Ranked {
	best := into[:0]
	if n <= 0 {
		return nil
	}
	for i, l := range logits {
		if len(best) == n && l <= best[n-1].Logprob {
			continue
		}
		id := int32(i)
		if ids != nil {
			id = ids[i]
		}
		if len(best) < n {
			best = append(best, Ranked{})
		}
		at := len(best) - 1
		for at > 0 && best[at-1].Logprob < l {
			best[at] = best[at-1]
			at--
		}
		best[at] = Ranked{id, l}
	}
	return best
}
