package sample

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestTemperature(t *testing.T) {
	logits := []float32{1, -2, 4, 0, 4}
	tests := []struct {
		name        string
		temperature float64
		want        []scored
	}{
		{"halves", 2, []scored{{0, 0.5}, {1, -1}, {2, 2}, {3, 0}, {4, 2}}},
		{"sharpens", 0.5, []scored{{0, 2}, {1, -4}, {2, 8}, {3, 0}, {4, 8}}},
		{"0 leaves the likeliest, the lower id of two", 0, []scored{{2, 4}}},
		{"almost 0 as well", 1e-9, []scored{{2, 4}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := only(func(s *Settings) { s.Temperature = tt.temperature })
			if got := survivors(t, s, logits); !same(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestDynamicTemperature(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	for range 300 {
		logits := randomLogits(r, 1+r.IntN(200), false)
		temperature, reach, exponent := 0.3+r.Float64(), 0.2*r.Float64(), 2*r.Float64()
		s := only(func(s *Settings) {
			s.Temperature, s.DynamicRange, s.DynamicExponent = temperature, reach, exponent
		})
		got := survivors(t, s, logits)
		want := slowDynamicTemperature(candidatesOf(logits), temperature, reach, exponent)
		if !same(got, want) {
			t.Fatalf("T %v ± %v ^ %v: got %v, want %v", temperature, reach, exponent, got, want)
		}
	}
}

func TestDynamicTemperatureAtItsEnds(t *testing.T) {
	s := only(func(s *Settings) { s.Temperature, s.DynamicRange = 1, 0.5 })
	even := survivors(t, s, []float32{3, 3, 3, 3}) // full entropy: 1.5
	if want := []scored{{0, 2}, {1, 2}, {2, 2}, {3, 2}}; !same(even, want) {
		t.Errorf("even logits: got %v, want %v", even, want)
	}
	sure := survivors(t, s, []float32{800, 0, 0, 0}) // no entropy: 0.5
	if want := []scored{{0, 1600}, {1, 0}, {2, 0}, {3, 0}}; !same(sure, want) {
		t.Errorf("one certain token: got %v, want %v", sure, want)
	}
	if got := survivors(t, s, []float32{3}); !same(got, []scored{{0, 3}}) {
		t.Errorf("the only token: got %v, want it as it was", got)
	}
	s.DynamicRange = 1 // down to 0
	if got := survivors(t, s, []float32{800, 0, 0, 0}); !slices.Equal(idsOf(got), []int32{0}) {
		t.Errorf("at temperature 0 %v are left, want the likeliest", got)
	}
}

func TestLogitsStayFinite(t *testing.T) {
	s := only(func(s *Settings) { s.Temperature = 0.001 })
	for _, c := range survivors(t, s, []float32{3e38, -3e38, 0}) {
		if math.IsInf(c.logit, 0) || math.IsNaN(c.logit) {
			t.Errorf("token %d has logit %v", c.id, c.logit)
		}
	}
}
