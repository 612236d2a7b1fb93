package merge

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// random gives the same numbers for the same seed, purpose, ordinal and chunk,
// however many goroutines ask for them. Only the generator's bits are the
// library's; what is made of them is written here, so that a seed keeps its
// meaning.
type random struct{ pcg *rand.PCG }

// newRandom makes a stream of its own for each chunk. purpose is a tensor's
// name, ordinal tells its sources apart.
func newRandom(seed int64, purpose string, ordinal, chunk int) random {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	return random{rand.NewPCG(mix(uint64(seed))^h.Sum64(), mix(uint64(ordinal)<<40^uint64(chunk)))}
}

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood 2014): neighbouring
// numbers get unrelated results.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// unit is evenly distributed in [0, 1).
func (r random) unit() float64 { return float64(r.pcg.Uint64()>>11) / (1 << 53) }

// normal fills dst with normally distributed numbers (Box and Muller 1958).
func (r random) normal(dst []float32) {
	for i := 0; i < len(dst); i += 2 {
		size := math.Sqrt(-2 * math.Log(1-r.unit()))
		sin, cos := math.Sincos(2 * math.Pi * r.unit())
		dst[i] = float32(size * cos)
		if i+1 < len(dst) {
			dst[i+1] = float32(size * sin)
		}
	}
}

// uniform fills dst with numbers in ±width.
func (r random) uniform(dst []float32, width float64) {
	for i := range dst {
		dst[i] = float32((2*r.unit() - 1) * width)
	}
}
