package quantize

import (
	"fmt"
	"strings"

	"beyonder/engine/quant"
)

// Mixture is a way to choose a type for each tensor of a file, known by the name
// that stands in files' names: "Q4_K_M" is mostly Q4_K, with more bits where
// they pay.
type Mixture struct {
	Name string
	Base quant.Type // of most tensors
	id   uint32     // general.file_type
}

// Names of mixtures that rules single out.
const (
	q2K, q2KS                = "Q2_K", "Q2_K_S"
	q3KS, q3KM, q3KL         = "Q3_K_S", "Q3_K_M", "Q3_K_L"
	q4KS, q4KM, q5KM         = "Q4_K_S", "Q4_K_M", "Q5_K_M"
	iq1S, iq1M               = "IQ1_S", "IQ1_M"
	iq2XXS, iq2XS            = "IQ2_XXS", "IQ2_XS"
	iq2S, iq2M               = "IQ2_S", "IQ2_M"
	iq3XXS, iq3XS            = "IQ3_XXS", "IQ3_XS"
	iq3S, iq3M               = "IQ3_S", "IQ3_M"
	iq4NL, iq4XS             = "IQ4_NL", "IQ4_XS"
	q4Zero, q5Zero, mxfp4MoE = "Q4_0", "Q5_0", "MXFP4_MOE"
)

// Mixtures are all that can be made, the smallest first.
func Mixtures() []Mixture {
	all := []Mixture{
		{iq1S, quant.IQ1_S, 24}, {iq1M, quant.IQ1_M, 31}, {"TQ1_0", quant.TQ1_0, 36},
		{iq2XXS, quant.IQ2_XXS, 19}, {"TQ2_0", quant.TQ2_0, 37}, {iq2XS, quant.IQ2_XS, 20},
		{iq2S, quant.IQ2_XS, 28}, {iq2M, quant.IQ2_S, 29}, {q2KS, quant.Q2_K, 21}, {q2K, quant.Q2_K, 10},
		{iq3XXS, quant.IQ3_XXS, 23}, {iq3XS, quant.IQ3_S, 22}, {iq3S, quant.IQ3_S, 26}, {iq3M, quant.IQ3_S, 27},
		{q3KS, quant.Q3_K, 11}, {q3KM, quant.Q3_K, 12}, {q3KL, quant.Q3_K, 13},
		{mxfp4MoE, quant.MXFP4, 38}, {iq4XS, quant.IQ4_XS, 30}, {iq4NL, quant.IQ4_NL, 25},
		{q4Zero, quant.Q4_0, 2}, {q4KS, quant.Q4_K, 14}, {q4KM, quant.Q4_K, 15}, {"Q4_1", quant.Q4_1, 3},
		{q5Zero, quant.Q5_0, 8}, {"Q5_K_S", quant.Q5_K, 16}, {q5KM, quant.Q5_K, 17}, {"Q5_1", quant.Q5_1, 9},
		{"Q6_K", quant.Q6_K, 18}, {"Q8_0", quant.Q8_0, 7},
		{"F16", quant.F16, 1}, {"BF16", quant.BF16, 32}, {"F32", quant.F32, 0},
	}
	encodable := all[:0]
	for _, m := range all {
		if quant.Encodable(m.Base) {
			encodable = append(encodable, m)
		}
	}
	return encodable
}

// MixtureNamed finds a mixture by its name, whose case does not matter. "Q3_K",
// "Q4_K" and "Q5_K" are the ones ending in _M.
func MixtureNamed(name string) (Mixture, error) {
	mixtures := Mixtures()
	names := make([]string, len(mixtures))
	for i, m := range mixtures {
		if strings.EqualFold(m.Name, name) || strings.EqualFold(m.Name, name+"_M") && len(name) == len(q2K) {
			return m, nil
		}
		names[i] = m.Name
	}
	return Mixture{}, fmt.Errorf("no type is called %q; choose one of %s", name, strings.Join(names, ", "))
}

// is reports whether the mixture is one of names.
func (m Mixture) is(names ...string) bool {
	for _, n := range names {
		if m.Name == n {
			return true
		}
	}
	return false
}

// mixes reports whether rules apply: files of a float type, or of the plain
// numbers, have it everywhere.
func (m Mixture) mixes() bool { return m.Base.BlockElems() > 1 }
