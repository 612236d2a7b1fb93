package sample

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// logitsOf are logits with the given probabilities, shifted so that nothing
// can rely on their sum.
func logitsOf(probabilities ...float64) []float32 {
	var logits []float32
	for _, p := range probabilities {
		logits = append(logits, float32(math.Log(p)+2.5))
	}
	return logits
}

func TestWhatEachSamplerKeeps(t *testing.T) {
	p := logitsOf(0.1, 0.5, 0.15, 0.25) // by likelihood: 1, 3, 2, 0
	tests := []struct {
		name   string
		set    func(*Settings)
		logits []float32
		want   []int32
	}{
		{"top-k 1", func(s *Settings) { s.TopK = 1 }, p, []int32{1}},
		{"top-k 3", func(s *Settings) { s.TopK = 3 }, p, []int32{1, 2, 3}},
		{"top-k of more than there are", func(s *Settings) { s.TopK = 9 }, p, []int32{0, 1, 2, 3}},
		{"top-k among equals takes the lower ids", func(s *Settings) { s.TopK = 2 }, []float32{1, 2, 1, 1}, []int32{0, 1}},
		{"top-k takes the two zeros as equal", func(s *Settings) { s.TopK = 1 }, []float32{float32(math.Copysign(0, -1)), 0}, []int32{0}},
		{"top-p keeps the token that crosses", func(s *Settings) { s.TopP = 0.51 }, p, []int32{1, 3}},
		{"top-p just short of the first", func(s *Settings) { s.TopP = 0.49 }, p, []int32{1}},
		{"top-p 0 keeps one", func(s *Settings) { s.TopP = 0 }, p, []int32{1}},
		{"top-p just short of all", func(s *Settings) { s.TopP = 0.901 }, p, []int32{0, 1, 2, 3}},
		{"top-p among equals takes the lower ids", func(s *Settings) { s.TopP = 0.6 }, []float32{1, 1, 1, 1}, []int32{0, 1, 2}},
		{"min-p below", func(s *Settings) { s.MinP = 0.29 }, p, []int32{1, 2, 3}},
		{"min-p above", func(s *Settings) { s.MinP = 0.31 }, p, []int32{1, 3}},
		{"min-p 1 keeps the likeliest, all of them", func(s *Settings) { s.MinP = 1 }, []float32{3, 1, 3}, []int32{0, 2}},
		// H = 1.208; |−ln p − H|: token 3 0.178, 1 0.515, 2 0.689, 0 1.094.
		{"typical takes what is nearest the entropy, not the likeliest", func(s *Settings) { s.TypicalP = 0.2 }, p, []int32{3}},
		{"typical goes on by nearness", func(s *Settings) { s.TypicalP = 0.3 }, p, []int32{1, 3}},
		{"typical must pass its value", func(s *Settings) { s.TypicalP = 0.5 }, []float32{1, 1, 1, 1}, []int32{0, 1, 2}},
		{"where top-p is content with reaching it", func(s *Settings) { s.TopP = 0.5 }, []float32{1, 1, 1, 1}, []int32{0, 1}},
		{"typical 0 keeps one", func(s *Settings) { s.TypicalP = 0 }, p, []int32{3}},
		// mean 2.5, deviation √1.25 = 1.118.
		{"top-nσ 1", func(s *Settings) { s.TopNSigma = 1 }, []float32{1, 2, 3, 4}, []int32{2, 3}},
		{"top-nσ 2", func(s *Settings) { s.TopNSigma = 2 }, []float32{1, 2, 3, 4}, []int32{1, 2, 3}},
		{"top-nσ among equals keeps all", func(s *Settings) { s.TopNSigma = 1 }, []float32{7, 7, 7}, []int32{0, 1, 2}},
		{"XTC leaves the least likely of the likely", func(s *Settings) { s.XTCProbability, s.XTCThreshold = 1, 0.14 }, p, []int32{0, 2}},
		{"XTC with one likely token does nothing", func(s *Settings) { s.XTCProbability, s.XTCThreshold = 1, 0.3 }, p, []int32{0, 1, 2, 3}},
		{"XTC among equals leaves the higher id", func(s *Settings) { s.XTCProbability, s.XTCThreshold = 1, 0.2 }, []float32{4, 4, 4, 0}, []int32{2, 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := idsOf(survivors(t, only(tt.set), tt.logits)); !slices.Equal(got, tt.want) {
				t.Errorf("kept %v, want %v", got, tt.want)
			}
		})
	}
}

// cut is a truncating sampler with its slow twin.
type cut struct {
	name string
	set  func(s *Settings, x float64)
	slow func(c []scored, x float64) []scored
	head bool    // it keeps the head of the ranking, not the tail
	span float64 // values are drawn from 0 to here
}

func cuts() []cut {
	return []cut{
		{"top_p", func(s *Settings, x float64) { s.TopP = x }, slowTopP, true, 1},
		{"min_p", func(s *Settings, x float64) { s.MinP = x }, slowMinP, true, 1},
		{"top_n_sigma", func(s *Settings, x float64) { s.TopNSigma = x }, slowTopNSigma, true, 4},
		{"xtc", func(s *Settings, x float64) { s.XTCProbability, s.XTCThreshold = 1, x }, slowXTC, false, 0.5},
	}
}

func TestCutsAgreeWithTheSlowOnes(t *testing.T) {
	for _, c := range cuts() {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(11, 12))
			for range 400 {
				logits := randomLogits(r, 1+r.IntN(300), r.IntN(3) == 0)
				checkCut(t, c, logits, c.span*(0.001+0.998*r.Float64()))
			}
		})
	}
}

// checkCut wants a set between those the slow one keeps for values a little
// lower and a little higher: rounding may decide a token on the edge either
// way, and nothing else.
func checkCut(t *testing.T, c cut, logits []float32, x float64) {
	t.Helper()
	all := ranking(candidatesOf(logits))
	a, b := len(c.slow(all, x*(1-1e-6))), len(c.slow(all, x*(1+1e-6)))
	got := survivors(t, only(func(s *Settings) { c.set(s, x) }), logits)
	n := len(got)
	if n < min(a, b) || n > max(a, b) {
		t.Fatalf("%s %v of %v keeps %d tokens, want %d to %d", c.name, x, logits, n, min(a, b), max(a, b))
	}
	want := all[:n]
	if !c.head {
		want = all[len(all)-n:]
	}
	if !same(got, want) {
		t.Fatalf("%s %v of %v keeps %v, want %v", c.name, x, logits, got, byID(want))
	}
}

func TestTypicalAgreesWithTheSlowOne(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for range 400 {
		logits := randomLogits(r, 1+r.IntN(300), r.IntN(3) == 0)
		x := 0.001 + 0.998*r.Float64()
		got := survivors(t, only(func(s *Settings) { s.TypicalP = x }), logits)
		if want := slowTypical(candidatesOf(logits), x); !same(got, want) {
			t.Fatalf("typical %v of %v keeps %v, want %v", x, logits, got, byID(want))
		}
	}
}

func TestTopKAgreesWithTheSlowOne(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for range 600 {
		logits := randomLogits(r, 1+r.IntN(2000), r.IntN(2) == 0)
		switch r.IntN(4) {
		case 0:
			slices.Sort(logits) // every token displaces one kept before
		case 1:
			slices.Sort(logits)
			slices.Reverse(logits)
		}
		k := 1 + r.IntN(len(logits)+5)
		got := survivors(t, only(func(s *Settings) { s.TopK = k }), logits)
		if want := slowTopK(candidatesOf(logits), k); !same(got, want) {
			t.Fatalf("top-k %d of %d tokens keeps %v, want %v", k, len(logits), idsOf(got), idsOf(want))
		}
	}
}

func TestXTCActsAsOftenAsItSays(t *testing.T) {
	s := only(func(s *Settings) { s.XTCProbability, s.XTCThreshold = 0.3, 0.1 })
	m := newSampler(t, s, nil)
	logits, acted := logitsOf(0.5, 0.3, 0.2), 0
	const runs = 20000
	for range runs {
		if len(survivorsOf(t, m, logits)) < 3 {
			acted++
		}
	}
	// Five standard deviations of a binomial count.
	if d := math.Abs(float64(acted) - 0.3*runs); d > 5*math.Sqrt(0.3*0.7*runs) {
		t.Errorf("XTC acted %d times of %d, want about %v", acted, runs, 0.3*runs)
	}
}

func TestEveryNeutralValueChangesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	history := []int32{1, 2, 3, 1, 2, 3, 1, 2}
	for _, st := range stages() {
		t.Run(st.name, func(t *testing.T) {
			s := Neutral()
			if !st.off(s) || !s.Off(st.name) {
				t.Fatal("it is on in Neutral")
			}
			if st.name == "top_n_sigma" || st.name == "top_k" {
				return // neutral by being left out: their values have no meaning
			}
			m := newSampler(t, s, nil)
			for _, id := range history {
				m.Accept(id)
			}
			logits := randomLogits(r, 200, true)
			m.set.load(logits)
			st.run(m) // even when it is made to run
			if !slices.Equal(m.set.logits, logits) {
				t.Error("its neutral value changes the candidates")
			}
		})
	}
}
