package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"beyonder/engine/sample"
)

// CompareReplies lists what two replies of a conversation were not written with
// alike. A message that is no reply has nothing to compare.
func (a *App) CompareReplies(id, was, is ID) ([]Difference, error) {
	first, err := a.store.Message(id, was)
	if err != nil {
		return nil, err
	}
	second, err := a.store.Message(id, is)
	if err != nil {
		return nil, err
	}
	r, s := a.message(first).Reply, a.message(second).Reply
	if r == nil || s == nil {
		return nil, nil
	}
	all := differ(r, s)
	if p, q := a.prompt(id, was), a.prompt(id, is); p != q && p != "" && q != "" {
		all = append(all, Difference{"Prompt", counted(p), counted(q)})
	}
	return all, nil
}

// prompt is what the model was given for a reply, without the first words of it
// that were given; "" if that is not known.
func (a *App) prompt(id, message ID) string {
	t, err := a.Trail(id, message)
	if err != nil {
		return ""
	}
	sent := t.Parts[0].Sent
	if n := len(sent.Parts); sent.Continue && n > 0 && sent.Parts[n-1].Role == assistant {
		return sent.Text[:len(sent.Text)-sent.Parts[n-1].Bytes]
	}
	return sent.Text
}

func counted(prompt string) string { return fmt.Sprintf("%d characters", len([]rune(prompt))) }

func differ(r, s *Reply) (all []Difference) {
	add := func(name, was, is string) {
		if was != is {
			all = append(all, Difference{name, was, is})
		}
	}
	model := func(r *Reply) string {
		if r.Model == "" {
			return "unknown"
		}
		if r.Model == s.Model && r.ModelHash != s.ModelHash {
			return r.Model + " (" + r.ModelHash[:min(8, len(r.ModelHash))] + ")"
		}
		return r.Model
	}
	add("Assistant", r.By.name(), s.By.name())
	add("Model", model(r), model(s))
	add("Device", r.Device, s.Device)
	add("Template", r.Template, s.Template)
	add("KV cache", r.KV, s.KV)
	add("Build", r.Build, s.Build)
	add("Experts", experiment(r), experiment(s))
	add("Changed by you", yes(r.Edited), yes(s.Edited))
	if r.Done.Seed != s.Done.Seed && !r.Edited && !s.Edited {
		add("Seed", fmt.Sprint(r.Done.Seed), fmt.Sprint(s.Done.Seed))
	}
	return append(all, samplingDifferences(r.Done.Sampling, s.Done.Sampling)...)
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// experiment writes the experiment with the experts that a reply was.
func experiment(r *Reply) string {
	if r.Mix.IsZero() {
		return "all"
	}
	return MixText(r.Mix, r.Experts)
}

// samplingDifferences compares field by field, under the names that the settings
// are kept by: whatever is added to them is compared too.
func samplingDifferences(was, is sample.Settings) (all []Difference) {
	was.Seed, is.Seed = 0, 0
	a, b := fields(was), fields(is)
	for _, name := range slices.Sorted(maps.Keys(a)) {
		b[name] = orNone(b[name])
		if a[name] != b[name] {
			all = append(all, Difference{label(name), a[name], b[name]})
		}
		delete(b, name)
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		all = append(all, Difference{label(name), orNone(""), b[name]})
	}
	return all
}

func fields(s sample.Settings) map[string]string {
	values := map[string]json.RawMessage{}
	if data, err := json.Marshal(s); err != nil || json.Unmarshal(data, &values) != nil {
		return map[string]string{}
	}
	texts := make(map[string]string, len(values))
	for name, v := range values {
		texts[name] = orNone(strings.Trim(string(v), `"`))
	}
	return texts
}

func orNone(value string) string {
	if value == "" || value == "null" {
		return "none"
	}
	return value
}

// label makes a name that people read of one that a field is kept by.
func label(name string) string {
	name = strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(name[:1]) + name[1:]
}
