package engine

import (
	"slices"
	"strconv"
	"strings"

	"beyonder/engine/sample"
)

// suggestions are the keys general.sampling.* of a model file, which llama.cpp made
// known: what the model's authors suggest. A folder has them from its
// generation_config.json.
var suggestions = map[string]func(s *sample.Settings, v float64){
	"temp":            func(s *sample.Settings, v float64) { s.Temperature = v },
	"top_k":           func(s *sample.Settings, v float64) { s.TopK = max(0, int(v)) }, // below 0 means off
	"top_p":           func(s *sample.Settings, v float64) { s.TopP = v },
	"min_p":           func(s *sample.Settings, v float64) { s.MinP = v },
	"xtc_probability": func(s *sample.Settings, v float64) { s.XTCProbability = v },
	"xtc_threshold":   func(s *sample.Settings, v float64) { s.XTCThreshold = v },
	"penalty_last_n":  func(s *sample.Settings, v float64) { s.PenaltyWindow = int(v) },
	"penalty_repeat":  func(s *sample.Settings, v float64) { s.RepeatPenalty = v },
	"mirostat":        func(s *sample.Settings, v float64) { s.Mirostat = int(v) },
	"mirostat_tau":    func(s *sample.Settings, v float64) { s.MirostatTau = v },
	"mirostat_eta":    func(s *sample.Settings, v float64) { s.MirostatEta = v },
}

// suggested is the sampling that a file suggests, over llama.cpp's defaults as
// llama.cpp takes it; nil if it suggests nothing, or what cannot be.
func suggested(f container) *sample.Settings {
	s := sample.Presets()[0].Settings
	found := false
	for _, key := range f.Keys() {
		name, ok := strings.CutPrefix(key, "general.sampling.")
		if !ok {
			continue
		}
		value, _ := f.Value(key)
		if set, number := suggestions[name], 0.0; set != nil {
			if number, ok = numberOf(value); ok {
				set(&s, number)
				found = true
			}
		} else if order := orderOf(value); name == "sequence" && order != nil {
			s.Order = order
			found = true
		}
	}
	if !found || s.Validate() != nil {
		return nil
	}
	return &s
}

// numberOf is the value of a number of any type. A float32 is read as the shortest
// number that it stands for: 0.6, not 0.60000002.
func numberOf(value any) (float64, bool) {
	switch v := value.(type) {
	case float32:
		short, err := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
		return short, err == nil && v == v
	case float64:
		return v, v == v
	case uint8:
		return float64(v), true
	case int8:
		return float64(v), true
	case uint16:
		return float64(v), true
	case int16:
		return float64(v), true
	case uint32:
		return float64(v), true
	case int32:
		return float64(v), true
	case uint64:
		return float64(v), true
	case int64:
		return float64(v), true
	}
	return 0, false
}

// orderOf reads llama.cpp's names of samplers, with semicolons between them; nil if
// they are not all known. Token bias, which llama.cpp always applies first, is not
// among them.
func orderOf(value any) []string {
	text, _ := value.(string)
	order := []string{"logit_bias"}
	for _, name := range strings.Split(text, ";") {
		if name == "typ_p" {
			name = "typical_p"
		}
		if !slices.Contains(sample.DefaultOrder(), name) || slices.Contains(order, name) {
			return nil
		}
		order = append(order, name)
	}
	return order
}
