package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"beyonder/engine/sample"
	"beyonder/store"
)

// Preset is a set of sampling settings with a name.
type Preset struct {
	Key         string // what it is remembered by: a built-in one's name, "#" and the id of the user's, "model:" and a model's hash
	ID          ID     // of the user's; 0: it is built in or a model's
	Name        string
	Description string // a sentence; "" for the user's
	Settings    sample.Settings
}

// Own says whether it is the user's, who may change it.
func (p Preset) Own() bool { return p.ID != 0 }

// OfModel says whether it is what a model's file suggests.
func (p Preset) OfModel() bool { return strings.HasPrefix(p.Key, modelPrefix) }

const (
	ownPrefix   = "#"
	modelPrefix = "model:"
)

func ownKey(id ID) string { return ownPrefix + strconv.FormatUint(uint64(id), 10) }

func modelKey(hash string) string { return modelPrefix + hash }

// Presets returns the built-in presets, what the loaded model's file suggests, and
// the user's own.
func (a *App) Presets() ([]Preset, error) {
	all := builtinPresets()
	if info, ok := a.Model(); ok && info.Sampling != nil {
		all = append(all, suggestedPreset(info.Hash, info.Name, *info.Sampling))
	}
	own, err := a.ownPresets(false)
	return append(all, own...), err
}

func builtinPresets() (all []Preset) {
	for _, p := range sample.Presets() {
		all = append(all, Preset{Key: p.Name, Name: p.Name, Description: p.Description, Settings: p.Settings})
	}
	return all
}

func suggestedPreset(hash, model string, s sample.Settings) Preset {
	return Preset{Key: modelKey(hash), Name: model, Settings: cloneSampling(s)}
}

func (a *App) ownPresets(trashed bool) (all []Preset, err error) {
	items, err := a.store.Items(store.Presets)
	for _, i := range items {
		if i.Trashed.IsZero() == trashed {
			continue
		}
		if p, ok := presetOf(i); ok {
			all = append(all, p)
		}
	}
	return all, err
}

// presetOf is a stored preset; false: its record is damaged.
func presetOf(i store.Item) (Preset, bool) {
	var s Sampling
	if i.Damage != nil || json.Unmarshal(i.Content, &s) != nil || s.Settings.Validate() != nil {
		return Preset{}, false
	}
	return Preset{Key: ownKey(i.ID), ID: i.ID, Name: i.Name, Settings: s.Settings}, true
}

// Preset finds a preset by its key, also one of a model that is not loaded now, and
// one of the user's in the trash; false: it is not there any more.
func (a *App) Preset(key string) (Preset, bool) {
	switch {
	case strings.HasPrefix(key, modelPrefix):
		return a.suggested(strings.TrimPrefix(key, modelPrefix))
	case strings.HasPrefix(key, ownPrefix):
		id, err := strconv.ParseUint(key[len(ownPrefix):], 10, 64)
		if err != nil {
			return Preset{}, false
		}
		i, err := a.store.Item(store.Presets, ID(id))
		if err != nil {
			return Preset{}, false
		}
		return presetOf(i)
	}
	for _, p := range builtinPresets() {
		if p.Key == key {
			return p, true
		}
	}
	return Preset{}, false
}

// suggestion is what a model's file suggests, kept so that it can be told when
// another one is loaded.
type suggestion struct {
	Model    string   `json:"model"`
	Sampling Sampling `json:"sampling"`
}

func suggestionName(hash string) string { return "suggested/" + hash }

func (a *App) suggested(hash string) (Preset, bool) {
	if info, ok := a.Model(); ok && info.Hash == hash && info.Sampling != nil {
		return suggestedPreset(hash, info.Name, *info.Sampling), true
	}
	value, err := a.store.Value(suggestionName(hash))
	var kept suggestion
	if err != nil || value == nil || json.Unmarshal(value, &kept) != nil || kept.Sampling.Settings.Validate() != nil {
		return Preset{}, false
	}
	return suggestedPreset(hash, kept.Model, kept.Sampling.Settings), true
}

// keepSuggestion keeps what the loaded model's file suggests, if that is new.
func (a *App) keepSuggestion() {
	info, ok := a.Model()
	if !ok || info.Sampling == nil {
		return
	}
	value, err := json.Marshal(suggestion{info.Name, Sampling{Settings: *info.Sampling}})
	if err != nil {
		return
	}
	if known, err := a.store.Value(suggestionName(info.Hash)); err != nil || string(known) != string(value) {
		_ = a.store.SetValue(suggestionName(info.Hash), value) // it is in the file, too
	}
}

var (
	errPresetName = errors.New("a preset needs a name")
	errNotOwn     = errors.New("this preset is not one of your own: save it under another name")
)

// NewPreset keeps settings under a name that no other preset has.
func (a *App) NewPreset(name string, s sample.Settings) (Preset, error) {
	name, content, err := a.presetRecord(0, name, s)
	if err != nil {
		return Preset{}, err
	}
	items, err := a.store.AddItems(store.Presets, store.Item{Name: name, Content: content})
	if err != nil {
		return Preset{}, fmt.Errorf("the preset %q cannot be kept: %w", name, err)
	}
	p, _ := presetOf(items[0])
	return p, nil
}

// SetPreset gives one of the user's presets another name and other settings.
// Conversations and assistants that came from it keep what they have.
func (a *App) SetPreset(id ID, name string, s sample.Settings) error {
	if id == 0 {
		return errNotOwn
	}
	name, content, err := a.presetRecord(id, name, s)
	if err != nil {
		return err
	}
	return a.store.SetItem(store.Presets, id, name, content)
}

func (a *App) presetRecord(id ID, name string, s sample.Settings) (string, json.RawMessage, error) {
	if name = plain(name); name == "" {
		return "", nil, errPresetName
	}
	if err := s.Validate(); err != nil {
		return "", nil, err
	}
	all, err := a.Presets()
	if err != nil {
		return "", nil, err
	}
	taken := func(p Preset) bool { return (p.ID != id || id == 0) && !p.OfModel() && strings.EqualFold(p.Name, name) }
	if slices.ContainsFunc(all, taken) {
		return "", nil, fmt.Errorf("there is a preset %q already: choose another name", name)
	}
	content, err := json.Marshal(Sampling{Settings: s})
	return name, content, err
}

// DeletePreset puts one of the user's presets into the trash. What came from it
// keeps its values.
func (a *App) DeletePreset(id ID) error { return a.store.TrashItem(store.Presets, id, time.Now()) }

// RestorePreset takes it out again.
func (a *App) RestorePreset(id ID) error { return a.store.TrashItem(store.Presets, id, time.Time{}) }

// ErasePreset deletes one of the user's presets for good. What came from it keeps its
// values.
func (a *App) ErasePreset(id ID) error { return a.store.DeleteItem(store.Presets, id) }

// TrashedPresets returns the user's presets in the trash.
func (a *App) TrashedPresets() ([]Preset, error) { return a.ownPresets(true) }
