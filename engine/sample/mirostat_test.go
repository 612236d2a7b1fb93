package sample

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance*max(1, math.Abs(b)) }

// slowMirostat1 is the set that version 1 draws from.
func slowMirostat1(c []scored, mu float64) []scored {
	c = ranking(c)
	p := probabilities(c)
	products, squares := 0.0, 0.0
	for i := 0; i < 99 && i < len(c)-1; i++ {
		t := math.Log(float64(i+2) / float64(i+1))
		products += t * math.Log(p[i]/p[i+1])
		squares += t * t
	}
	s := products / squares
	epsilon := s - 1
	k := math.Pow(epsilon*math.Pow(2, mu)/(1-math.Pow(float64(len(c)), -epsilon)), 1/s)
	return c[:int(min(max(k, 1), float64(len(c))))]
}

// slowMirostat2 is the set that version 2 draws from.
func slowMirostat2(c []scored, mu float64) []scored {
	c = ranking(c)
	for i, p := range probabilities(c) {
		if i > 0 && -math.Log2(p) > mu {
			return c[:i]
		}
	}
	return c
}

func TestMirostatAgreesWithTheSlowOne(t *testing.T) {
	slow := map[int]func([]scored, float64) []scored{1: slowMirostat1, 2: slowMirostat2}
	for version, cut := range slow {
		r := rand.New(rand.NewPCG(81, uint64(version)))
		s := only(func(s *Settings) { s.Mirostat, s.MirostatTau, s.MirostatEta, s.Temperature = version, 3, 0.2, 0.9 })
		m := newSampler(t, s, nil)
		mu := 6.0
		for range 300 {
			logits := randomLogits(r, 2+r.IntN(400), false)
			id, err := m.Sample(logits)
			if err != nil {
				t.Fatal(err)
			}
			want := cut(slowTemperature(candidatesOf(logits), 0.9), mu)
			if got := m.set.ids; !slices.Equal(got, idsOf(want)) {
				t.Fatalf("version %d, μ %v: drew from %v, want %v", version, mu, got, idsOf(want))
			}
			p := probabilities(want)[slices.IndexFunc(want, func(c scored) bool { return c.id == id })]
			mu -= 0.2 * (-math.Log2(p) - 3)
			m.Accept(id)
			if !near(m.mirostat.mu, mu, 1e-5) {
				t.Fatalf("version %d: μ is %v, want %v", version, m.mirostat.mu, mu)
			}
			mu = m.mirostat.mu // so that rounding does not add up
		}
	}
}

func TestMirostatSteers(t *testing.T) {
	even := []float32{1, 1, 1, 1} // 2 bits each
	s := only(func(s *Settings) { s.Mirostat = 2 })
	m := newSampler(t, s, nil)
	steps := []struct {
		name string
		do   func(id int32)
		want float64
	}{
		{"a token drawn and accepted", func(id int32) { m.Accept(id) }, 10.3}, // 10 − 0.1·(2 − 5)
		{"another one is accepted", func(id int32) { m.Accept((id + 1) % 4) }, 10.3},
		{"it is dropped", func(int32) {}, 10.3},
		{"again accepted", func(id int32) { m.Accept(id) }, 10.6},
		{"taken back", func(int32) { m.Rewind(1) }, 10.3},
		{"all taken back", func(int32) { m.Rewind(9) }, 10},
		{"one drawn before a rewind is a stranger after it", func(id int32) { m.Rewind(1); m.Accept(id) }, 10},
	}
	for _, step := range steps {
		id, err := m.Sample(even)
		if err != nil {
			t.Fatal(err)
		}
		step.do(id)
		if !near(m.mirostat.mu, step.want, 1e-12) {
			t.Errorf("%s: μ is %v, want %v", step.name, m.mirostat.mu, step.want)
		}
	}
}

// With no surprise allowed the likeliest token is still there.
func TestMirostatKeepsOne(t *testing.T) {
	for version := 1; version <= 2; version++ {
		m := newSampler(t, only(func(s *Settings) { s.Mirostat, s.MirostatTau = version, 0 }), nil)
		m.mirostat.mu = -3
		if id, err := m.Sample(logitsOf(0.3, 0.4, 0.3)); err != nil || id != 1 || m.set.len() != 1 {
			t.Errorf("version %d: drew %d of %v (%v), want 1 alone", version, id, m.set.ids, err)
		}
	}
}

// What Mirostat is for: the mean surprise of a long text comes to be τ.
func TestMirostatReachesItsTarget(t *testing.T) {
	for version := 1; version <= 2; version++ {
		r := rand.New(rand.NewPCG(91, 92))
		s := only(func(s *Settings) { s.Mirostat, s.MirostatTau = version, 3 })
		m := newSampler(t, s, nil)
		sum, tokens := 0.0, 0
		for step := range 3000 {
			id, err := m.Sample(randomLogits(r, 500, false))
			if err != nil {
				t.Fatal(err)
			}
			if step >= 500 {
				sum -= math.Log2(m.set.weights[slices.Index(m.set.ids, id)] / total(m.set.weights))
				tokens++
			}
			m.Accept(id)
		}
		if mean := sum / float64(tokens); math.Abs(mean-3) > 0.05 {
			t.Errorf("version %d: the mean surprise is %v bits, want 3", version, mean)
		}
	}
}

func total(weights []float64) float64 {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	return sum
}

func TestZipfBound(t *testing.T) {
	limit := math.Pow(2, 5) / math.Log(32000)
	if k := zipfBound(1, 5, 32000); !near(k, limit, 1e-12) {
		t.Errorf("at s = 1 k is %v, want %v", k, limit)
	}
	for _, s := range []float64{1 - 1e-5, 1 + 1e-5} {
		if k := zipfBound(s, 5, 32000); !near(k, limit, 1e-3) {
			t.Errorf("at s = %v k is %v, want about %v", s, k, limit)
		}
	}
	for _, s := range []float64{0, math.NaN(), 1e30} {
		if k := zipfBound(s, 5, 4); math.IsNaN(k) || k < 0 {
			t.Errorf("at s = %v k is %v", s, k)
		}
	}
}
