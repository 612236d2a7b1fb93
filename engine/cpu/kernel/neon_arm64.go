package kernel

// neon is the tier for 64-bit ARM with the dot products of bytes that ARMv8.2 has
// as an option: Apple's M1, Cortex-A76, Neoverse N1 and later. Its assembly is
// written by hand (neon_arm64.h says in what words), because avo has no ARM.
func neon() *Kernels {
	k := generic()
	k.Name = "neon"
	k.quantize = quantize128
	k.gemvs128()
	k.micros128()
	k.vectors128()
	k.unpacks128()
	k.products128()
	return k
}

// quantize128 leaves to Go what is done once for each 32 activations.
func quantize128(q *Q8, from int, x []float32) {
	var tops [run / group]uint32
	var sums [run / group][4]int32
	for ; len(x) > 0; from, x = from+1, x[run:] {
		s, at, g := &q.steps[from], from*run, from*run/group
		topsx128(&tops, &x[0])
		by := s.choose(tops)
		roundx128(&q.high[at], &q.low[at], &q.even[at], &q.split[at], &sums, &x[0], &by)
		for i, v := range sums {
			s.sum[i] = int16(v[0] + v[1])
			q.coarse.set(g+i, s.d[i], v[0], v[1])
			q.fine.set(g+i, s.d[i]/256, v[0]<<8+v[2], v[1]<<8+v[3])
		}
	}
}

// topsx128 gives the largest magnitude of each 32 of 256 numbers, as bits.
//
//go:noescape
func topsx128(tops *[run / group]uint32, x *float32)

// roundx128 rounds 256 numbers, times `by`, to two bytes, and gives for each 32
// the sums of the high bytes' halves and of the low ones'.
//
//go:noescape
func roundx128(high, low, even, split *int8, sums *[run / group][4]int32, x *float32, by *[run / group]float32)
