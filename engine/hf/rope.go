package hf

import "math"

// rope says how positions are rotated in.
type rope struct {
	base     float64
	kind     string // "", "linear", "yarn", "llama3"
	factor   float64
	original int // tokens before the context was extended

	attention          float64 // yarn: what the rotation's result is multiplied by
	betaFast, betaSlow float64 // yarn
	low, high          float64 // llama3: low_freq_factor, high_freq_factor
}

// readRope reads either form: rope_theta beside rope_scaling, or both in
// rope_parameters (transformers 5).
func readRope(o *object, c config) rope {
	base := o.positive("rope_theta", 10000)
	s := o.object("rope_scaling")
	if p := o.object("rope_parameters"); p != nil {
		s, base = p, p.positive("rope_theta", base)
	}
	if base <= 1 {
		o.fail("rope_theta", "is %v, but it must be above 1", base)
	}
	r := rope{base: base}
	if s == nil {
		return r
	}
	if part, ok := s.float("partial_rotary_factor"); ok && part != 1 {
		s.fail("partial_rotary_factor", "is %v, but only 1 is supported", part)
	}
	kind, ok := s.string("rope_type")
	if !ok {
		kind, _ = s.string("type")
	}
	switch kind {
	case "", "default":
	case "dynamic": // changes only what lies beyond max_position_embeddings
	case "linear", "yarn", "llama3":
		r.kind = kind
		r.extend(s, c)
	default:
		s.fail("rope_type", "is %.80q, which is not supported: linear, dynamic, yarn and llama3 are", kind)
	}
	return r
}

// extend reads how a longer context than that of the training is reached.
func (r *rope) extend(s *object, c config) {
	if r.factor = s.needPositive("factor"); r.factor < 1 {
		s.fail("factor", "is %v, but it must be at least 1", r.factor)
	}
	r.original = s.or("original_max_position_embeddings", 1, 1<<27, c.context)
	switch r.kind {
	case "yarn":
		r.betaFast, r.betaSlow = s.positive("beta_fast", 32), s.positive("beta_slow", 1)
		r.attention = s.positive("attention_factor", r.temperature(s))
		if exact, ok := s.bool("truncate"); ok && !exact {
			s.fail("truncate", "is false, which is not supported")
		}
	case "llama3":
		r.low, r.high = s.positive("low_freq_factor", 1), s.positive("high_freq_factor", 4)
		if r.low >= r.high {
			s.fail("low_freq_factor", "is %v, but it must be below the high_freq_factor of %v", r.low, r.high)
		}
	}
}

// temperature is YaRN's attention factor where none is stated: 0.1·ln(factor)+1,
// or the ratio of two such with the weights that DeepSeek's variant states.
func (r *rope) temperature(s *object) float64 {
	scale := func(weight float64) float64 {
		if r.factor <= 1 {
			return 1
		}
		return 0.1*weight*math.Log(r.factor) + 1
	}
	if s.has("mscale") && s.has("mscale_all_dim") {
		return scale(s.positive("mscale", 1)) / scale(s.positive("mscale_all_dim", 1))
	}
	return scale(1)
}

// divisors are llama3's, one for each rotated pair: GGUF's rope_freqs.weight.
// Slow pairs are slowed down by the factor, fast ones are left alone, those
// between are blended.
//
// Source: the Llama 3.1 release (apply_scaling), as in llama.cpp's converter.
func (r rope) divisors(headDim int) []float32 {
	out := make([]float32, headDim/2)
	old := float64(r.original)
	for p := range out {
		wave := 2 * math.Pi * math.Pow(r.base, 2*float64(p)/float64(headDim)) // tokens per turn
		switch {
		case wave < old/r.high:
			out[p] = 1
		case wave > old/r.low:
			out[p] = float32(r.factor)
		default:
			smooth := (old/wave - r.low) / (r.high - r.low)
			out[p] = float32(1 / ((1-smooth)/r.factor + smooth))
		}
	}
	return out
}
