package sample

import (
	"bytes"
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// What follows says in float64 and with full sorts what each sampler is, as
// plainly as it can be said. The samplers are compared with it.

// scored is a candidate of the reference.
type scored struct {
	id    int32
	logit float64
}

// ranking puts the likeliest first, the lower id first among equals.
func ranking(c []scored) []scored {
	c = slices.Clone(c)
	slices.SortFunc(c, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.logit, a.logit), cmp.Compare(a.id, b.id))
	})
	return c
}

// probabilities is the softmax, in the order of c.
func probabilities(c []scored) []float64 {
	largest, sum := math.Inf(-1), 0.0
	for _, x := range c {
		largest = max(largest, x.logit)
	}
	p := make([]float64, len(c))
	for i, x := range c {
		p[i] = math.Exp(x.logit - largest)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

func slowTopK(c []scored, k int) []scored {
	c = ranking(c)
	if k > 0 && k < len(c) {
		c = c[:k]
	}
	return c
}

func slowTopP(c []scored, share float64) []scored {
	if share >= 1 {
		return c
	}
	c = ranking(c)
	sum := 0.0
	for i, p := range probabilities(c) {
		if sum += p; sum >= share {
			return c[:i+1]
		}
	}
	return c
}

func slowMinP(c []scored, share float64) []scored {
	p, kept := probabilities(c), []scored(nil)
	for i, x := range c {
		if p[i] >= share*slices.Max(p) {
			kept = append(kept, x)
		}
	}
	return kept
}

func slowTopNSigma(c []scored, n float64) []scored {
	mean, variance, largest := 0.0, 0.0, math.Inf(-1)
	for _, x := range c {
		mean += x.logit / float64(len(c))
		largest = max(largest, x.logit)
	}
	for _, x := range c {
		variance += (x.logit - mean) * (x.logit - mean) / float64(len(c))
	}
	var kept []scored
	for _, x := range c {
		if x.logit >= largest-n*math.Sqrt(variance) {
			kept = append(kept, x)
		}
	}
	return kept
}

func slowEntropy(p []float64) float64 {
	h := 0.0
	for _, x := range p {
		if x > 0 {
			h -= x * math.Log(x)
		}
	}
	return h
}

// strangeness is how far the surprise −ln p of each token is from the entropy.
func strangeness(c []scored) []float64 {
	h, best, p := slowEntropy(probabilities(c)), ranking(c)[0], probabilities(ranking(c))[0]
	away := make([]float64, len(c))
	for i, x := range c {
		away[i] = math.Abs(best.logit - x.logit - math.Log(p) - h) // ln p itself overflows early
	}
	return away
}

func slowTypical(c []scored, share float64) []scored {
	if share >= 1 {
		return c
	}
	p, away, order := probabilities(c), strangeness(c), make([]int, len(c))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(away[a], away[b]) })
	var kept []scored
	sum := 0.0
	for _, i := range order {
		kept = append(kept, c[i])
		if sum += p[i]; sum > share {
			break
		}
	}
	return kept
}

// slowXTC is what happens when chance has it that XTC acts.
func slowXTC(c []scored, threshold float64) []scored {
	c = ranking(c)
	last := -1
	for i, p := range probabilities(c) {
		if p >= threshold {
			last = i
		}
	}
	return c[max(last, 0):]
}

func slowTemperature(c []scored, t float64) []scored {
	if t <= 0 {
		return ranking(c)[:1]
	}
	c = slices.Clone(c)
	for i := range c {
		c[i].logit /= t
	}
	return c
}

func slowDynamicTemperature(c []scored, t, reach, exponent float64) []scored {
	if len(c) < 2 {
		return c
	}
	low, high := max(0, t-reach), t+reach
	evenness := slowEntropy(probabilities(c)) / math.Log(float64(len(c)))
	return slowTemperature(c, low+(high-low)*math.Pow(evenness, exponent))
}

func slowBias(c []scored, bias map[int32]float64) []scored {
	c = slices.Clone(c)
	for i := range c {
		c[i].logit += bias[c[i].id]
	}
	return c
}

func slowPenalties(c []scored, s Settings, history []int32) []scored {
	if s.PenaltyWindow >= 0 && len(history) > s.PenaltyWindow {
		history = history[len(history)-s.PenaltyWindow:]
	}
	c = slices.Clone(c)
	for i := range c {
		count := 0.0
		for _, id := range history {
			if id == c[i].id {
				count++
			}
		}
		if count == 0 {
			continue
		}
		if c[i].logit <= 0 {
			c[i].logit *= s.RepeatPenalty
		} else {
			c[i].logit /= s.RepeatPenalty
		}
		c[i].logit -= count*s.FrequencyPenalty + s.PresencePenalty
	}
	return c
}

// slowDRY looks at every earlier place and every length.
func slowDRY(c []scored, s Settings, v Vocab, history []int32) []scored {
	limit := len(history) - tokensToBreaker(s, v, history)
	window := history
	if s.DRYWindow >= 0 && len(window) > s.DRYWindow {
		window = window[len(window)-s.DRYWindow:]
	}
	c = slices.Clone(c)
	for i := range c {
		if tokensToBreaker(s, v, append(slices.Clone(history), c[i].id)) == len(history)+1 {
			continue // it ends a breaker itself
		}
		longest := 0
		for place, next := range window {
			for length := 1; next == c[i].id && length <= min(place, limit); length++ {
				if slices.Equal(window[place-length:place], window[len(window)-length:]) {
					longest = max(longest, length)
				}
			}
		}
		if longest >= s.DRYAllowedLength {
			c[i].logit -= s.DRYMultiplier * math.Pow(s.DRYBase, float64(longest-s.DRYAllowedLength))
		}
	}
	return c
}

// tokensToBreaker is how many tokens of history there are up to the one in
// which the last breaker of the text ends, it included.
func tokensToBreaker(s Settings, v Vocab, history []int32) int {
	var text []byte
	var ends []int
	for _, id := range history {
		text = append(text, v.Bytes(id)...)
		ends = append(ends, len(text))
	}
	tokens := 0
	for _, b := range s.DRYBreakers {
		at := bytes.LastIndex(text, []byte(b))
		if at < 0 {
			continue
		}
		for i, end := range ends {
			if end >= at+len(b) {
				tokens = max(tokens, i+1)
				break
			}
		}
	}
	return tokens
}

// Helpers that run the samplers themselves.

func candidatesOf(logits []float32) []scored {
	c := make([]scored, len(logits))
	for i, l := range logits {
		c[i] = scored{int32(i), float64(l)}
	}
	return c
}

// newSampler is New for settings that are right.
func newSampler(t testing.TB, s Settings, v Vocab) *Sampler {
	t.Helper()
	if v == nil {
		v = noText{}
	}
	m, err := New(s, v)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// survivors runs the chain of s, without the draw, and returns the candidates
// left, by id.
func survivors(t testing.TB, s Settings, logits []float32, history ...int32) []scored {
	t.Helper()
	return survivorsOf(t, newSampler(t, s, nil), logits, history...)
}

func survivorsOf(t testing.TB, m *Sampler, logits []float32, history ...int32) []scored {
	t.Helper()
	for _, id := range history {
		m.Accept(id)
	}
	if bad := m.set.load(logits); bad >= 0 {
		t.Fatalf("logit %d is not finite", bad)
	}
	for _, run := range m.chain {
		run(m)
	}
	var left []scored
	for i, id := range m.set.ids {
		left = append(left, scored{id, float64(m.set.logits[i])})
	}
	return left
}

// only is Neutral with one sampler set.
func only(set func(*Settings)) Settings {
	s := Neutral()
	s.Seed = 1
	set(&s)
	return s
}

func byID(c []scored) []scored {
	c = slices.Clone(c)
	slices.SortFunc(c, func(a, b scored) int { return int(a.id) - int(b.id) })
	return c
}

func idsOf(c []scored) []int32 {
	ids := make([]int32, len(c))
	for i, x := range c {
		ids[i] = x.id
	}
	slices.Sort(ids)
	return ids
}

// same reports whether two sets hold the same tokens with the same logits, up
// to float32 rounding.
func same(a, b []scored) bool {
	return slices.EqualFunc(byID(a), byID(b), func(x, y scored) bool {
		return x.id == y.id && math.Abs(x.logit-y.logit) <= 4e-6*max(1, math.Abs(x.logit))
	})
}

// randomLogits are n values; where coarse is set there are many equal ones.
func randomLogits(r *rand.Rand, n int, coarse bool) []float32 {
	logits := make([]float32, n)
	for i := range logits {
		x := r.NormFloat64() * 3
		if coarse {
			x = math.Round(x)
		}
		logits[i] = float32(x)
	}
	return logits
}
