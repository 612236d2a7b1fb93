package sample

// Neutral is a plain draw from the model's own distribution: every sampler is
// off. The values that only matter once a sampler is on are llama.cpp's, so
// that turning up one field is enough to use it.
func Neutral() Settings {
	return Settings{
		Seed:        -1,
		Temperature: 1, DynamicExponent: 1,
		TopP: 1, TypicalP: 1, TopNSigma: -1,
		XTCThreshold:  0.1,
		RepeatPenalty: 1, PenaltyWindow: 64,
		DRYBase: 1.75, DRYAllowedLength: 2, DRYWindow: 64,
		DRYBreakers: []string{"\n", ":", "\"", "*"},
		MirostatTau: 5, MirostatEta: 0.1,
	}
}

// Preset is a set of settings with a name.
type Preset struct {
	Name        string
	Description string // one sentence, for people
	Settings    Settings
}

// Presets lists the presets, the default one first.
func Presets() []Preset {
	return []Preset{
		{"llama.cpp", "The defaults of llama.cpp: a good start for any model.", llamaCpp()},
		{"transformers", "The model card's own: temperature before top-k and top-p, at most 256 new tokens.", transformers()},
		{"precise", "Close to the likeliest words: for facts, code and sums.", precise()},
		{"creative", "Wide choice without the obvious words and without loops: for stories and ideas.", creative()},
	}
}

func llamaCpp() Settings {
	s := Neutral()
	s.Temperature, s.TopK, s.TopP, s.MinP = 0.8, 40, 0.95, 0.05
	return s
}

// transformers is what the model card's pipeline call does. Top-p is to see
// the probabilities after the temperature. That the repeat penalty comes after
// it too changes nothing: both multiply, and neither changes a sign.
func transformers() Settings {
	s := Neutral()
	s.Temperature, s.TopK, s.TopP, s.MaxTokens = 0.7, 50, 0.95, 256
	s.Order = []string{"temperature", "logit_bias", "penalties", "dry",
		"top_k", "top_p", "min_p", "typical_p", "top_n_sigma", "xtc"}
	return s
}

func precise() Settings {
	s := Neutral()
	s.Temperature, s.TopK, s.TopP, s.MinP = 0.2, 40, 0.9, 0.1
	return s
}

// creative follows what the authors of XTC, DRY and min-p recommend together.
func creative() Settings {
	s := Neutral()
	s.Temperature, s.MinP = 1.1, 0.02
	s.XTCProbability = 0.5
	s.DRYMultiplier, s.DRYWindow = 0.8, -1
	return s
}
