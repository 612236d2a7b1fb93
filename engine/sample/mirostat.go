package sample

import "math"

// mirostatTokens is how many of the likeliest tokens the exponent of Zipf's law
// is estimated from.
const mirostatTokens = 100

// mirostatState is μ, the bound on surprise that Mirostat steers, in bits. It
// changes when the token drawn is accepted, so that one drawn and dropped
// leaves no trace.
type mirostatState struct {
	on     bool
	mu     float64
	before []float64 // by position in the history: μ before that token
	drawn  int32     // by the last Sample; -1: none
	next   float64   // μ once drawn is accepted
	likely []Ranked
}

func (m *mirostatState) init(s Settings) {
	m.on, m.mu, m.drawn = s.Mirostat != 0, 2*s.MirostatTau, -1
}

func (m *mirostatState) accept(id int32) {
	if !m.on {
		return
	}
	m.before = append(m.before, m.mu)
	if id == m.drawn {
		m.mu = m.next
	}
	m.drawn = -1
}

func (m *mirostatState) rewind(n int) {
	m.drawn = -1
	if m.on && n < len(m.before) {
		m.mu, m.before = m.before[n], m.before[:n]
	}
}

// mirostat1 draws from the k likeliest tokens, k being so chosen that their
// surprise is expected to be μ if probabilities follow Zipf's law (Basu et al.
// 2021, algorithm 1).
func (s *Sampler) mirostat1() int {
	c, m := &s.set, &s.mirostat
	if c.len() > 1 {
		m.likely = likeliest(m.likely, mirostatTokens, c.ids, c.logits)
		k := zipfBound(zipfExponent(m.likely), m.mu, float64(c.vocabulary))
		c.keepLargest(int(max(1, min(k, float64(c.len())))))
	}
	return s.drawAndSteer()
}

// zipfExponent fits p(i) ∝ i^−s to the likeliest tokens by least squares on
// the ratios of neighbours. The logarithm of a ratio is a difference of logits.
func zipfExponent(likely []Ranked) float64 {
	products, squares := 0.0, 0.0
	for i := range len(likely) - 1 {
		t := ln(float64(i+2) / float64(i+1))
		b := float64(likely[i].Logprob) - float64(likely[i+1].Logprob)
		products += float64(t * b)
		squares += float64(t * t)
	}
	return products / squares
}

// zipfBound is k = (ε·2^μ / (1 − N^−ε))^(1/s) with ε = s − 1, and N the size of
// the vocabulary; +Inf where the formula gives no number.
func zipfBound(s, mu, n float64) float64 {
	epsilon := s - 1
	scale := 1 / ln(n) // ε / (1 − N^−ε) as ε goes to 0
	if math.Abs(epsilon) > 1e-6 {
		scale = epsilon / (1 - pow(n, -epsilon))
	}
	k := pow(float64(scale*pow(2, mu)), 1/s)
	if k != k {
		return math.Inf(1)
	}
	return k
}

// mirostat2 draws from the tokens whose surprise −log2 p is at most μ, or the
// likeliest if there is none (Basu et al. 2021, version 2).
func (s *Sampler) mirostat2() int {
	c := &s.set
	floor := float64(c.weigh() * pow(2, -s.mirostat.mu))
	floor = min(floor, 1) // the weight of the likeliest
	c.keep(func(i int) bool { return c.weights[i] >= floor })
	return s.drawAndSteer()
}

// drawAndSteer draws a candidate and notes where its surprise, among those
// left, moves μ: against what it has beyond MirostatTau.
func (s *Sampler) drawAndSteer() int {
	total := s.set.weigh()
	i := s.set.locate(float64(total * s.unit()))
	surprise := -log2(s.set.weights[i] / total)
	s.mirostat.drawn = s.set.ids[i]
	s.mirostat.next = s.mirostat.mu - float64(s.settings.MirostatEta*(surprise-s.settings.MirostatTau))
	return i
}
