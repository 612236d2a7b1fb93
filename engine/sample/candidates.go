package sample

import (
	"math"
	"slices"
)

// candidates are the tokens still in play, by ascending id, with their logits.
// All logits are finite. A cut moves the survivors down in place and keeps
// their order.
type candidates struct {
	ids    []int32
	logits []float32

	vocabulary int       // tokens at the start
	largest    float32   // logit, at the last weigh
	weights    []float64 // e^(logit − largest), at the last weigh
	keys       []uint32  // what cutoff compares, the best the largest

	identity []int32 // 0, 1, 2, …: the ids before the first cut; never changed
	kept     []int32 // the ids after it
	work     []float32
}

func (c *candidates) len() int { return len(c.ids) }

// load starts over with one candidate per logit. It returns the index of the
// first logit that is not finite, or -1.
func (c *candidates) load(logits []float32) int {
	n := len(logits)
	c.vocabulary = n
	for i := len(c.identity); i < n; i++ {
		c.identity = append(c.identity, int32(i))
	}
	c.work, c.kept = grow(c.work, n), grow(c.kept, n)
	c.ids, c.logits = c.identity[:n], c.work
	copy(c.work, logits)
	return firstNonFinite(logits)
}

// firstNonFinite returns the index of the first NaN or infinity, or -1.
func firstNonFinite(logits []float32) int {
	for i, l := range logits {
		if l-l != 0 {
			return i
		}
	}
	return -1
}

// at returns the index of token id, and whether it is still a candidate.
func (c *candidates) at(id int32) (int, bool) {
	if id >= 0 && int(id) < len(c.ids) && c.ids[id] == id { // nothing below it was cut
		return int(id), true
	}
	return slices.BinarySearch(c.ids, id)
}

// resize ends a cut that moved n survivors to the front of kept and logits.
func (c *candidates) resize(n int) { c.ids, c.logits = c.kept[:n], c.logits[:n] }

// keep cuts every candidate whose index stays refuses. It calls stays once for
// each index, ascending, before that candidate is moved.
func (c *candidates) keep(stays func(i int) bool) {
	n := 0
	for i, id := range c.ids {
		if stays(i) {
			c.kept[n], c.logits[n] = id, c.logits[i]
			n++
		}
	}
	c.resize(n)
}

// keepFrom cuts every candidate below floor, and of those at floor all but the
// first ties.
func (c *candidates) keepFrom(floor float32, ties int) {
	n := 0
	for i, l := range c.logits {
		if l < floor {
			continue
		}
		if l == floor {
			if ties == 0 {
				continue
			}
			ties--
		}
		c.kept[n], c.logits[n] = c.ids[i], l
		n++
	}
	c.resize(n)
}

// keepLargest cuts all but the k likeliest. It reads the logits once: what
// might be among them gathers at the front, and whenever twice as many are
// there the lower half goes.
func (c *candidates) keepLargest(k int) {
	if k >= len(c.ids) {
		return
	}
	all, ids := c.logits, c.ids
	floor, n, room := float32(math.Inf(-1)), 0, 2*k+64
	for i, l := range all {
		if l <= floor {
			continue
		}
		c.kept[n], all[n] = ids[i], l
		if n++; n == room {
			c.ids, c.logits = c.kept[:n], all[:n]
			floor = c.trim(k)
			n = k
		}
	}
	c.ids, c.logits = c.kept[:n], all[:n]
	if n > k {
		c.trim(k)
	}
}

// trim keeps the k likeliest of more than k and returns the least of their logits.
func (c *candidates) trim(k int) float32 {
	c.weights = grow(c.weights, len(c.ids))
	for i := range c.weights {
		c.weights[i] = 1
	}
	c.keyByLogit()
	key, ties := c.cutoff(float64(k))
	floor := logitOf(key)
	c.keepFrom(floor, ties)
	return floor
}

// keepOnly cuts all but the candidate at index i.
func (c *candidates) keepOnly(i int) {
	c.kept[0], c.logits[0] = c.ids[i], c.logits[i]
	c.resize(1)
}

// best returns the index of the likeliest candidate.
func (c *candidates) best() int { return argmax(c.logits) }

// argmax returns the first index of the largest logit.
func argmax(logits []float32) int {
	best, most := 0, logits[0]
	for i, l := range logits {
		if l > most {
			best, most = i, l
		}
	}
	return best
}

// weigh sets weights and largest and returns the sum of the weights, so that a
// candidate's probability is its weight by the sum (softmax with the largest
// logit subtracted, in float64).
func (c *candidates) weigh() float64 {
	c.weights = grow(c.weights, len(c.ids))
	c.largest = c.logits[c.best()]
	return weigh(c.weights, c.logits, c.largest)
}

func weigh(weights []float64, logits []float32, largest float32) float64 {
	sum := 0.0
	for i, l := range logits {
		w := exp(float64(l) - float64(largest))
		weights[i] = w
		sum += w
	}
	return sum
}

// entropy of the probabilities, in nats; total is what weigh returned.
func (c *candidates) entropy(total float64) float64 {
	sum := 0.0
	for i, w := range c.weights {
		sum += float64(w * (float64(c.largest) - float64(c.logits[i])))
	}
	return ln(total) + sum/total
}

// locate returns the first index at which the weights summed up pass target,
// or the last one with a weight, where rounding leaves the sum short of it.
func (c *candidates) locate(target float64) int {
	sum, last := 0.0, 0
	for i, w := range c.weights {
		if w == 0 {
			continue
		}
		sum, last = sum+w, i
		if sum > target {
			break
		}
	}
	return last
}

// grow returns s with length n, zero where it had not been in use.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return append(s[:cap(s)], make([]T, n-cap(s))...)
	}
	return s[:n]
}
