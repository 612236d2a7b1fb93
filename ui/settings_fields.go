package ui

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/engine/sample"
)

// A numberField describes one number among the settings: how it is called, what it does, between which values it lies and which one means off.
type numberField struct {
	name    string
	explain string
	unit    string // written after the number
	low     float64
	high    float64
	slideTo float64 // the slider ends here, 0: at high; the field goes on
	step    float64
	whole   bool

	off     float64 // the value that means off …
	offText string  // … and how that is written; "": no value does
	get     func(*app.Settings) float64
	set     func(*app.Settings, float64)
}

// text writes a value as its field shows it.
func (f numberField) text(v float64) string {
	if f.offText != "" && v == f.off {
		return f.offText
	}
	return decimal(v, -1)
}

// parse reads what was typed into the field.
func (f numberField) parse(text string) (float64, error) {
	text = strings.TrimSpace(text)
	if f.offText != "" && strings.EqualFold(text, f.offText) {
		return f.off, nil
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", "."), 64)
	switch {
	case strings.ContainsAny(text, "xXpP_"): // numbers as Go writes them
		err = strconv.ErrSyntax
	case errors.Is(err, strconv.ErrRange): // infinite: v says on which side
		err = nil
	case v == 0:
		v = 0 // not -0
	}
	if n, err2 := strconv.Atoi(strings.ReplaceAll(text, separator(lang.L("1,000")), "")); err2 == nil && count(n) == text {
		v, err = float64(n), nil // thousands apart, as we write them
	}
	switch {
	case err != nil, v != v:
		return 0, f.refusal(lang.L("Type a number"))
	case f.offText != "" && v == f.off:
		return v, nil
	case v < f.low || v > f.high:
		return 0, f.refusal(fmt.Sprintf(lang.L("Type a number from %[1]s to %[2]s"), f.plain(f.low), f.plain(f.high)))
	case f.whole && v != float64(int64(v)):
		return 0, f.refusal(lang.L("Type a whole number"))
	}
	return v, nil
}

func (f numberField) plain(v float64) string {
	if f.whole {
		return count(int(v))
	}
	return decimal(v, -1)
}

// refusal says what can be typed: what, or the word for off.
func (f numberField) refusal(what string) error {
	if f.offText != "" {
		what = fmt.Sprintf(lang.L("%[1]s or “%[2]s”"), what, f.offText)
	}
	return errors.New(what)
}

// float and int tie a numberField to a field of the sampling settings.
func (f numberField) float(of func(*sample.Settings) *float64) numberField {
	f.get = func(s *app.Settings) float64 { return *of(&s.Sampling) }
	f.set = func(s *app.Settings, v float64) { *of(&s.Sampling) = v }
	return f
}

func (f numberField) int(of func(*sample.Settings) *int) numberField {
	f.whole = true
	f.get = func(s *app.Settings) float64 { return float64(*of(&s.Sampling)) }
	f.set = func(s *app.Settings, v float64) { *of(&s.Sampling) = int(v) }
	return f
}

// frontFields are the settings that most readers ever change.
func frontFields() []numberField {
	type S = sample.Settings
	return []numberField{
		numberField{name: lang.L("Temperature"), explain: lang.L("How freely words are chosen: low is sober and repeatable, high is surprising. 0 always takes the likeliest."),
			high: 5, slideTo: 2, step: 0.05}.float(func(s *S) *float64 { return &s.Temperature }),
		numberField{name: lang.L("Top-p"), explain: lang.L("Keeps the likeliest words that together reach this share of the probability."),
			high: 1, step: 0.01, off: 1, offText: lang.L("Off")}.float(func(s *S) *float64 { return &s.TopP }),
		numberField{name: lang.L("Min-p"), explain: lang.L("Drops words less likely than this share of the likeliest one."),
			high: 1, slideTo: 0.5, step: 0.01, offText: lang.L("Off")}.float(func(s *S) *float64 { return &s.MinP }),
		numberField{name: lang.L("Repeat penalty"), explain: lang.L("Makes words that have just been used less likely."),
			low: 0.5, high: 3, slideTo: 2, step: 0.01, off: 1, offText: lang.L("Off")}.float(func(s *S) *float64 { return &s.RepeatPenalty }),
		seedField(),
		numberField{name: lang.L("Longest reply"), explain: lang.L("The reply ends after this many tokens, even in mid-sentence."), unit: lang.L("tokens"),
			low: 1, high: 1 << 20, slideTo: 4096, step: 64, offText: lang.L("No limit")}.int(func(s *S) *int { return &s.MaxTokens }),
	}
}

// seedField ends where a float64 no longer tells one whole number from the next.
func seedField() numberField {
	return numberField{name: lang.L("Seed"), explain: lang.L("The same seed, settings and conversation give the same reply."),
		whole: true, high: 1<<53 - 1, slideTo: -1, off: -1, offText: lang.L("Random"),
		get: func(s *app.Settings) float64 { return float64(s.Sampling.Seed) },
		set: func(s *app.Settings, v float64) { s.Sampling.Seed = int64(v) }}
}

// nSigmaField shows every value that means off, 0 or less, as one.
func nSigmaField() numberField {
	return numberField{name: lang.L("Top-nσ"), explain: lang.L("Keeps words within this many standard deviations of the best score."),
		high: 10, slideTo: 4, step: 0.1, offText: lang.L("Off"),
		get: func(s *app.Settings) float64 { return max(0, s.Sampling.TopNSigma) },
		set: func(s *app.Settings, v float64) {
			if s.Sampling.TopNSigma = v; v == 0 {
				s.Sampling.TopNSigma = sample.Neutral().TopNSigma
			}
		}}
}

// loadFields take effect when a model is loaded the next time.
func loadFields() []numberField {
	return []numberField{
		{name: lang.L("Context size"), explain: lang.L("How much of a conversation the model sees at once. More takes more memory."), unit: lang.L("tokens"),
			whole: true, low: 256, high: 1 << 21, slideTo: 32768, step: 1024, offText: lang.L("Automatic"),
			get: func(s *app.Settings) float64 { return float64(s.Context) },
			set: func(s *app.Settings, v float64) { s.Context = int(v) }},
		{name: lang.L("Threads"), explain: lang.L("How many processor cores work at once."),
			whole: true, low: 1, high: 1024, slideTo: -1, offText: lang.L("Automatic"),
			get: func(s *app.Settings) float64 { return float64(s.Threads) },
			set: func(s *app.Settings, v float64) { s.Threads = int(v) }},
	}
}

// A fieldGroup is some fields under one heading.
type fieldGroup struct {
	title  string
	fields []numberField
}

// advancedFields are the other samplers.
func advancedFields() []fieldGroup {
	return []fieldGroup{
		{lang.L("Cutting the tail"), cuttingFields()},
		{lang.L("Against repetition"), penaltyFields()},
		{lang.L("DRY: against repeated phrases"), dryFields()},
		{lang.L("Temperature by the model's certainty"), dynamicFields()},
		{lang.L("Mirostat: steady surprise"), mirostatFields()},
	}
}

func cuttingFields() []numberField {
	type S = sample.Settings
	return []numberField{
		numberField{name: lang.L("Top-k"), explain: lang.L("Keeps this many of the likeliest words."),
			high: 1000, slideTo: 200, step: 1, offText: lang.L("Off")}.int(func(s *S) *int { return &s.TopK }),
		numberField{name: lang.L("Typical-p"), explain: lang.L("Keeps the words whose surprise is nearest to the average, up to this share."),
			high: 1, step: 0.01, off: 1, offText: lang.L("Off")}.float(func(s *S) *float64 { return &s.TypicalP }),
		nSigmaField(),
		numberField{name: lang.L("XTC chance"), explain: lang.L("How often the most obvious words are left out, for livelier prose."),
			high: 1, step: 0.05, offText: lang.L("Off")}.float(func(s *S) *float64 { return &s.XTCProbability }),
		numberField{name: lang.L("XTC threshold"), explain: lang.L("A word is obvious if its probability is at least this. Above 0.5, nothing is left out."),
			high: 1, step: 0.01}.float(func(s *S) *float64 { return &s.XTCThreshold }),
	}
}

func penaltyFields() []numberField {
	type S = sample.Settings
	return []numberField{
		numberField{name: lang.L("Frequency penalty"), explain: lang.L("Grows with how often a word has been used."),
			low: -2, high: 2, step: 0.05, offText: lang.L("Off")}.float(func(s *S) *float64 { return &s.FrequencyPenalty }),
		numberField{name: lang.L("Presence penalty"), explain: lang.L("The same for every word that has been used at all."),
			low: -2, high: 2, step: 0.05, offText: lang.L("Off")}.float(func(s *S) *float64 { return &s.PresencePenalty }),
		numberField{name: lang.L("Looks back"), explain: lang.L("How many tokens the penalties look back on; -1 is the whole conversation."), unit: lang.L("tokens"),
			low: -1, high: 1 << 20, slideTo: 1024, step: 16, offText: lang.L("Off")}.int(func(s *S) *int { return &s.PenaltyWindow }),
	}
}

func dryFields() []numberField {
	type S = sample.Settings
	return []numberField{
		numberField{name: lang.L("DRY strength"), explain: lang.L("Punishes words that would go on repeating an earlier phrase."),
			high: 5, slideTo: 2, step: 0.05, offText: lang.L("Off")}.float(func(s *S) *float64 { return &s.DRYMultiplier }),
		numberField{name: lang.L("DRY base"), explain: lang.L("How fast the punishment grows with the phrase's length."),
			low: 1, high: 4, step: 0.05}.float(func(s *S) *float64 { return &s.DRYBase }),
		numberField{name: lang.L("DRY allowed length"), explain: lang.L("Phrases of up to this many tokens may repeat."), unit: lang.L("tokens"),
			low: 1, high: 50, slideTo: 20, step: 1}.int(func(s *S) *int { return &s.DRYAllowedLength }),
		numberField{name: lang.L("DRY looks back"), explain: lang.L("How many tokens it looks back on; -1 is the whole conversation."), unit: lang.L("tokens"),
			low: -1, high: 1 << 20, slideTo: 4096, step: 64, offText: lang.L("Off")}.int(func(s *S) *int { return &s.DRYWindow }),
	}
}

func dynamicFields() []numberField {
	type S = sample.Settings
	return []numberField{
		numberField{name: lang.L("Dynamic range"), explain: lang.L("The temperature may go this far up and down as the model is unsure or sure."),
			high: 5, slideTo: 2, step: 0.05, offText: lang.L("Off")}.float(func(s *S) *float64 { return &s.DynamicRange }),
		numberField{name: lang.L("Dynamic exponent"), explain: lang.L("Bends how certainty turns into temperature; 1 is straight."),
			low: 0.1, high: 10, slideTo: 3, step: 0.1}.float(func(s *S) *float64 { return &s.DynamicExponent }),
	}
}

func mirostatFields() []numberField {
	type S = sample.Settings
	return []numberField{
		numberField{name: lang.L("Mirostat version"), explain: lang.L("1 or 2. It takes the place of every sampler but bias and temperature."),
			high: 2, step: 1, offText: lang.L("Off")}.int(func(s *S) *int { return &s.Mirostat }),
		numberField{name: lang.L("Mirostat target"), explain: lang.L("How surprising the text should be (tau), in bits."),
			high: 20, slideTo: 10, step: 0.1}.float(func(s *S) *float64 { return &s.MirostatTau }),
		numberField{name: lang.L("Mirostat rate"), explain: lang.L("How fast it steers towards the target (eta)."),
			high: 1, step: 0.01}.float(func(s *S) *float64 { return &s.MirostatEta }),
	}
}
