package sample

import (
	"math/rand/v2"
	"testing"
)

func TestPenalties(t *testing.T) {
	logits := []float32{2, -2, 0, 4}
	tests := []struct {
		name    string
		set     func(*Settings)
		history []int32
		want    []scored
	}{
		{"repeat divides what is above 0 and multiplies the rest", func(s *Settings) { s.RepeatPenalty = 2 },
			[]int32{0, 1, 2, 0, 0}, []scored{{0, 1}, {1, -4}, {2, 0}, {3, 4}}},
		{"frequency counts", func(s *Settings) { s.FrequencyPenalty = 0.5 },
			[]int32{3, 1, 3, 3}, []scored{{0, 2}, {1, -2.5}, {2, 0}, {3, 2.5}}},
		{"presence does not", func(s *Settings) { s.PresencePenalty = 0.5 },
			[]int32{3, 1, 3, 3}, []scored{{0, 2}, {1, -2.5}, {2, 0}, {3, 3.5}}},
		{"all of them, the factor first", func(s *Settings) { s.RepeatPenalty, s.FrequencyPenalty, s.PresencePenalty = 2, 0.5, 0.25 },
			[]int32{3, 3}, []scored{{0, 2}, {1, -2}, {2, 0}, {3, 0.75}}},
		{"the window ends before the oldest", func(s *Settings) { s.PresencePenalty, s.PenaltyWindow = 1, 2 },
			[]int32{0, 1, 3}, []scored{{0, 2}, {1, -3}, {2, 0}, {3, 3}}},
		{"the window is as long as the history", func(s *Settings) { s.PresencePenalty, s.PenaltyWindow = 1, 3 },
			[]int32{0, 1, 3}, []scored{{0, 1}, {1, -3}, {2, 0}, {3, 3}}},
		{"the window counts within itself only", func(s *Settings) { s.FrequencyPenalty, s.PenaltyWindow = 1, 2 },
			[]int32{3, 3, 3}, []scored{{0, 2}, {1, -2}, {2, 0}, {3, 2}}},
		{"a window of 0 is off", func(s *Settings) { s.PresencePenalty, s.PenaltyWindow = 1, 0 },
			[]int32{0, 1, 3}, []scored{{0, 2}, {1, -2}, {2, 0}, {3, 4}}},
		{"a window of -1 is everything", func(s *Settings) { s.FrequencyPenalty, s.PenaltyWindow = 0.01, -1 },
			make([]int32, 100), []scored{{0, 1}, {1, -2}, {2, 0}, {3, 4}}},
		{"ids outside the vocabulary are passed over", func(s *Settings) { s.PresencePenalty = 1 },
			[]int32{-1, 4, 1 << 30}, []scored{{0, 2}, {1, -2}, {2, 0}, {3, 4}}},
		{"bias", func(s *Settings) { s.LogitBias = map[int32]float64{1: 3, 3: -0.5, 9: 7} },
			nil, []scored{{0, 2}, {1, 1}, {2, 0}, {3, 3.5}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := survivors(t, only(tt.set), logits, tt.history...); !same(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// After a cut the tokens no longer stand at the index of their id.
func TestPenaltiesFindTheirTokensAfterACut(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 52))
	for range 300 {
		logits := randomLogits(r, 100, false)
		s := only(func(s *Settings) {
			s.Order = []string{"top_k", "penalties", "logit_bias"}
			s.TopK, s.RepeatPenalty, s.FrequencyPenalty = 1+r.IntN(99), 1.3, 0.2
			s.LogitBias = map[int32]float64{7: 1, 50: -2}
		})
		history := make([]int32, 60)
		for i := range history {
			history[i] = r.Int32N(100)
		}
		got := survivors(t, s, logits, history...)
		want := slowBias(slowPenalties(slowTopK(candidatesOf(logits), s.TopK), s, history), s.LogitBias)
		if !same(got, want) {
			t.Fatalf("top-k %d: got %v, want %v", s.TopK, got, byID(want))
		}
	}
}
