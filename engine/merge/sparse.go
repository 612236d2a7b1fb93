package merge

import (
	"math"
	"sync"
)

// keeper sets to 0 what a sparse change leaves out of a chunk.
type keeper interface {
	apply(delta []float32, chunk int)
}

type keepNone struct{}

func (keepNone) apply(delta []float32, _ int) { clear(delta) }

// keepByChance keeps each element with the probability density (DARE).
type keepByChance struct{ *change }

func (k keepByChance) apply(delta []float32, chunk int) {
	r := newRandom(k.seed, k.name, k.number, chunk)
	limit := uint64(k.density * (1 << 32))
	for i := 0; i < len(delta); i += 2 { // a draw serves two elements
		draw := r.pcg.Uint64()
		delta[i] = onlyIf(draw>>32 < limit, delta[i])
		if i+1 < len(delta) {
			delta[i+1] = onlyIf(draw&(1<<32-1) < limit, delta[i+1])
		}
	}
}

// onlyIf is x or 0, without a branch: chance is what processors predict worst.
func onlyIf(keep bool, x float32) float32 {
	var mask uint32
	if keep { // compiled to a flag's value, not to a jump
		mask = 1
	}
	return math.Float32frombits(math.Float32bits(x) & -mask)
}

// keepLargest keeps exactly so many elements: those of larger magnitude than
// the smallest kept, and of those equal to it the first.
type keepLargest struct {
	least  uint32 // the smallest kept magnitude's bits
	equals []int  // per chunk: how many of those equal to it are kept
}

// magnitude is |x| as bits: of numbers that are not negative, the larger has the larger bits.
func magnitude(x float32) uint32 { return math.Float32bits(x) &^ (1 << 31) }

func (k *keepLargest) apply(delta []float32, chunk int) {
	left := k.equals[chunk]
	for i, d := range delta {
		m := magnitude(d)
		if m == k.least && left > 0 {
			left--
			continue
		}
		delta[i] = onlyIf(m > k.least, d)
	}
}

// findLargest finds the k largest magnitudes of a tensor without holding or
// sorting it: a radix select of two digits of 16 bits, each a pass over the
// chunks, and a third that shares out those equal to the smallest.
func findLargest(deltas func(func(chunk int, delta []float32)) error, weights, k int) (*keepLargest, error) {
	high, rest, err := digit(deltas, k, func(m uint32) (uint32, bool) { return m >> 16, true })
	if err != nil {
		return nil, err
	}
	low, rest, err := digit(deltas, rest, func(m uint32) (uint32, bool) { return m & 0xffff, m>>16 == high })
	if err != nil {
		return nil, err
	}
	out := &keepLargest{least: high<<16 | low, equals: make([]int, chunksOf(weights))}
	err = deltas(func(chunk int, delta []float32) {
		for _, d := range delta {
			if magnitude(d) == out.least {
				out.equals[chunk]++
			}
		}
	})
	for i, n := range out.equals {
		out.equals[i] = min(n, rest)
		rest -= out.equals[i]
	}
	return out, err
}

// digit finds the digit of the k-th largest magnitude among those that count,
// and how many of the k have that digit.
func digit(deltas func(func(int, []float32)) error, k int, of func(m uint32) (digit uint32, counts bool)) (uint32, int, error) {
	var (
		mu   sync.Mutex
		seen [1 << 16]int
	)
	err := deltas(func(_ int, delta []float32) {
		var here [1 << 16]uint32
		for _, d := range delta {
			if digit, counts := of(magnitude(d)); counts {
				here[digit]++
			}
		}
		mu.Lock()
		defer mu.Unlock()
		for i, n := range here {
			seen[i] += int(n)
		}
	})
	for d := len(seen) - 1; d > 0; d-- {
		if k <= seen[d] {
			return uint32(d), k, err
		}
		k -= seen[d]
	}
	return 0, k, err
}
