package hf

import (
	"encoding/json"
	"math"
)

// samplingKeys are GGUF's keys for the sampling that a model's authors suggest, and
// the names that generation_config.json has for them, as llama.cpp's converter has
// paired them. Whole ones are counts.
var samplingKeys = []struct {
	gguf, hf string
	whole    bool
}{
	{"temp", "temperature", false},
	{"top_k", "top_k", true},
	{"top_p", "top_p", false},
	{"min_p", "min_p", false},
	{"penalty_repeat", "repetition_penalty", false},
}

// suggest tells what generation_config.json suggests. It is advice: a value that is
// no number is left out, whatever it is.
func (m *metadata) suggest(files *files) {
	o, err := files.object("generation_config.json")
	if err != nil || o == nil {
		return
	}
	var draws *bool
	if json.Unmarshal(o.raw("do_sample"), &draws) == nil && draws != nil && !*draws {
		m.set("general.sampling.temp", float32(0)) // always the likeliest token
		return
	}
	for _, k := range samplingKeys {
		var x float64
		if v := o.raw(k.hf); v == nil || json.Unmarshal(v, &x) != nil || math.Abs(x) > 1e6 {
			continue
		}
		if k.whole {
			m.set("general.sampling."+k.gguf, int32(x))
		} else {
			m.set("general.sampling."+k.gguf, float32(x))
		}
	}
}
