package sample

import (
	"bytes"
	"math"
)

// breakerReach is how many tokens a sequence breaker may be spread over.
const breakerReach = 20

// dryState is what DRY keeps of the history: for each token of it, how many
// tokens there are up to the last breaker before or at it.
type dryState struct {
	breakers [][]byte
	longest  int     // bytes of the longest breaker
	fenced   []int32 // by position in the history: tokens up to the last breaker, it included
	text     []byte
	matches  []int32 // by tokens from the end
	touched  []int32 // ids with a penalty
	highest  float64 // exponent at which the penalty stops growing
}

func (d *dryState) init(s Settings) {
	d.highest = math.Inf(1)
	if s.Off("dry") {
		return
	}
	for _, b := range s.DRYBreakers {
		d.breakers = append(d.breakers, []byte(b))
		d.longest = max(d.longest, len(b))
	}
	if s.DRYBase > 1.000001 {
		d.highest = math.Floor(ln(math.MaxFloat32) / ln(s.DRYBase))
	}
}

// accept notes whether the newest token of the history ends a breaker.
func (d *dryState) accept(s *Sampler) {
	if d.longest == 0 {
		return
	}
	n := len(s.history)
	fence := int32(0)
	if n > 1 {
		fence = d.fenced[n-2]
	}
	if d.breaks(s.vocab, s.history[:n-1], s.history[n-1]) {
		fence = int32(n)
	}
	d.fenced = append(d.fenced, fence)
}

func (d *dryState) rewind(n int) {
	if d.longest > 0 {
		d.fenced = d.fenced[:n]
	}
}

// breaks reports whether a breaker ends within the text of id when that
// follows the tokens before. It looks at text and not at tokens, since a
// breaker may be cut into tokens in more than one way.
func (d *dryState) breaks(v Vocab, before []int32, id int32) bool {
	if d.longest == 0 {
		return false
	}
	from, size := len(before), 0
	for from > 0 && len(before)-from < breakerReach-1 && size < d.longest-1 {
		from--
		size += len(v.Bytes(before[from]))
	}
	d.text = d.text[:0]
	for _, b := range before[from:] {
		d.text = append(d.text, v.Bytes(b)...)
	}
	own := len(d.text)
	d.text = append(d.text, v.Bytes(id)...)
	for _, b := range d.breakers {
		if bytes.Contains(d.text[max(0, own-len(b)+1):], b) {
			return true
		}
	}
	return false
}

// penalizeRepeats lowers the logit of each token that would go on with a
// repetition ("don't repeat yourself", p-e-w 2024): if the last L tokens, no
// breaker among them, occurred before and the token followed them there, by
// DRYMultiplier · DRYBase^(L − DRYAllowedLength), for the greatest such L of at
// least DRYAllowedLength. A token that ends a breaker is left alone.
func (s *Sampler) penalizeRepeats() {
	window, allowed := s.lookBack(s.settings.DRYWindow), int32(s.settings.DRYAllowedLength)
	limit := int32(len(window))
	if n := len(s.history); len(s.dry.fenced) > 0 && n > 0 {
		limit = min(limit, int32(n)-s.dry.fenced[n-1])
	}
	if limit < allowed || len(window) < 2 {
		return
	}
	s.dry.matches = suffixMatches(s.dry.matches, window)
	longest := s.counters()
	for back := 1; back < len(window); back++ {
		next := window[len(window)-back]
		length := min(s.dry.matches[back], limit)
		if length < allowed || next < 0 || int(next) >= len(longest) {
			continue
		}
		if longest[next] == 0 {
			s.dry.touched = append(s.dry.touched, next)
		}
		longest[next] = max(longest[next], length)
	}
	s.lowerTouched(longest)
}

// lowerTouched applies the penalties and puts longest back to zero.
func (s *Sampler) lowerTouched(longest []int32) {
	for _, id := range s.dry.touched {
		excess := float64(longest[id]) - float64(s.settings.DRYAllowedLength)
		longest[id] = 0
		i, in := s.set.at(id)
		if !in || s.dry.breaks(s.vocab, s.history, id) {
			continue
		}
		penalty := s.settings.DRYMultiplier * pow(s.settings.DRYBase, min(excess, s.dry.highest))
		s.set.logits[i] = float(float64(s.set.logits[i]) - float64(penalty))
	}
	s.dry.touched = s.dry.touched[:0]
}

// suffixMatches returns, for each number k > 0 of tokens left off the end of
// window, how many tokens the rest and the whole have in common at their ends:
// the Z-algorithm read from the end, linear in len(window). It reuses into.
func suffixMatches(into, window []int32) []int32 {
	n := len(window)
	z := grow(into, n)
	z[0] = int32(n)
	fromEnd := func(i int) int32 { return window[n-1-i] }
	left, right := 0, 0 // the match that reaches farthest: [left, right)
	for k := 1; k < n; k++ {
		length := 0
		if k < right {
			length = min(right-k, int(z[k-left]))
		}
		for k+length < n && fromEnd(length) == fromEnd(k+length) {
			length++
		}
		z[k] = int32(length)
		if k+length > right {
			left, right = k, k+length
		}
	}
	return z
}
