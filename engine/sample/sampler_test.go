package sample

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// slowChain runs the reference of each sampler named in order. XTC acts if chance is below its
// probability.
func slowChain(s Settings, logits []float32, v Vocab, history []int32, chance float64) []scored {
	c := candidatesOf(logits)
	for _, name := range s.Order {
		switch {
		case name == "logit_bias":
			c = slowBias(c, s.LogitBias)
		case name == "penalties":
			c = slowPenalties(c, s, history)
		case name == "dry" && s.DRYMultiplier > 0:
			c = slowDRY(c, s, v, history)
		case name == "top_n_sigma" && s.TopNSigma > 0:
			c = slowTopNSigma(c, s.TopNSigma)
		case name == "top_k":
			c = slowTopK(c, s.TopK)
		case name == "typical_p":
			c = slowTypical(byID(c), s.TypicalP)
		case name == "top_p":
			c = slowTopP(c, s.TopP)
		case name == "min_p":
			c = slowMinP(c, s.MinP)
		case name == "xtc" && chance < s.XTCProbability:
			c = slowXTC(c, s.XTCThreshold)
		case name == "temperature" && s.DynamicRange > 0:
			c = slowDynamicTemperature(c, s.Temperature, s.DynamicRange, s.DynamicExponent)
		case name == "temperature":
			c = slowTemperature(c, s.Temperature)
		}
	}
	return byID(c)
}

// randomSettings turns each sampler on or off and shuffles the order.
func randomSettings(r *rand.Rand) Settings {
	s := Neutral()
	s.Seed = r.Int64N(1 << 32)
	s.Order = DefaultOrder()
	r.Shuffle(len(s.Order), func(i, j int) { s.Order[i], s.Order[j] = s.Order[j], s.Order[i] })
	for _, set := range []func(){
		func() { s.LogitBias = map[int32]float64{3: 2, 5: -1} },
		func() { s.RepeatPenalty, s.PresencePenalty, s.PenaltyWindow = 1.2, 0.3, r.IntN(30)-1 },
		func() { s.DRYMultiplier, s.DRYWindow = 0.4, -1 },
		func() { s.TopNSigma = 3 * r.Float64() },
		func() { s.TopK = 1 + r.IntN(50) },
		func() { s.TypicalP = r.Float64() },
		func() { s.TopP = r.Float64() },
		func() { s.MinP = r.Float64() / 10 },
		func() { s.XTCProbability, s.XTCThreshold = 0.5, r.Float64()/3 },
		func() { s.Temperature = 2 * r.Float64() },
		func() { s.DynamicRange, s.DynamicExponent = r.Float64()/2, 0.5+r.Float64() },
	} {
		if r.IntN(2) == 0 {
			set()
		}
	}
	return s
}

func TestWholeChainAgreesWithTheSlowOne(t *testing.T) {
	r := rand.New(rand.NewPCG(121, 122))
	for range 1000 {
		s := randomSettings(r)
		logits := randomLogits(r, 80, false)
		history := make([]int32, 40)
		for i := range history {
			history[i] = r.Int32N(5)
		}
		m := newSampler(t, s, alphabet())
		numbers := generator(s.Seed)
		chance := 1.0
		if !s.Off("xtc") {
			chance = float64(numbers.Uint64()>>11) * 0x1p-53
		}
		drawn := float64(numbers.Uint64()>>11) * 0x1p-53
		for _, id := range history {
			m.Accept(id)
		}
		got, err := m.Sample(logits)
		if err != nil {
			t.Fatal(err)
		}
		want := slowChain(s, logits, alphabet(), history, chance)
		left := idsOf(want)
		if !slices.Equal(m.set.ids, left) {
			t.Fatalf("%+v: drew from %v, want %v", s, m.set.ids, left)
		}
		sum := 0.0
		for i, p := range probabilities(want) {
			if sum += p; sum > drawn {
				if got != left[i] {
					t.Fatalf("%+v: drew %d, want %d", s, got, left[i])
				}
				break
			}
		}
	}
}

// The same numbers in two orders: after the temperature top-p sees a sharper
// distribution and keeps less.
func TestOrderMatters(t *testing.T) {
	logits := logitsOf(0.5, 0.25, 0.15, 0.1)
	s := only(func(s *Settings) { s.Temperature, s.TopP = 0.5, 0.8 })
	if got := idsOf(survivors(t, s, logits)); !slices.Equal(got, []int32{0, 1, 2}) {
		t.Errorf("llama.cpp's order keeps %v, want three tokens", got) // 0.5 + 0.25 < 0.8
	}
	s.Order = transformers().Order
	if got := idsOf(survivors(t, s, logits)); !slices.Equal(got, []int32{0, 1}) {
		t.Errorf("transformers' order keeps %v, want two tokens", got) // squared: 0.725 + 0.181 ≥ 0.8
	}
	s.Order = []string{"temperature"}
	if got := idsOf(survivors(t, s, logits)); len(got) != 4 {
		t.Errorf("top-p ran though the order leaves it out: %v", got)
	}
}

// Pearson's χ² with seven degrees of freedom is above 24.3 one time in a
// thousand, and below 0.6 as rarely.
func TestDrawFollowsTheProbabilities(t *testing.T) {
	p := []float64{0.3, 0.25, 0.2, 0.1, 0.08, 0.04, 0.02, 0.01}
	s := Neutral()
	s.Seed = 20240229
	m := newSampler(t, s, nil)
	const draws = 200000
	counts := make([]float64, len(p))
	logits := logitsOf(p...)
	for range draws {
		id, err := m.Sample(logits)
		if err != nil {
			t.Fatal(err)
		}
		counts[id]++
	}
	x := 0.0
	for i, want := range p {
		d := counts[i] - draws*want
		x += d * d / (draws * want)
	}
	if x < 0.6 || x > 24.3 {
		t.Errorf("χ² is %v, counts %v", x, counts)
	}
}

func TestNeighbouringSeedsAreUnrelated(t *testing.T) {
	logits, equal := make([]float32, 64), 0
	const seeds = 4000
	draw := func(seed int64) int32 {
		s := Neutral()
		s.Seed = seed
		id, err := newSampler(t, s, nil).Sample(logits)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	for seed := range int64(seeds) {
		if draw(seed) == draw(seed+1) {
			equal++
		}
	}
	if want := seeds / 64.0; math.Abs(float64(equal)-want) > 5*math.Sqrt(want) {
		t.Errorf("%d of %d neighbours draw the same first token of 64, want about %v", equal, seeds, want)
	}
}

func TestFreshSeedsDiffer(t *testing.T) {
	a, b := newSampler(t, Neutral(), nil), newSampler(t, Neutral(), nil)
	if a.Seed() < 0 || a.Seed() >= 1<<32 || a.Seed() == b.Seed() {
		t.Errorf("seeds %d and %d", a.Seed(), b.Seed())
	}
	s := Neutral()
	s.Seed = 7
	if m := newSampler(t, s, nil); m.Seed() != 7 {
		t.Errorf("seed %d, asked for 7", m.Seed())
	}
}

func TestSampleLeavesTheLogitsAlone(t *testing.T) {
	r := rand.New(rand.NewPCG(131, 132))
	for range 100 {
		logits := randomLogits(r, 100, false)
		before := slices.Clone(logits)
		m := newSampler(t, randomSettings(r), nil)
		m.Accept(3)
		m.Forbid(8)
		if _, err := m.Sample(logits); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(logits, before) {
			t.Fatal("the logits have changed")
		}
	}
}

func TestForbid(t *testing.T) {
	s := only(func(s *Settings) { s.TopK = 2 })
	m := newSampler(t, s, nil)
	logits := []float32{1, 5, 4, 3, 2}
	m.Forbid(1)
	m.Forbid(3, 1, 99, -4)
	for _, want := range [][]int32{{2, 4}, {1, 2}} { // with the two next in line; and then no more
		if _, err := m.Sample(logits); err != nil || !slices.Equal(m.set.ids, want) {
			t.Errorf("drew from %v (%v), want %v", m.set.ids, err, want)
		}
	}
	m.Forbid(0, 1, 2, 3, 4)
	if _, err := m.Sample(logits); err == nil || !strings.Contains(err.Error(), "no token is left") {
		t.Errorf("everything forbidden: %v", err)
	}
	if _, err := m.Sample(logits); err != nil {
		t.Errorf("the next one: %v", err)
	}
	if _, err := m.Sample(nil); err == nil {
		t.Error("no logits: nothing is reported")
	}
}

func TestNonFiniteLogitsAreAnError(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		m := newSampler(t, only(func(s *Settings) { s.Temperature = 0 }), nil)
		m.Accept(1)
		_, err := m.Sample([]float32{1, 2, float32(bad), 3})
		if err == nil || !strings.Contains(err.Error(), "values that are not numbers at token 1 (its score for token id 2") {
			t.Errorf("%v: %v", bad, err)
		}
		if id, err := m.Sample([]float32{1, 2, 0, 3}); err != nil || id != 3 {
			t.Errorf("afterwards: %d (%v), want 3", id, err)
		}
	}
}

func TestDRYNeedsAVocabularyForItsBreakers(t *testing.T) {
	s := only(func(s *Settings) { s.DRYMultiplier = 1 })
	if _, err := New(s, nil); err == nil {
		t.Error("DRY with breakers and no vocabulary: nothing is reported")
	}
	s.DRYBreakers = nil
	if _, err := New(s, nil); err != nil {
		t.Errorf("DRY without breakers: %v", err)
	}
	if _, err := New(Neutral(), nil); err != nil {
		t.Errorf("no DRY: %v", err)
	}
}

// A sampler that went astray and was rewound does what one does that never
// went: the same candidates with the same logits, and the same μ.
func TestRewindRestores(t *testing.T) {
	r := rand.New(rand.NewPCG(141, 142))
	for range 200 {
		s := randomSettings(r)
		s.Mirostat = r.IntN(3)
		s.RepeatPenalty, s.DRYMultiplier, s.DRYWindow = 1.3, 0.7, -1
		straight, astray := newSampler(t, s, alphabet()), newSampler(t, s, alphabet())
		logits := randomLogits(r, vocabulary, false)
		for range 20 + r.IntN(20) {
			a, errA := straight.Sample(logits)
			b, errB := astray.Sample(logits)
			if errA != nil || errB != nil || a != b {
				t.Fatalf("drew %d and %d (%v, %v)", a, b, errA, errB)
			}
			straight.Accept(a)
			astray.Accept(b)
			back := r.IntN(4)
			for range back {
				astray.Accept(r.Int32N(vocabulary))
			}
			astray.Rewind(back)
		}
		if !slices.Equal(straight.history, astray.history) || straight.mirostat.mu != astray.mirostat.mu {
			t.Fatal("history or μ differ")
		}
	}
}

func TestRewindTakesMuBack(t *testing.T) {
	m := newSampler(t, only(func(s *Settings) { s.Mirostat = 2 }), nil)
	logits, mus := logitsOf(0.5, 0.3, 0.2), []float64{}
	for range 10 {
		mus = append(mus, m.mirostat.mu)
		id, err := m.Sample(logits)
		if err != nil {
			t.Fatal(err)
		}
		m.Accept(id)
	}
	m.Rewind(-1)
	for _, n := range []int{1, 3, 5, 1} {
		m.Rewind(n)
		if want := mus[len(m.history)]; m.mirostat.mu != want {
			t.Errorf("with %d tokens left μ is %v, want %v", len(m.history), m.mirostat.mu, want)
		}
	}
	if m.Rewind(3); len(m.history) != 0 {
		t.Errorf("%d tokens are left of none", len(m.history))
	}
}

func TestSampleDoesNotAllocate(t *testing.T) {
	s := only(func(s *Settings) {
		s.RepeatPenalty, s.DRYMultiplier, s.TopNSigma, s.TypicalP, s.TopP, s.MinP = 1.1, 1, 3, 0.99, 0.99, 0.001
		s.XTCProbability, s.Temperature, s.DynamicRange = 0.5, 0.9, 0.1
		s.LogitBias = map[int32]float64{3: 1}
	})
	for _, mirostat := range []int{0, 1, 2} {
		s.Mirostat = mirostat
		m := newSampler(t, s, nil)
		logits := modelLike(5000, 1)
		once := func() {
			m.Forbid(9)
			if _, err := m.Sample(logits); err != nil {
				t.Fatal(err)
			}
		}
		for i := range int32(100) {
			m.Accept(i % 7)
		}
		once()
		if n := testing.AllocsPerRun(50, once); n != 0 {
			t.Errorf("mirostat %d: %v allocations per token", mirostat, n)
		}
	}
}

func TestAnotherVocabularySize(t *testing.T) {
	m := newSampler(t, only(func(s *Settings) { s.RepeatPenalty, s.TopK = 2, 1 }), nil)
	m.Accept(4)
	for _, tt := range []struct {
		logits []float32
		want   int32
	}{
		{[]float32{1, 2, 3}, 2},
		{[]float32{1, 2, 3, 4, 5, 4.5}, 5},
		{[]float32{9, 2}, 0},
	} {
		if id, err := m.Sample(tt.logits); err != nil || id != tt.want {
			t.Errorf("of %v: %d (%v), want %d", tt.logits, id, err, tt.want)
		}
	}
}
