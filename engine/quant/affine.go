package quant

// affine describes the super-blocks of Q2_K, Q4_K and Q5_K: sub-blocks with a
// scale and a minimum each, integers both, which a scale of the scales and one
// of the minimums turn into numbers.
type affine struct {
	size            int     // weights of a sub-block
	top             int32   // the highest level of a weight
	limit           int32   // the highest integer of a scale or minimum
	spread          float32 // how many variances of the super-block even a zero counts as
	plain, weighted affineSearch
}

// affineBlock is a super-block that has been fitted; its sub-blocks use the
// first 256/size scales and minimums.
type affineBlock struct {
	scales, mins [16]uint8
	levels       [256]uint8
}

// fit stores the two halves at d and m, and leaves everything else in b.
// importance is nil or that of the weights' columns.
func (a *affine) fit(b *affineBlock, d, m []byte, x, importance []float32) error {
	count := len(x) / a.size
	var scaleBuf, minBuf, countsBuf [16]float32
	scales, mins, counts := scaleBuf[:count], minBuf[:count], countsBuf[:count]
	var buf [32]float32
	w, search := buf[:a.size], &a.plain
	var variance float32
	if importance != nil {
		search, variance = &a.weighted, a.spread*sumSquares(x)/float32(len(x))
	}
	for j := range count {
		at, to := j*a.size, (j+1)*a.size
		if importance != nil {
			emphasis(w, x[at:to], importance[at:to], variance)
		} else {
			a.weigh(w, x[at:to])
		}
		counts[j] = total(w)
		scales[j], mins[j] = search.asymmetric(x[at:to], w, a.top, b.levels[at:to])
	}
	var dValue, mValue float32
	if importance != nil {
		dValue = positive(scales, counts, a.limit, b.scales[:])
		mValue = positive(mins, counts, a.limit, b.mins[:])
	} else {
		dValue = byLargest(scales, a.limit, b.scales[:])
		mValue = byLargest(mins, a.limit, b.mins[:])
	}
	if err := putScale(d, dValue); err != nil {
		return err
	}
	if err := putScale(m, mValue); err != nil {
		return err
	}
	a.round(b, x, f16(d), f16(m))
	return nil
}

// weigh fills w with how much errors of the sub-block x count, when nothing is
// known of its columns: by their size, and in the larger sub-blocks of Q4_K and
// Q5_K no less than by their mean.
func (a *affine) weigh(w, x []float32) {
	var mean float32
	if a.size == 32 {
		mean = sqrt(sumSquares(x) / 32)
	}
	for i, v := range x {
		w[i] = mean + abs(v)
	}
}

// byLargest takes the largest value to n.
func byLargest(x []float32, n int32, level []uint8) (scale float32) {
	var top float32
	for _, v := range x {
		top = max(top, v)
	}
	if top <= 0 {
		clear(level[:len(x)])
		return 0
	}
	inverse := float32(n) / top
	for j, v := range x {
		level[j] = uint8(clamp(nearest(inverse*v), 0, n))
	}
	return top / float32(n)
}

// round finds the levels once more, with the scales as they will be decoded. A
// sub-block whose scale became zero keeps what it had.
func (a *affine) round(b *affineBlock, x []float32, d, m float32) {
	for j := range len(x) / a.size {
		scale, minimum := d*float32(b.scales[j]), m*float32(b.mins[j])
		if scale == 0 {
			continue
		}
		level := b.levels[j*a.size : (j+1)*a.size]
		for i, v := range x[j*a.size : (j+1)*a.size] {
			level[i] = uint8(clamp(nearest((v+float32(minimum))/scale), 0, a.top))
		}
	}
}
