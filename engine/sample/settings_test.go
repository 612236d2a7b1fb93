package sample

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestPresetsAreValidAndSurviveJSON(t *testing.T) {
	names := map[string]bool{}
	for _, p := range append(Presets(), Preset{"neutral", "Everything off.", Neutral()}) {
		if names[p.Name] || p.Description == "" {
			t.Errorf("preset %q: its name is taken or it has no description", p.Name)
		}
		names[p.Name] = true
		if err := p.Settings.Validate(); err != nil {
			t.Errorf("preset %q: %v", p.Name, err)
		}
		text, err := json.Marshal(p.Settings)
		if err != nil {
			t.Fatal(err)
		}
		var back Settings
		if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, p.Settings) {
			t.Errorf("preset %q comes back as %+v (%v)", p.Name, back, err)
		}
	}
	for _, want := range []string{"llama.cpp", "transformers", "precise", "creative"} {
		if !names[want] {
			t.Errorf("there is no preset %q", want)
		}
	}
}

func TestTransformersPresetIsTheModelCards(t *testing.T) {
	s := transformers()
	if s.Temperature != 0.7 || s.TopK != 50 || s.TopP != 0.95 || s.MaxTokens != 256 {
		t.Errorf("temperature %v, top-k %v, top-p %v, max tokens %v", s.Temperature, s.TopK, s.TopP, s.MaxTokens)
	}
	var on []string
	for _, st := range s.running() {
		on = append(on, st.name)
	}
	if want := []string{"temperature", "top_k", "top_p"}; !slices.Equal(on, want) {
		t.Errorf("it runs %v, want %v", on, want)
	}
	order := slices.Sorted(slices.Values(s.Order))
	if want := slices.Sorted(slices.Values(DefaultOrder())); !slices.Equal(order, want) {
		t.Errorf("its order names %v, want every sampler once", s.Order)
	}
}

func TestTheDefaultOrderIsLlamaCpps(t *testing.T) {
	want := "logit_bias penalties dry top_n_sigma top_k typical_p top_p min_p xtc temperature"
	if got := strings.Join(DefaultOrder(), " "); got != want {
		t.Errorf("the order is %q, want %q", got, want)
	}
}

func TestValidateNamesTheField(t *testing.T) {
	tests := []struct {
		set  func(*Settings)
		want []string // one part of each sentence
	}{
		{func(s *Settings) { s.Seed = -2 }, []string{"seed is -2"}},
		{func(s *Settings) { s.Temperature = -0.1 }, []string{"temperature is -0.1: it must be from 0 to 100"}},
		{func(s *Settings) { s.Temperature = math.NaN() }, []string{"temperature is NaN"}},
		{func(s *Settings) { s.Temperature = math.Inf(1) }, []string{"temperature is +Inf"}},
		{func(s *Settings) { s.DynamicRange = -1 }, []string{"dynamic temperature range"}},
		{func(s *Settings) { s.DynamicExponent = -1 }, []string{"dynamic temperature exponent"}},
		{func(s *Settings) { s.TopK = -1 }, []string{"top-k is -1"}},
		{func(s *Settings) { s.TopP = 1.5 }, []string{"top-p is 1.5: it must be from 0 to 1"}},
		{func(s *Settings) { s.MinP = -1 }, []string{"min-p"}},
		{func(s *Settings) { s.TypicalP = 2 }, []string{"typical-p"}},
		{func(s *Settings) { s.TopNSigma = -2 }, []string{"top-nσ"}},
		{func(s *Settings) { s.XTCProbability = 2 }, []string{"XTC probability"}},
		{func(s *Settings) { s.XTCThreshold = 2 }, []string{"XTC threshold"}},
		{func(s *Settings) { s.RepeatPenalty = 0 }, []string{"repeat penalty is 0: it must be from 0.01 to 100"}},
		{func(s *Settings) { s.FrequencyPenalty = 101 }, []string{"frequency penalty"}},
		{func(s *Settings) { s.PresencePenalty = -101 }, []string{"presence penalty"}},
		{func(s *Settings) { s.PenaltyWindow = -2 }, []string{"penalty window"}},
		{func(s *Settings) { s.DRYMultiplier = -1 }, []string{"DRY multiplier"}},
		{func(s *Settings) { s.DRYBase = 0.5 }, []string{"DRY base"}},
		{func(s *Settings) { s.DRYAllowedLength = 0 }, []string{"DRY allowed length"}},
		{func(s *Settings) { s.DRYWindow = -2 }, []string{"DRY window"}},
		{func(s *Settings) { s.DRYBreakers = []string{"a", ""} }, []string{"number 2 of the DRY breakers is empty"}},
		{func(s *Settings) { s.DRYBreakers = []string{strings.Repeat("a", 41)} }, []string{"number 1 of the DRY breakers is 41 bytes long"}},
		{func(s *Settings) { s.Mirostat = 3 }, []string{"mirostat is 3"}},
		{func(s *Settings) { s.MirostatTau, s.MirostatEta = -1, 11 }, []string{"mirostat τ", "mirostat η"}},
		{func(s *Settings) { s.LogitBias = map[int32]float64{-1: 0, 3: math.Inf(-1)} }, []string{"token id -1", "token id 3 is -Inf"}},
		{func(s *Settings) { s.Banned = []string{""} }, []string{"banned texts"}},
		{func(s *Settings) { s.Stop = []string{""} }, []string{"stop texts"}},
		{func(s *Settings) { s.MaxTokens = -1 }, []string{"max tokens"}},
		{func(s *Settings) { s.Order = []string{"top_k", "tfs", "top_k"} }, []string{`order names "tfs"`, `"top_k" twice`}},
		{func(s *Settings) { s.TopP, s.MinP = 2, 2 }, []string{"top-p", "min-p"}},
	}
	for _, tt := range tests {
		s := only(tt.set)
		err := s.Validate()
		if err == nil {
			t.Errorf("%v: nothing is reported", tt.want)
			continue
		}
		sentences := strings.Split(err.Error(), "\n")
		if len(sentences) != len(tt.want) {
			t.Errorf("%v: got %d sentences: %v", tt.want, len(sentences), sentences)
			continue
		}
		for i, want := range tt.want {
			if !strings.Contains(sentences[i], want) {
				t.Errorf("got %q, want something with %q", sentences[i], want)
			}
		}
		if _, err := New(s, noText{}); err == nil {
			t.Errorf("%v: New takes it", tt.want)
		}
	}
}

func TestOff(t *testing.T) {
	tests := []struct {
		name string
		set  func(*Settings)
		on   string
	}{
		{"everything is off in Neutral", func(*Settings) {}, ""},
		{"bias", func(s *Settings) { s.LogitBias = map[int32]float64{1: 1} }, "logit_bias"},
		{"repeat", func(s *Settings) { s.RepeatPenalty = 1.1 }, "penalties"},
		{"frequency", func(s *Settings) { s.FrequencyPenalty = 1 }, "penalties"},
		{"presence", func(s *Settings) { s.PresencePenalty = 1 }, "penalties"},
		{"penalties without a window", func(s *Settings) { s.PresencePenalty, s.PenaltyWindow = 1, 0 }, ""},
		{"dry", func(s *Settings) { s.DRYMultiplier = 1 }, "dry"},
		{"dry without a window", func(s *Settings) { s.DRYMultiplier, s.DRYWindow = 1, 0 }, ""},
		{"top-nσ", func(s *Settings) { s.TopNSigma = 1 }, "top_n_sigma"},
		{"top-nσ 0", func(s *Settings) { s.TopNSigma = 0 }, ""},
		{"top-k", func(s *Settings) { s.TopK = 1 }, "top_k"},
		{"typical", func(s *Settings) { s.TypicalP = 0.9 }, "typical_p"},
		{"top-p", func(s *Settings) { s.TopP = 0.9 }, "top_p"},
		{"min-p", func(s *Settings) { s.MinP = 0.1 }, "min_p"},
		{"xtc", func(s *Settings) { s.XTCProbability = 0.1 }, "xtc"},
		{"xtc above a half", func(s *Settings) { s.XTCProbability, s.XTCThreshold = 0.1, 0.51 }, ""},
		{"temperature", func(s *Settings) { s.Temperature = 0 }, "temperature"},
		{"dynamic temperature", func(s *Settings) { s.DynamicRange = 0.1 }, "temperature"},
		{"left out of the order", func(s *Settings) { s.TopK, s.Order = 1, []string{"top_p"} }, ""},
		{"mirostat takes the place of the cuts", func(s *Settings) { s.TopK, s.Mirostat = 1, 2 }, "mirostat"},
	}
	for _, tt := range tests {
		s := only(tt.set)
		for _, name := range append(DefaultOrder(), "mirostat") {
			if got, want := s.Off(name), name != tt.on; got != want {
				t.Errorf("%s: Off(%q) is %v, want %v", tt.name, name, got, want)
			}
		}
	}
}
