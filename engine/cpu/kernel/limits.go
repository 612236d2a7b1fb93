package kernel

// Multiply does the tier's quickest products on registers, of bytes or of bfloat16, `rounds` times, and
// returns how many multiplications and additions that were: the most that the
// processor can do in this time.
func (k *Kernels) Multiply(rounds int) (operations int64) {
	if k.peak != nil {
		k.peak(rounds)
		return k.peakWork * int64(rounds)
	}
	var u [256]uint8
	var q [256]int8
	sum := int32(0)
	for range rounds {
		sum += dotU8(u[:], q[:])
	}
	if sum != 0 {
		panic("kernel: zeros multiplied are not zero")
	}
	return 2 * int64(len(u)) * int64(rounds)
}

// Stream reads x once and returns the sum of its squares.
func (k *Kernels) Stream(x []float32) float32 { return k.square(x) }
