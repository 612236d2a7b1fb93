package sample

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// BreakerBytes is how long a sequence breaker may be, as in llama.cpp.
const BreakerBytes = 40

// MostBias is how far a logit bias may go up or down.
const MostBias = 1_000_000_000

// Validate returns one error per field that is out of range, joined, or nil.
// Each names the field, its value and what is allowed.
func (s Settings) Validate() error {
	bad := []error{
		atLeast("seed", s.Seed, -1, "-1 for a new one each time"),
		within("temperature", s.Temperature, 0, 100),
		within("dynamic temperature range", s.DynamicRange, 0, 100),
		within("dynamic temperature exponent", s.DynamicExponent, 0, 100),
		atLeast("top-k", s.TopK, 0, "0 for off"),
		within("top-p", s.TopP, 0, 1),
		within("min-p", s.MinP, 0, 1),
		within("typical-p", s.TypicalP, 0, 1),
		within("top-nσ", s.TopNSigma, -1, 100),
		within("XTC probability", s.XTCProbability, 0, 1),
		within("XTC threshold", s.XTCThreshold, 0, 1),
		within("repeat penalty", s.RepeatPenalty, 0.01, 100),
		within("frequency penalty", s.FrequencyPenalty, -100, 100),
		within("presence penalty", s.PresencePenalty, -100, 100),
		atLeast("penalty window", s.PenaltyWindow, -1, "0 for off, -1 for the whole conversation"),
		within("DRY multiplier", s.DRYMultiplier, 0, 100),
		within("DRY base", s.DRYBase, 1, 100),
		atLeast("DRY allowed length", s.DRYAllowedLength, 1, "in tokens"),
		atLeast("DRY window", s.DRYWindow, -1, "0 for off, -1 for the whole conversation"),
		texts("DRY breakers", s.DRYBreakers, BreakerBytes),
		s.validateMirostat(),
		s.validateBias(),
		texts("banned texts", s.Banned, 0),
		atLeast("max tokens", s.MaxTokens, 0, "0 for as many as fit"),
		texts("stop texts", s.Stop, 0),
		s.validateFormat(),
		s.validateOrder(),
	}
	return errors.Join(bad...)
}

// within reports a number outside low..high, or not a number at all.
func within(name string, x, low, high float64) error {
	if x >= low && x <= high {
		return nil
	}
	return fmt.Errorf("%s is %v: it must be from %v to %v", name, x, low, high)
}

func atLeast[T int | int64](name string, x, low T, note string) error {
	if x >= low {
		return nil
	}
	return fmt.Errorf("%s is %d: it must be %d or more (%s)", name, x, low, note)
}

// texts reports an empty text, which would be found everywhere, or one longer
// than limit bytes; a limit of 0 is none.
func texts(name string, all []string, limit int) error {
	for i, t := range all {
		if t == "" {
			return fmt.Errorf("number %d of the %s is empty: remove it", i+1, name)
		}
		if limit > 0 && len(t) > limit {
			return fmt.Errorf("number %d of the %s is %d bytes long: it must be at most %d", i+1, name, len(t), limit)
		}
	}
	return nil
}

func (s Settings) validateMirostat() error {
	var mode error
	if s.Mirostat < 0 || s.Mirostat > 2 {
		mode = fmt.Errorf("mirostat is %d: it must be 0 (off), 1 or 2", s.Mirostat)
	}
	return errors.Join(mode,
		within("mirostat τ", s.MirostatTau, 0, 100),
		within("mirostat η", s.MirostatEta, 0, 10))
}

// validateFormat does not read the schema or the grammar: who edits one is not to
// lose it because it is not finished. The engine reads them.
func (s Settings) validateFormat() error {
	switch s.Format {
	case FreeText, JSON, JSONSchema, GBNF:
		return nil
	}
	return fmt.Errorf("the reply format is %q: it must be %s, %s, %s or nothing", s.Format, JSON, JSONSchema, GBNF)
}

func (s Settings) validateBias() error {
	var bad []error
	for id, b := range s.LogitBias {
		if id < 0 {
			bad = append(bad, fmt.Errorf("logit bias names token id %d: ids are 0 or more", id))
		}
		if err := within(fmt.Sprintf("logit bias of token id %d", id), b, -MostBias, MostBias); err != nil {
			bad = append(bad, err)
		}
	}
	slices.SortFunc(bad, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(bad...)
}

func (s Settings) validateOrder() error {
	var bad []error
	known := DefaultOrder()
	for i, name := range s.Order {
		if !slices.Contains(known, name) {
			bad = append(bad, fmt.Errorf("sampler order names %q: it must be one of %s", name, strings.Join(known, ", ")))
		} else if slices.Contains(s.Order[:i], name) {
			bad = append(bad, fmt.Errorf("sampler order names %q twice: once is enough", name))
		}
	}
	return errors.Join(bad...)
}
