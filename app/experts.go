package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"beyonder/engine"
	"beyonder/engine/prompt"
)

// Expert is how one expert of a mixture is shown.
type Expert struct {
	Name   string `json:"name"`
	Colour int    `json:"colour"` // its place in the window's list of colours
}

// ExpertColours is how many colours there are to choose from.
const ExpertColours = 8

// Experts is how the experts of a model are shown: as the user has named them, or
// as its file calls them (names; nil: it does not), or by number.
func (a *App) Experts(hash string, n int, names []string) []Expert {
	experts := make([]Expert, n)
	for i := range experts {
		experts[i] = Expert{Name: fmt.Sprintf("Expert %d", i+1), Colour: i % ExpertColours}
		if i < len(names) && strings.TrimSpace(names[i]) != "" {
			experts[i].Name = names[i]
		}
	}
	var given []Expert
	value, err := a.store.Value(expertsKey(hash))
	if err != nil || value == nil || json.Unmarshal(value, &given) != nil {
		return experts // names that cannot be read are as good as none
	}
	for i := range min(n, len(given)) {
		if name := plain(given[i].Name); name != "" {
			experts[i].Name = name
		}
		if c := given[i].Colour; c >= 0 && c < ExpertColours {
			experts[i].Colour = c
		}
	}
	return experts
}

func expertsKey(hash string) string { return "experts/" + hash }

// SetExperts names the experts of a model; an empty name is the file's again.
func (a *App) SetExperts(hash string, experts []Expert) error {
	value, err := json.Marshal(experts)
	if err != nil {
		return fmt.Errorf("the names of the experts cannot be kept: %w", err)
	}
	return a.store.SetValue(expertsKey(hash), value)
}

// keptMix is the experiment of a conversation, with the model it is for.
type keptMix struct {
	Hash string     `json:"hash"`
	Mix  engine.Mix `json:"mix"`
}

const mixName = "mix"

var errNoMixture = errors.New("no mixture of experts is loaded to try this with")

// Mix is the experiment that holds in a conversation with the loaded model; the
// zero value if there is none.
func (a *App) Mix(id ID) engine.Mix {
	info, ok := a.Model()
	if !ok || id == 0 {
		return engine.Mix{}
	}
	var kept keptMix
	data, err := a.store.Extra(id, 0, mixName)
	if err != nil || data == nil || json.Unmarshal(data, &kept) != nil || kept.Hash != info.Hash {
		return engine.Mix{}
	}
	return kept.Mix
}

// SetMix makes an experiment hold in a conversation from the next reply on, or
// ends it. It is for the loaded model: another one answers without it.
func (a *App) SetMix(id ID, mix engine.Mix) error {
	if mix.IsZero() {
		return a.store.SetExtra(id, 0, mixName, nil)
	}
	info, ok := a.Model()
	if !ok || info.Experts == 0 {
		return errNoMixture
	}
	data, err := json.Marshal(keptMix{Hash: info.Hash, Mix: mix})
	if err != nil {
		return fmt.Errorf("the experiment cannot be kept: %w", err)
	}
	return a.store.SetExtra(id, 0, mixName, data)
}

// mixFor is the experiment that an answer is written with.
func (s *stream) mixFor(info engine.Info) engine.Mix {
	switch {
	case s.mix != nil:
		return *s.mix
	case info.Experts == 0:
		return engine.Mix{}
	}
	return s.app.Mix(s.conversation)
}

// SendWith is Send with an experiment instead of the conversation's.
func (a *App) SendWith(ctx context.Context, id ID, text string, mix engine.Mix) iter.Seq2[Event, error] {
	return a.stream(ctx, id, func(s *stream) error {
		s.mix, s.seed = &mix, -1
		path, err := a.store.Messages(id)
		if err != nil {
			return err
		}
		var parent ID
		if len(path) > 0 {
			parent = path[len(path)-1].ID
		}
		return s.ask(parent, text, "", a.store.Add)
	})
}

// RegenerateWith is Regenerate with an experiment instead of the conversation's,
// and with a seed instead of the settings', -1: theirs.
func (a *App) RegenerateWith(ctx context.Context, id, message ID, mix engine.Mix, seed int64) iter.Seq2[Event, error] {
	return a.stream(ctx, id, func(s *stream) error {
		s.mix, s.seed = &mix, seed
		m, err := a.store.Message(id, message)
		if err != nil {
			return err
		}
		if m.Role == prompt.User {
			return s.answer(m.ID, "")
		}
		return s.answer(m.Parent, "")
	})
}

// MixText says what an experiment does: "without math, code favoured, 1 expert per
// token"; "" for none. experts are their names; those without one are numbered.
func MixText(m engine.Mix, experts []string) string {
	var parts []string
	name := func(e int) string {
		if e < len(experts) {
			return experts[e]
		}
		return fmt.Sprintf("expert %d", e+1)
	}
	for e, off := range m.Off {
		if off {
			parts = append(parts, "without "+name(e))
		}
	}
	for e, bias := range m.Favour {
		switch {
		case e < len(m.Off) && m.Off[e] || bias == 0:
		case bias < 0:
			parts = append(parts, name(e)+" avoided")
		case bias >= Strongly:
			parts = append(parts, name(e)+" strongly favoured")
		default:
			parts = append(parts, name(e)+" favoured")
		}
	}
	switch {
	case m.Used == 1:
		parts = append(parts, "1 expert per token")
	case m.Used > 1:
		parts = append(parts, fmt.Sprintf("%d experts per token", m.Used))
	}
	return strings.Join(parts, ", ")
}

// Strongly is what has to be added to a logit to be called strong: with e^4 = 55
// times the weight an expert wins nearly always.
const Strongly = 4
