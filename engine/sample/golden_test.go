package sample

import (
	"slices"
	"testing"
)

// exactLogits are made without rounding, so that they are the same everywhere:
// sixteenths from -8, one token in 64 up to 4 higher.
func exactLogits(step int) []float32 {
	logits := make([]float32, 1000)
	for id := range logits {
		h := splitMix64(uint64(step)<<32 + uint64(id) + 1)
		logits[id] = float32(h&127)/16 - 8
		if h>>60 == 0 && h>>58&3 == 0 {
			logits[id] += float32(h>>32&63) / 16
		}
	}
	return logits
}

// These ids may never change: a reply stored with its seed can then be had
// again. If a change to this package alters them, the change is wrong.
func TestSeededDrawsStayWhatTheyAre(t *testing.T) {
	mirostat := func(version int) Settings {
		return only(func(s *Settings) { s.Mirostat, s.MirostatTau = version, 4 })
	}
	typical := only(func(s *Settings) {
		s.TypicalP, s.TopNSigma, s.DynamicRange, s.DynamicExponent = 0.7, 3, 0.4, 1.3
	})
	tests := []struct {
		name     string
		settings Settings
		want     []int32
	}{
		{"neutral", Neutral(),
			[]int32{360, 126, 326, 67, 155, 736, 202, 47, 673, 542, 118, 719, 599, 933, 6, 759}},
		{"llama.cpp", llamaCpp(),
			[]int32{563, 222, 375, 613, 155, 686, 202, 329, 673, 535, 83, 576, 470, 933, 283, 672}},
		{"transformers", transformers(),
			[]int32{563, 281, 430, 176, 155, 686, 202, 329, 673, 535, 100, 595, 405, 933, 93, 489}},
		{"precise", precise(),
			[]int32{563, 540, 782, 613, 155, 686, 202, 329, 673, 323, 378, 474, 405, 286, 283, 83}},
		{"creative", creative(),
			[]int32{134, 49, 800, 61, 495, 686, 899, 431, 353, 652, 989, 43, 112, 272, 271, 425}},
		{"typical, top-nσ, dynamic temperature", typical,
			[]int32{312, 115, 301, 62, 134, 776, 261, 30, 714, 529, 125, 716, 599, 955, 5, 779}},
		{"mirostat 1", mirostat(1),
			[]int32{520, 184, 375, 145, 155, 686, 202, 329, 673, 533, 100, 716, 470, 933, 5, 698}},
		{"mirostat 2", mirostat(2),
			[]int32{447, 191, 381, 183, 155, 686, 202, 71, 673, 535, 104, 700, 405, 933, 5, 698}},
	}
	for _, tt := range tests {
		tt.settings.Seed = 42
		if got := reply(t, tt.settings); !slices.Equal(got, tt.want) {
			t.Errorf("%s: drew %#v, want %#v", tt.name, got, tt.want)
		}
	}
}

// reply draws sixteen tokens.
func reply(t *testing.T, s Settings) []int32 {
	m := newSampler(t, s, nil)
	var ids []int32
	for step := range 16 {
		id, err := m.Sample(exactLogits(step))
		if err != nil {
			t.Fatal(err)
		}
		m.Accept(id)
		ids = append(ids, id)
	}
	return ids
}
