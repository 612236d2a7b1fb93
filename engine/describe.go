package engine

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"beyonder/engine/model"
	"beyonder/engine/prompt"
)

// DefaultContext is the window in tokens where neither the user nor the model
// asks for less.
const DefaultContext = 8192

// context is the window in tokens that a model is loaded with.
func (o LoadOptions) context(c model.Config) int {
	if o.Context > 0 {
		return o.Context
	}
	return min(c.Context, DefaultContext)
}

// describe fills in what the file says of itself.
func describe(f container, c model.Config, o LoadOptions) Info {
	i := Info{
		Path: o.Path, Hash: f.Fingerprint(), Architecture: c.Architecture,
		Quantization: quantization(f),
		Layers:       c.Layers, Experts: c.Experts, ExpertsUsed: c.Used,
		Vocabulary: c.Vocabulary, TrainedContext: c.Context,
		Context: o.context(c),
	}
	name, _, _ := f.String("general.name")
	if i.Name = title(name, 100); i.Name == "" {
		i.Name = strings.TrimSuffix(filepath.Base(o.Path), ".gguf")
	}
	if i.Context > c.Context {
		i.Warnings = append(i.Warnings, fmt.Sprintf("the window of %d tokens is larger than the %d the model was trained on", i.Context, c.Context))
	}
	i.ExpertNames, i.ExpertPrompts = expertTexts(f, "beyonder.expert.names", c.Experts), expertTexts(f, "beyonder.expert.prompts", c.Experts)
	i.Sampling = suggested(f)
	i.Parameters, i.ActiveParameters, i.FileBytes = count(f, c)
	return i
}

// expertTexts are the texts that a mixture's file has for its experts, one for
// each; nil if it has none, or another number of them.
func expertTexts(f container, key string, experts int) []string {
	texts, ok, err := f.Strings(key)
	if err != nil || !ok || experts == 0 || len(texts) != experts {
		return nil
	}
	lines := make([]string, len(texts))
	for i, t := range texts {
		lines[i] = title(t, 500)
	}
	return lines
}

// title is a header's text fit to be shown: one line of at most so many
// characters, none of which commands a terminal.
func title(name string, most int) string {
	name = strings.Join(strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == ' ' }), " ")
	if r := []rune(name); len(r) > most {
		return string(r[:most]) + "…"
	}
	return name
}

// count adds up weights, those at work for one token, and bytes. The embeddings
// are looked up, not multiplied, unless they are the output matrix as well.
func count(f container, c model.Config) (all, active uint64, bytes int64) {
	tied := !slices.ContainsFunc(f.table(), func(t TensorReport) bool { return t.Name == "output.weight" })
	for _, t := range f.table() {
		n := t.elems()
		all += n
		bytes += int64(t.Bytes)
		switch {
		case isExpert(t.Name):
			active += n * uint64(c.Used) / uint64(max(1, c.Experts))
		case t.Name != "token_embd.weight" || tied:
			active += n
		}
	}
	return all, active, bytes
}

// isExpert tells tensors of which only the chosen experts' part is used, in
// both layouts: blk.0.ffn_up_exps.weight and blk.0.ffn_up.3.weight.
func isExpert(name string) bool {
	if strings.Contains(name, "_exps.") {
		return true
	}
	parts := strings.Split(name, ".")
	return len(parts) == 5 && strings.HasPrefix(parts[2], "ffn_")
}

// template chooses how a conversation is written for the model: the preset the
// user names, the file's own, the preset that its text resembles, or one that
// fits the vocabulary. Anything but the first two is told as a warning.
func (m *loaded) template(preset string) (*prompt.Template, error) {
	if preset != "" {
		t, ok := prompt.Preset(preset)
		if !ok {
			return nil, fmt.Errorf("there is no prompt template %q; the presets are %s", preset, strings.Join(prompt.Presets(), ", "))
		}
		m.info.Template = preset
		return t, nil
	}
	text, ok, err := m.file.String("tokenizer.chat_template")
	if err != nil {
		return nil, err
	}
	if !ok || strings.TrimSpace(text) == "" {
		return m.guess("the file has no chat template")
	}
	t, err := prompt.Parse(filepath.Base(m.info.Path), text)
	if err == nil {
		m.info.Template = "the file's own"
		return t, nil
	}
	if name, ok := prompt.Detect(text); ok {
		t, _ := prompt.Preset(name)
		m.fallback(name, fmt.Sprintf(unusable, err))
		return t, nil
	}
	return m.guess(fmt.Sprintf(unusable, err))
}

// InSettings ends the warning that another template is used than the file's. Who
// has no settings but a flag puts that in its place.
const InSettings = "another can be chosen in the settings"

const unusable = "the file's chat template cannot be used (%v)"

func (m *loaded) fallback(name, why string) {
	m.info.Template = name
	m.info.Warnings = append(m.info.Warnings, fmt.Sprintf("%s; %s is used instead, %s", why, name, InSettings))
}

// guess looks for the end-of-turn tokens that only one family has.
func (m *loaded) guess(why string) (*prompt.Template, error) {
	name := "mistral"
	for _, g := range []struct{ token, preset string }{
		{"<|im_start|>", "chatml"}, {"<|start_header_id|>", "llama3"}, {"<start_of_turn>", "gemma"},
		{"<|end_of_turn|>", "openchat"}, {"<|assistant|>", "zephyr"},
	} {
		if _, ok := m.tok.ID(g.token); ok {
			name = g.preset
			break
		}
	}
	t, ok := prompt.Preset(name)
	if !ok {
		return nil, fmt.Errorf("the prompt template %q is not among the presets", name)
	}
	m.fallback(name, why)
	return t, nil
}

// quantization names the mixture of types in a file, as file names do: "Q4_K_M".
func quantization(f container) string {
	v, ok, err := f.Uint("general.file_type")
	if err == nil && ok {
		if name, known := fileTypes[v&^1024]; known {
			return name
		}
	}
	return commonest(f)
}

// commonest is the type that most bytes of the file have.
func commonest(f container) string {
	bytes := map[string]int{}
	best := ""
	for _, t := range f.table() {
		bytes[t.Type] += t.Bytes
		if best == "" || bytes[t.Type] > bytes[best] {
			best = t.Type
		}
	}
	return best
}

// fileTypes are the values of general.file_type.
var fileTypes = map[uint64]string{
	0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1",
	10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M",
	16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S",
	22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M",
	28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16",
	36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4_MOE",
}
