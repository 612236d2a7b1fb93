package model

import (
	"math"
	"testing"
)

// The values were computed with the formulas of the transformers library
// (modeling_rope_utils), not with this package.
func TestYaRN(t *testing.T) {
	for _, c := range []struct {
		o     RopeConfig
		scale float64
		freqs map[int]float64
	}{
		{
			RopeConfig{Dims: 128, Base: 10000, Scaling: "yarn", Factor: 4, AttnFactor: 1, Original: 4096, BetaFast: 32, BetaSlow: 1, ExtFactor: 1},
			1.138629436111989,
			map[int]float64{0: 1, 10: 0.23713737056616555, 20: 0.056234132519034905, 25: 0.023434552639377708, 30: 0.009488517882700576, 40: 0.0013378867023789293, 63: 2.8869549617236455e-05},
		},
		{
			RopeConfig{Dims: 64, Base: 1e6, Scaling: "yarn", Factor: 16, AttnFactor: 1, Original: 32768, BetaFast: 32, BetaSlow: 1, ExtFactor: 1},
			1.2772588722239782,
			map[int]float64{0: 1, 5: 0.1154781984689458, 10: 0.01333521432163324, 15: 0.0008982904735347037, 20: 1.1114246312743267e-05, 31: 9.624540787871825e-08},
		},
	} {
		r := Config{HeadDim: c.o.Dims, Rope: c.o}.rope(nil)
		for p, want := range c.freqs {
			if math.Abs(r.Freqs[p]-want) > 1e-9*want {
				t.Errorf("%+v: pair %d turns by %v, want %v", c.o, p, r.Freqs[p], want)
			}
		}
		if math.Abs(float64(r.Scale)-c.scale) > 1e-6 {
			t.Errorf("%+v: scale %v, want %v", c.o, r.Scale, c.scale)
		}
	}
}

func TestLinearNoneAndLlama3(t *testing.T) {
	plain := RopeConfig{Dims: 8, Base: 10000, Scaling: "none", Factor: 4}
	linear := plain
	linear.Scaling = "linear"
	factors := []float32{1, 1, 2.5, 8}
	a, b := Config{HeadDim: 8, Rope: plain}.rope(nil), Config{HeadDim: 8, Rope: linear}.rope(nil)
	c := Config{HeadDim: 8, Rope: plain}.rope(factors)
	for p, want := range []float64{1, 0.1, 0.01, 0.001} {
		if math.Abs(a.Freqs[p]-want) > 1e-12 || math.Abs(b.Freqs[p]-want/4) > 1e-12 || math.Abs(c.Freqs[p]-want/float64(factors[p])) > 1e-12 {
			t.Errorf("pair %d: none %v, linear %v, factors %v", p, a.Freqs[p], b.Freqs[p], c.Freqs[p])
		}
	}
	if a.Scale != 1 || b.Scale != 1 {
		t.Errorf("scales %v, %v", a.Scale, b.Scale)
	}
}
