package sample

import "math"

// topK keeps the TopK likeliest tokens.
func (s *Sampler) topK() { s.set.keepLargest(s.settings.TopK) }

// topP keeps the likeliest tokens up to the one at which their probabilities
// together reach TopP (nucleus sampling, Holtzman et al. 2019).
func (s *Sampler) topP() {
	c := &s.set
	total := c.weigh()
	c.keyByLogit()
	key, ties := c.cutoff(total * s.settings.TopP)
	c.keepFrom(logitOf(key), ties)
}

// minP keeps the tokens at least MinP times as probable as the likeliest
// (Nguyen et al. 2024).
func (s *Sampler) minP() {
	c := &s.set
	largest := c.logits[c.best()]
	c.keepFrom(ceil32(float64(largest)+ln(s.settings.MinP)), c.len())
}

// topNSigma keeps the tokens whose logits lie within TopNSigma standard
// deviations of the largest (Tang et al. 2024). The deviation is that of all
// candidates' logits, divided by their number.
func (s *Sampler) topNSigma() {
	c := &s.set
	n := float64(c.len())
	largest := c.logits[c.best()]
	sum := 0.0
	for _, l := range c.logits {
		sum += float64(l)
	}
	mean, squares := sum/n, 0.0
	for _, l := range c.logits {
		d := float64(l) - mean
		squares += float64(d * d)
	}
	deviation := math.Sqrt(squares / n)
	c.keepFrom(ceil32(float64(largest)-float64(s.settings.TopNSigma*deviation)), c.len())
}

// typical keeps the tokens whose surprise −ln p is nearest to the entropy, up
// to the one at which their probabilities together pass TypicalP (locally
// typical sampling, Meister et al. 2022).
func (s *Sampler) typical() {
	c := &s.set
	total := c.weigh()
	centre := float64(c.largest) + ln(total) - c.entropy(total) // the logit of a token as surprising as the mean
	key := func(i int) uint32 { return ^keyOf(float32(math.Abs(centre - float64(c.logits[i])))) }
	c.keys = grow(c.keys, c.len())
	for i := range c.keys {
		c.keys[i] = key(i)
	}
	last, ties := c.cutoff(math.Nextafter(total*s.settings.TypicalP, math.Inf(1)))
	c.keep(func(i int) bool {
		k := key(i)
		if k == last {
			ties--
			return ties >= 0
		}
		return k > last
	})
}

// excludeTop takes out, with probability XTCProbability, every token at least
// as probable as XTCThreshold but the least probable of them, where there are
// two or more ("exclude top choices", p-e-w 2024).
func (s *Sampler) excludeTop() {
	if s.unit() >= s.settings.XTCProbability {
		return
	}
	c := &s.set
	floor := c.weigh() * s.settings.XTCThreshold
	least := -1
	for i, w := range c.weights {
		if w >= floor && (least < 0 || c.logits[i] <= c.logits[least]) {
			least = i
		}
	}
	if least >= 0 {
		c.keep(func(i int) bool { return c.weights[i] < floor || i == least })
	}
}

// ceil32 is the smallest float32 not below x: comparing float32 values with it
// is comparing them with x.
func ceil32(x float64) float32 {
	f := float(x)
	if float64(f) < x {
		return math.Nextafter32(f, float32(math.Inf(1)))
	}
	return f
}
