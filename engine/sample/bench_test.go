package sample

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// modelLike returns logits shaped like a language model's: a broad bell for
// most of the vocabulary and a few tokens far above it.
func modelLike(n int, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	logits := make([]float32, n)
	for i := range logits {
		logits[i] = float32(r.NormFloat64()*2 - 4)
	}
	for i := range 60 {
		logits[r.IntN(n)] = float32(18 - 0.25*float64(i) + r.NormFloat64())
	}
	return logits
}

func BenchmarkSample(b *testing.B) {
	only := func(set func(*Settings)) Settings {
		s := Neutral()
		s.Seed = 1
		set(&s)
		return s
	}
	cases := []struct {
		name     string
		settings Settings
	}{
		{"llama.cpp", llamaCpp()},
		{"transformers", transformers()},
		{"creative", creative()},
		{"neutral", Neutral()},
		{"greedy", only(func(s *Settings) { s.Temperature = 0 })},
		{"top-p alone", only(func(s *Settings) { s.TopP = 0.9 })},
		{"typical alone", only(func(s *Settings) { s.TypicalP = 0.9 })},
		{"top-nσ alone", only(func(s *Settings) { s.TopNSigma = 1 })},
		{"all penalties", only(func(s *Settings) {
			s.RepeatPenalty, s.PenaltyWindow, s.DRYMultiplier, s.DRYWindow, s.TopK = 1.1, -1, 1, -1, 40
		})},
		{"mirostat 1", only(func(s *Settings) { s.Mirostat = 1 })},
		{"mirostat 2", only(func(s *Settings) { s.Mirostat = 2 })},
	}
	for _, n := range []int{32000, 151936} {
		logits := modelLike(n, 3)
		for _, c := range cases {
			b.Run(fmt.Sprintf("%d/%s", n, c.name), func(b *testing.B) { benchmarkSample(b, c.settings, logits) })
		}
	}
}

func benchmarkSample(b *testing.B, s Settings, logits []float32) {
	m, err := New(s, noText{})
	if err != nil {
		b.Fatal(err)
	}
	for i := range int32(4096) {
		m.Accept(i * 7 % 1000)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Sample(logits); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLogprobs(b *testing.B) {
	logits := modelLike(151936, 3)
	b.ReportAllocs()
	for b.Loop() {
		Logprobs(logits, 5, 10)
	}
}

type noText struct{}

func (noText) Bytes(int32) []byte { return nil }
