package sample

import (
	"crypto/rand"
	"encoding/binary"
	mrand "math/rand/v2"
)

// generator is PCG-DXSM (math/rand/v2) with both words of its state taken from
// SplitMix64 started at the seed: used as they are, neighbouring seeds would
// share the lower word for ever.
func generator(seed int64) *mrand.PCG {
	const step = 0x9e3779b97f4a7c15
	x := uint64(seed) + step
	return mrand.NewPCG(splitMix64(x), splitMix64(x+step))
}

// splitMix64 is the output function of SplitMix64 (Steele, Lea, Flood 2014).
func splitMix64(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// freshSeed is 32 bits long, short enough to be read out and typed in again.
func freshSeed() int64 {
	var b [4]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return int64(binary.LittleEndian.Uint32(b[:]))
}

// unit is the generator's next number, 53 bits in [0, 1). It is made here and
// not by rand.Float64, whose recipe the library may change.
func (s *Sampler) unit() float64 { return float64(s.random.Uint64()>>11) * 0x1p-53 }
