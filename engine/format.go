package engine

import (
	"fmt"

	"beyonder/engine/grammar"
	"beyonder/engine/sample"
)

// CheckFormat says what is wrong with the schema or the grammar that the settings
// want replies to fit, with its place: a sentence for who wrote it.
func CheckFormat(s sample.Settings) error {
	_, err := formatGrammar(s)
	return err
}

// formatGrammar reads the form that the settings want; nil: any text.
func formatGrammar(s sample.Settings) (*grammar.Grammar, error) {
	switch s.Format {
	case sample.FreeText:
		return nil, nil
	case sample.JSON:
		return grammar.JSON(), nil
	case sample.JSONSchema:
		g, err := grammar.ParseSchema(s.Schema)
		return g, misfit("the JSON schema", err)
	case sample.GBNF:
		g, err := grammar.Parse(s.Grammar)
		return g, misfit("the grammar", err)
	}
	return nil, s.Validate()
}

func misfit(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s cannot be used: %w", what, err)
}

// form begins to follow a reply that must have a form; nil: it need not. opens
// says that a space at its beginning is not shown.
func (m *loaded) form(r Request, opens bool) (*grammar.Matcher, error) {
	s := r.Sampling
	if s.Format == sample.FreeText {
		return nil, nil
	}
	if wanted := (form{s.Format, s.Schema, s.Grammar}); m.grammar == nil || m.grammar.Err() != nil || m.wanted != wanted {
		g, err := formatGrammar(s)
		if err != nil {
			return nil, err
		}
		m.grammar, m.wanted = g, wanted
	}
	if m.pieces == nil {
		m.pieces = grammar.NewVocabulary(m.tok)
	}
	f := grammar.NewMatcher(m.grammar, m.pieces, opens)
	if begun := r.begun(); begun != "" {
		if err := f.Begin(begun); err != nil {
			return nil, fmt.Errorf("%w: change it, or set the reply format to free text", err)
		}
	}
	return f, nil
}

// form is what a grammar was made from.
type form struct {
	format          sample.Format
	schema, grammar string
}

// begun is the reply's text that the model does not write.
func (r *Request) begun() string {
	switch {
	case r.Replay != nil:
		return r.Begun
	case r.Continue && len(r.Messages) > 0:
		return r.Messages[len(r.Messages)-1].Content
	}
	return ""
}

// formEnd is why a reply ends that nothing can be added to.
func (w *writer) formEnd() StopReason {
	if w.form.Complete() {
		return StopEnd
	}
	return StopFormat
}
