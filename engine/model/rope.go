package model

import (
	"math"

	"beyonder/engine/compute"
)

// rope turns the configuration into one frequency per rotated pair. factors are
// the llama3 divisors (rope_freqs.weight), nil for none.
//
// Linear scaling: Chen et al. 2023. YaRN: Peng et al. 2023, "NTK-by-parts" with
// the attention temperature folded into the rotation.
func (c Config) rope(factors []float32) compute.Rope {
	o := c.Rope
	r := compute.Rope{HeadDim: c.HeadDim, Freqs: make([]float64, o.Dims/2), Scale: 1}
	for p := range r.Freqs {
		f := math.Pow(o.Base, -2*float64(p)/float64(o.Dims))
		if factors != nil {
			f /= float64(factors[p])
		}
		r.Freqs[p] = f * o.stretch(p)
	}
	if o.Scaling == "yarn" {
		r.Scale = float32(o.AttnFactor * (1 + 0.1*math.Log(o.Factor)))
	}
	return r
}

// stretch is what scaling multiplies pair p's frequency by.
func (o RopeConfig) stretch(p int) float64 {
	switch o.Scaling {
	case "linear":
		return 1 / o.Factor
	case "yarn":
		keep := o.ExtFactor * (1 - o.ramp(p))
		return (1-keep)/o.Factor + keep
	}
	return 1
}

// ramp is 0 for pairs that turn so fast that they are left alone, 1 for those
// that are interpolated.
func (o RopeConfig) ramp(p int) float64 {
	dims := float64(o.Dims)
	corr := func(beta float64) float64 {
		return dims * math.Log(float64(o.Original)/(2*math.Pi*beta)) / (2 * math.Log(o.Base))
	}
	low := max(0, math.Floor(corr(o.BetaFast)))
	high := min(dims-1, math.Ceil(corr(o.BetaSlow)))
	return min(1, max(0, (float64(p)-low)/max(0.001, high-low)))
}
