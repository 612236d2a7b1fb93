package quant

// codebookSearch says how a format looks for the scale of a block whose groups
// are rows of a codebook.
type codebookSearch struct {
	book    func() *codebook
	size    int     // weights of a block, 16 or 32
	reach   int     // candidates on either side
	step    float32 // between candidates, in units of a digit's half
	tiny    float32 // blocks with nothing larger are zero
	even    bool    // an even number of signs in each eight weights
	refined bool    // candidates are around a fitted scale, not around the largest weight's
	again   int     // which groups are assigned again with the final scale
}

// Which groups are assigned again: those that are not exactly a row, all if one
// is not, or all.
const (
	againOff = iota
	againIfOff
	againAll
)

// codebookFit is a block: x ≈ scale·(2·level + 1), negated where signs say so.
type codebookFit struct {
	scale float32
	level [32]uint8
	signs [4]uint8
}

// fit finds the scale and the rows with little weighted error.
func (s *codebookSearch) fit(x, w []float32) (f codebookFit) {
	var xBuf, rootBuf [32]float32
	a, root := xBuf[:s.size], rootBuf[:s.size]
	for i, v := range w[:s.size] {
		root[i] = sqrt(v)
	}
	f.split(a, x, w, s.even)
	top := a[0]
	for _, v := range a {
		top = max(top, v)
	}
	b := s.book()
	if top < s.tiny || top == 0 {
		return codebookFit{}
	}
	f.scale = top / float32(2*b.levels-1)
	if s.refined {
		var level [32]uint8
		f.scale = positive(a, w, b.levels+1, level[:])
		if top = f.scale * float32(b.levels); top <= 0 {
			return codebookFit{}
		}
	}
	off := s.search(&f, a, w, root, top)
	s.settle(&f, a, w, root, off)
	if f.scale < 0 {
		f.scale = -f.scale
		for k := range f.signs {
			f.signs[k] = ^f.signs[k]
		}
	}
	return f
}

// split fills a with magnitudes and notes the signs. To make their number even,
// the sign of the weight that matters least is turned, and its magnitude too.
func (f *codebookFit) split(a, x, w []float32, even bool) {
	for k := 0; k < len(a); k += 8 {
		negative, least := 0, k
		for i := k; i < k+8; i++ {
			if a[i] = abs(x[i]); x[i] < 0 {
				f.signs[k/8] |= 1 << (i - k)
				negative++
			}
			if float32(w[i]*x[i])*x[i] < float32(w[least]*x[least])*x[least] {
				least = i
			}
		}
		if even && negative%2 == 1 {
			a[least] = -a[least]
			f.signs[k/8] ^= 1 << (least - k)
		}
	}
}

// search tries scales and keeps the best fit. off is the groups, a bit each, that
// are no row of the codebook with it.
func (s *codebookSearch) search(f *codebookFit, a, w, root []float32, top float32) (off uint32) {
	b := s.book()
	var gain float32
	for c := -s.reach; c <= s.reach; c++ {
		inverse := (float32(2*b.levels-1) + float32(float32(c)*s.step)) / top
		var trial [32]uint8
		missed := b.assign(&trial, a, root, inverse, 1/inverse, 0)
		qx, q2 := fitSums(a, w, &trial)
		if q2 > 0 && qx*qx > gain*q2 {
			f.scale, f.level, off = qx/q2, trial, missed
			gain = f.scale * qx
		}
	}
	return off
}

// settle assigns groups again, with the scale that was found, and fits it once
// more.
func (s *codebookSearch) settle(f *codebookFit, a, w, root []float32, off uint32) {
	if f.scale <= 0 || off == 0 && s.again != againAll {
		return
	}
	keep := uint32(0)
	if s.again == againOff {
		keep = ^off
	}
	s.book().assign(&f.level, a, root, 1/f.scale, f.scale, keep)
	if qx, q2 := fitSums(a, w, &f.level); q2 > 0 {
		f.scale = qx / q2
	}
}

// assign gives each group but those to keep a row of the codebook, and tells
// which are not exactly what rounding gives.
func (b *codebook) assign(level *[32]uint8, a, root []float32, inverse, scale float32, keep uint32) (off uint32) {
	for k := 0; k*b.elems < len(a); k++ {
		if keep>>k&1 == 1 {
			continue
		}
		part, code := a[k*b.elems:(k+1)*b.elems], 0
		to := level[k*b.elems : (k+1)*b.elems]
		for i, v := range part {
			l := clamp(nearest(0.5*(float32(inverse*v)-1)), 0, b.levels-1)
			to[i] = uint8(l)
			code |= int(l) << (i * b.bits)
		}
		if b.row[code] < 0 {
			off |= 1 << k
			row := b.closest(code, part, root[k*b.elems:], scale)
			copy(to, b.digits[row][:])
		}
	}
	return off
}

// fitSums are Σ w·x·q and Σ w·q², q = 2·level + 1.
func fitSums(a, w []float32, level *[32]uint8) (qx, q2 float32) {
	w = w[:len(a)]
	for i, v := range a {
		q := float32(2*int32(level[i&31]) + 1)
		qx += float32(float32(w[i]*v) * q)
		q2 += float32(float32(w[i]*q) * q)
	}
	return qx, q2
}

// fitAll fits the blocks of a super-block. Where importance is nil, plain times
// the variance plus x² is how much errors count.
func (s *codebookSearch) fitAll(fits []codebookFit, x, importance []float32, spread, plain float32) (top float32) {
	variance := spread * sumSquares(x) / 256
	var w [32]float32
	for j := range fits {
		part := x[j*s.size : (j+1)*s.size]
		if importance != nil {
			emphasis(w[:s.size], part, importance[j*s.size:], variance)
		} else {
			for i, v := range part {
				w[i] = float32(plain*variance) + float32(v*v)
			}
		}
		fits[j] = s.fit(part, w[:s.size])
		top = max(top, fits[j].scale)
	}
	return top
}

// step is the four bits of a block's scale, d that of the super-block.
func (f *codebookFit) step(d float32) uint8 {
	return uint8(clamp(nearest(0.5*(float32(inverse(d)*f.scale)-1)), 0, 15))
}

// rowOf is the row of group k.
func (f *codebookFit) rowOf(b *codebook, k int) int {
	return int(b.row[b.code(f.level[k*b.elems:])])
}
