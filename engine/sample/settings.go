package sample

// Settings says how the next token is drawn from the logits. The zero value of
// a field is not always its neutral value: start from Neutral or a preset.
// Every neutral value means that the sampler is off.
type Settings struct {
	Seed int64 `json:"seed"` // -1: a new one for each reply

	Order []string `json:"order,omitempty"` // names of samplers, first to last; those not named do not run; empty: DefaultOrder

	Temperature     float64 `json:"temperature"`      // 0: always the likeliest token
	DynamicRange    float64 `json:"dynamic_range"`    // the temperature varies by this much either way; 0: off
	DynamicExponent float64 `json:"dynamic_exponent"` // how it follows the entropy; 1: in proportion

	TopK      int     `json:"top_k"`       // 0: off
	TopP      float64 `json:"top_p"`       // 1: off
	MinP      float64 `json:"min_p"`       // 0: off
	TypicalP  float64 `json:"typical_p"`   // 1: off
	TopNSigma float64 `json:"top_n_sigma"` // -1: off

	XTCProbability float64 `json:"xtc_probability"` // 0: off
	XTCThreshold   float64 `json:"xtc_threshold"`   // above 0.5: off

	RepeatPenalty    float64 `json:"repeat_penalty"`    // 1: off
	FrequencyPenalty float64 `json:"frequency_penalty"` // 0: off
	PresencePenalty  float64 `json:"presence_penalty"`  // 0: off
	PenaltyWindow    int     `json:"penalty_window"`    // tokens looked back on; 0: off, -1: all

	DRYMultiplier    float64  `json:"dry_multiplier"`         // the penalty of the shortest repetition; 0: off
	DRYBase          float64  `json:"dry_base"`               // what each further token multiplies it by
	DRYAllowedLength int      `json:"dry_allowed_length"`     // tokens of the shortest repetition
	DRYWindow        int      `json:"dry_window"`             // tokens looked back on; -1: all, 0: off
	DRYBreakers      []string `json:"dry_breakers,omitempty"` // texts that no repetition reaches across

	// Mirostat runs in place of everything but bias and temperature.
	Mirostat    int     `json:"mirostat"`     // 0: off, 1 or 2
	MirostatTau float64 `json:"mirostat_tau"` // the mean surprise aimed at, bits
	MirostatEta float64 `json:"mirostat_eta"` // the share of an error that is corrected at each token

	// LogitBias is added to the logits of the tokens with these ids.
	LogitBias map[int32]float64 `json:"logit_bias,omitempty"`

	// All below are kept by the engine's reply loop, not by Sampler.

	Banned    []string `json:"banned,omitempty"` // texts that must not appear in the reply
	MaxTokens int      `json:"max_tokens"`       // of the reply; 0: until the context is full
	Stop      []string `json:"stop,omitempty"`   // texts that end the reply

	Format  Format `json:"reply_format,omitempty"` // the form that the reply must have
	Schema  string `json:"json_schema,omitempty"`  // with Format JSONSchema; kept with others
	Grammar string `json:"grammar,omitempty"`      // GBNF, with Format GBNF; kept with others
}

// Format is a form that a reply must have. A Constraint sees to it.
type Format string

const (
	FreeText   Format = ""
	JSON       Format = "json"    // a JSON object or array
	JSONSchema Format = "schema"  // JSON that fits Settings.Schema
	GBNF       Format = "grammar" // text that fits Settings.Grammar
)

// Applied returns s without the schema or the grammar that its format leaves aside.
func (s Settings) Applied() Settings {
	if s.Format != JSONSchema {
		s.Schema = ""
	}
	if s.Format != GBNF {
		s.Grammar = ""
	}
	return s
}

// WithFormatOf returns s with the format of t: how tokens are drawn and what the
// reply is for are chosen apart.
func (s Settings) WithFormatOf(t Settings) Settings {
	s.Format, s.Schema, s.Grammar = t.Format, t.Schema, t.Grammar
	return s
}
