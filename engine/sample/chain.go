package sample

// stage is one sampler of the chain.
type stage struct {
	name string
	off  func(Settings) bool // it would change nothing
	run  func(*Sampler)
}

// stages lists the samplers in llama.cpp's order and by its names.
func stages() []stage {
	return []stage{
		{"logit_bias", Settings.biasOff, (*Sampler).bias},
		{"penalties", Settings.penaltiesOff, (*Sampler).penalize},
		{"dry", Settings.dryOff, (*Sampler).penalizeRepeats},
		{"top_n_sigma", func(s Settings) bool { return s.TopNSigma <= 0 }, (*Sampler).topNSigma},
		{"top_k", func(s Settings) bool { return s.TopK == 0 }, (*Sampler).topK},
		{"typical_p", func(s Settings) bool { return s.TypicalP >= 1 }, (*Sampler).typical},
		{"top_p", func(s Settings) bool { return s.TopP >= 1 }, (*Sampler).topP},
		{"min_p", func(s Settings) bool { return s.MinP <= 0 }, (*Sampler).minP},
		{"xtc", Settings.xtcOff, (*Sampler).excludeTop},
		{"temperature", Settings.temperatureOff, (*Sampler).temper},
	}
}

func (s Settings) biasOff() bool { return len(s.LogitBias) == 0 }
func (s Settings) dryOff() bool  { return s.DRYMultiplier == 0 || s.DRYWindow == 0 }
func (s Settings) xtcOff() bool  { return s.XTCProbability <= 0 || s.XTCThreshold > 0.5 }

func (s Settings) penaltiesOff() bool {
	neutral := s.RepeatPenalty == 1 && s.FrequencyPenalty == 0 && s.PresencePenalty == 0
	return neutral || s.PenaltyWindow == 0
}

func (s Settings) temperatureOff() bool { return s.Temperature == 1 && s.DynamicRange == 0 }

// DefaultOrder names every sampler in the order of llama.cpp.
func DefaultOrder() []string {
	var names []string
	for _, st := range stages() {
		names = append(names, st.name)
	}
	return names
}

// order is what runs, first to last. Mirostat chooses how much to cut by
// itself, so it takes the place of everything but the bias and the temperature.
func (s Settings) order() []string {
	switch {
	case s.Mirostat != 0:
		return []string{"logit_bias", "temperature"}
	case len(s.Order) > 0:
		return s.Order
	}
	return DefaultOrder()
}

// Off reports whether the sampler called name (one of DefaultOrder, or
// "mirostat") takes no part: its value is neutral, Order leaves it out, or
// Mirostat runs in its place.
func (s Settings) Off(name string) bool {
	if name == "mirostat" {
		return s.Mirostat == 0
	}
	for _, st := range s.running() {
		if st.name == name {
			return false
		}
	}
	return true
}

// running lists the samplers that are on, first to last.
func (s Settings) running() []stage {
	byName := make(map[string]stage)
	for _, st := range stages() {
		byName[st.name] = st
	}
	var on []stage
	for _, name := range s.order() {
		if st, known := byName[name]; known && !st.off(s) {
			on = append(on, st)
		}
	}
	return on
}

func (s Settings) chain() []func(*Sampler) {
	var chain []func(*Sampler)
	for _, st := range s.running() {
		chain = append(chain, st.run)
	}
	return chain
}

// chooser is the end of the chain: it returns the index of a candidate.
func (s Settings) chooser() func(*Sampler) int {
	switch s.Mirostat {
	case 1:
		return (*Sampler).mirostat1
	case 2:
		return (*Sampler).mirostat2
	}
	return (*Sampler).draw
}
