package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"beyonder/engine/merge"
)

// Mixture is a mixture of experts to be made from models of the same shape.
type Mixture struct {
	Base    string // path of a GGUF file or a folder: supplies all but the experts' own layers
	Experts []MixtureExpert
	Used    int    // experts for each token
	Out     string // path of the GGUF file to write
	Replace bool   // what is there under that path
}

// ThereError says that a file of the mixture's name is there, and is not to be
// replaced.
type ThereError struct{ Path string }

func (e *ThereError) Error() string {
	return fmt.Sprintf("%s is in the models folder already: choose another name, or replace it", filepath.Base(e.Path))
}

// MixtureExpert is one expert of it.
type MixtureExpert struct {
	Path    string // of a GGUF file or a folder
	Name    string // "": as its file is called
	Prompts []string
}

// MixtureStep is how far a mixture has come. Exactly one of the last three fields
// is set with the last step, or when there is something to know.
type MixtureStep struct {
	Stage string // what is being done, for people
	Done  int64
	Total int64 // in the unit of Done
	Left  time.Duration

	Notice    string            // something that its maker should know
	Sentences []MixtureSentence // of a preview: where each sentence would go
}

// MixtureSentence is where a sentence would go.
type MixtureSentence = merge.Sentence

// check says in a sentence what is missing.
func (m *Mixture) check(writing bool) error {
	switch {
	case m.Base == "":
		return errors.New("choose the base model first: everything but the experts' own layers comes from it")
	case len(m.Experts) < 2:
		return errors.New("a mixture needs at least two experts: add another model")
	case m.Used < 1 || m.Used > len(m.Experts):
		return fmt.Errorf("%d experts per token are not possible: there are %d", m.Used, len(m.Experts))
	case writing && strings.TrimSpace(m.Out) == "":
		return errors.New("give the mixture a name, so that it can be written")
	}
	for i, e := range m.Experts {
		if e.Path == "" {
			return fmt.Errorf("choose a model for expert %d", i+1)
		}
		if len(e.prompts()) == 0 {
			return fmt.Errorf("write at least one prompt for expert %d (%s): it tells the router what the expert is for", i+1, filepath.Base(e.Path))
		}
	}
	if _, err := os.Lstat(m.Out); writing && err == nil && !m.Replace {
		return &ThereError{m.Out}
	}
	return nil
}

func (e *MixtureExpert) prompts() (kept []string) {
	for _, p := range e.Prompts {
		if p = strings.TrimSpace(p); p != "" {
			kept = append(kept, p)
		}
	}
	return kept
}

// recipe is the configuration for merge. JSON is YAML.
func (m *Mixture) recipe() ([]byte, error) {
	type expert struct {
		Source  string   `json:"source_model"`
		Prompts []string `json:"positive_prompts"`
	}
	r := struct {
		Base    string   `json:"base_model"`
		Mode    string   `json:"gate_mode"`
		Used    int      `json:"experts_per_token"`
		Experts []expert `json:"experts"`
	}{Base: m.Base, Mode: "hidden", Used: m.Used}
	for _, e := range m.Experts {
		r.Experts = append(r.Experts, expert{e.Path, e.prompts()})
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(r)
	return []byte(b.String()), err
}

// names are those of the experts that were given one; nil: none was.
func (m *Mixture) names() (names []string) {
	given := false
	for _, e := range m.Experts {
		name := plain(e.Name)
		given = given || name != ""
		if name == "" {
			name = modelName(e.Path)
		}
		names = append(names, name)
	}
	if !given {
		return nil
	}
	return names
}

// PreviewMixture tells which experts the router would send each sentence to. The
// last step has Sentences.
func (a *App) PreviewMixture(ctx context.Context, m Mixture, sentences []string) iter.Seq2[MixtureStep, error] {
	return m.run(false, func(o merge.Options) iter.Seq2[merge.Progress, error] { return merge.Preview(ctx, o, sentences) })
}

// MakeMixture writes the mixture. Stopped by break or by ctx, nothing is left of it.
func (a *App) MakeMixture(ctx context.Context, m Mixture) iter.Seq2[MixtureStep, error] {
	return func(yield func(MixtureStep, error) bool) {
		m.run(true, func(o merge.Options) iter.Seq2[merge.Progress, error] { return merge.Merge(ctx, o) })(yield)
		a.LookForModels(modelsWait)
	}
}

func (m *Mixture) run(writing bool, do func(merge.Options) iter.Seq2[merge.Progress, error]) iter.Seq2[MixtureStep, error] {
	return func(yield func(MixtureStep, error) bool) {
		recipe, err := m.recipe()
		if err == nil {
			err = m.check(writing)
		}
		var path string
		if err == nil {
			path, err = temporary(recipe)
			defer os.Remove(path)
		}
		if err != nil {
			yield(MixtureStep{}, err)
			return
		}
		for p, err := range do(merge.Options{Config: path, Out: m.Out, Experts: m.names()}) {
			step := MixtureStep{Stage: p.Stage, Done: p.Done, Total: p.Total, Left: p.Left, Notice: p.Notice, Sentences: p.Sentences}
			if !yield(step, err) || err != nil {
				return
			}
		}
	}
}

func temporary(recipe []byte) (path string, err error) {
	f, err := os.CreateTemp("", "mixture-*.yml")
	if err != nil {
		return "", fmt.Errorf("the recipe of the mixture cannot be written: %w", err)
	}
	_, err = f.Write(recipe)
	if err = errors.Join(err, f.Close()); err != nil {
		return f.Name(), fmt.Errorf("the recipe of the mixture cannot be written: %w", err)
	}
	return f.Name(), nil
}
