package sample

import "math"

// coldest is the temperature below which only the likeliest token is left, as
// at 0: there, logits one part in a million apart already have odds of e.
const coldest = 1e-6

// temper divides the logits by the temperature.
func (s *Sampler) temper() {
	t := s.settings.Temperature
	if s.settings.DynamicRange > 0 {
		t = s.dynamicTemperature()
	}
	if t < coldest {
		s.set.keepOnly(s.set.best())
		return
	}
	if t != 1 {
		s.set.scale(1 / t)
	}
}

// dynamicTemperature lies within DynamicRange of Temperature, the higher the
// nearer the candidates' entropy comes to that of an even choice between them.
func (s *Sampler) dynamicTemperature() float64 {
	t, reach := s.settings.Temperature, s.settings.DynamicRange
	n := s.set.len()
	if n < 2 {
		return 1 // nothing to change
	}
	evenness := s.set.entropy(s.set.weigh()) / ln(float64(n))
	low := max(0, t-reach)
	return low + float64((t+reach-low)*pow(evenness, s.settings.DynamicExponent))
}

// scale multiplies the logits, in float64 rounded once.
func (c *candidates) scale(factor float64) {
	for i, l := range c.logits {
		x := float64(l) * factor
		if x > math.MaxFloat32 || x < -math.MaxFloat32 {
			x = float64(float(x))
		}
		c.logits[i] = float32(x)
	}
}
