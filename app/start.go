package app

import (
	"encoding/json"
	"fmt"

	"beyonder/engine"
	"beyonder/engine/sample"
)

// What new conversations begin with: what the user has chosen for the model, or
// else for all; or else what the model's file suggests; or else the default preset.

// Start is what a conversation that is begun now begins with.
func (a *App) Start() Setup {
	info, loaded := a.Model()
	if loaded {
		if s, ok := a.startOf(info.Hash); ok {
			return s
		}
	}
	general := a.generalStart()
	if loaded && info.Sampling != nil && SameSampling(general.Sampling.Settings, sample.Presets()[0].Settings) {
		general.Sampling = Sampling{Preset: modelKey(info.Hash), Settings: cloneSampling(*info.Sampling)}
	}
	return general
}

// generalStart is what is kept in the settings.
func (a *App) generalStart() Setup {
	s := a.Settings()
	return Setup{Sampling: Sampling{Preset: s.Preset, Settings: s.Sampling}, Policy: s.Policy}
}

func startName(hash string) string { return "start/" + hash }

// startOf is what the user has chosen for a model.
func (a *App) startOf(hash string) (s Setup, ok bool) {
	value, err := a.store.Value(startName(hash))
	if err != nil || value == nil || json.Unmarshal(value, &s) != nil || s.validate() != nil {
		return Setup{}, false
	}
	return s, true
}

// StartChosen says whether the user has chosen what conversations with the loaded
// model begin with.
func (a *App) StartChosen() bool {
	info, ok := a.Model()
	if ok {
		_, ok = a.startOf(info.Hash)
	}
	return ok
}

// SetStart chooses what new conversations with the loaded model begin with.
func (a *App) SetStart(s Setup) error {
	info, ok := a.Model()
	if !ok {
		return ErrNoModel
	}
	if err := s.validate(); err != nil {
		return err
	}
	value, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("what conversations begin with cannot be kept: %w", err)
	}
	return a.store.SetValue(startName(info.Hash), value)
}

// ForgetStart takes SetStart back.
func (a *App) ForgetStart() error {
	info, ok := a.Model()
	if !ok {
		return ErrNoModel
	}
	return a.store.SetValue(startName(info.Hash), nil)
}

// SetStartForAll chooses what new conversations begin with, whichever the model,
// but for models that have a choice of their own.
func (a *App) SetStartForAll(s Setup) error {
	now := a.Settings()
	now.Sampling, now.Preset, now.Policy = cloneSampling(s.Sampling.Settings), s.Sampling.Preset, s.Policy
	return a.SetSettings(now)
}

// firstRun is kept once, by the first version whose conversations have settings of
// their own: what was in force in those begun before, and that the built-in
// assistants were added.
type firstRun struct {
	Before *Setup `json:"before"`
	Seeded int    `json:"seeded"` // version of the built-in assistants that were added
}

const firstRunName = "first-run"

// prepareAssistants adds the built-in assistants, once, and remembers what held
// before conversations had settings of their own.
func (a *App) prepareAssistants() {
	var first firstRun
	value, err := a.store.Value(firstRunName)
	if err == nil && value != nil {
		err = json.Unmarshal(value, &first)
	}
	if err != nil || first.Before != nil && first.Before.validate() != nil {
		first = firstRun{Seeded: builtinVersion} // they are not to come back by themselves
	}
	changed := err != nil
	if first.Before == nil {
		now := a.generalStart()
		first.Before, changed = &now, true
	}
	a.mu.Lock()
	a.before = *first.Before
	a.mu.Unlock()
	if first.Seeded < builtinVersion {
		if err := a.seed(); err != nil {
			return // on a full disk: the next time
		}
		first.Seeded, changed = builtinVersion, true
	}
	if changed {
		if value, err := json.Marshal(first); err == nil {
			_ = a.store.SetValue(firstRunName, value)
		}
	}
}

// firstSetup is what held before conversations had settings of their own.
func (a *App) firstSetup() Setup {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.before
	if s.Policy == "" { // the program is still locked
		s = Setup{Sampling: Sampling{Settings: sample.Presets()[0].Settings}, Policy: engine.StopWhenFull}
	}
	s.Sampling = s.Sampling.Clone()
	return s
}
