package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"beyonder/engine"
	"beyonder/engine/sample"
)

// Settings is everything the user can set.
type Settings struct {
	Theme         string               `json:"theme"`               // "system", "light", "dark"
	Language      string               `json:"language,omitempty"`  // of the window: "de"; "": the system's
	Scale         float32              `json:"scale"`               // of text and widgets; 1: as the system has it
	Sampling      sample.Settings      `json:"sampling"`            // that new conversations begin with
	Preset        string               `json:"preset"`              // Preset.Key that Sampling came from, "": none
	Assistant     ID                   `json:"assistant,omitempty"` // of new conversations, 0: none
	Context       int                  `json:"context"`             // tokens; 0: automatic
	KV            string               `json:"kv"`                  // "": the engine's default, "f16", "f32", "q8_0"
	Policy        engine.ContextPolicy `json:"policy"`              // that new conversations begin with
	Template      string               `json:"template"`            // a preset's name, "": the file's own
	Threads       int                  `json:"threads"`             // 0: one per core
	Alternatives  bool                 `json:"alternatives"`        // keep what else could have been written
	LoadAtStart   bool                 `json:"load_at_start"`
	SidebarHidden bool                 `json:"sidebar_hidden"`
	PanelOpen     string               `json:"panel_open"`     // "", "settings", "experts"
	ColourExperts bool                 `json:"colour_experts"` // replies are coloured by expert
	Window        WindowSize           `json:"window"`
	Keys          map[string]string    `json:"keys,omitempty"`          // chords by command, where they are not the defaults
	NotifyAfter   int                  `json:"notify_after"`            // seconds that a reply takes to be told of to who is at another window; 0: never
	Aloud         bool                 `json:"aloud,omitempty"`         // replies are spoken while they are written
	Tray          bool                 `json:"tray,omitempty"`          // the program's sign stands beside the clock
	Contrast      bool                 `json:"contrast,omitempty"`      // high contrast
	Still         bool                 `json:"still,omitempty"`         // nothing moves by itself
	SidebarWidth  float32              `json:"sidebar_width,omitempty"` // at 100 %; 0: the first width
	PanelWidth    float32              `json:"panel_width,omitempty"`   // likewise
	Recent        []string             `json:"recent,omitempty"`        // commands chosen in the palette, the last one first
}

// WindowSize is the window's size when it was last closed, in device-independent
// pixels; zero: never shown.
type WindowSize struct {
	Width  float32 `json:"width"`
	Height float32 `json:"height"`
}

// DefaultSettings is what a new user starts with.
func DefaultSettings() Settings {
	preset := sample.Presets()[0]
	return Settings{
		Theme: "system", Scale: 1, NotifyAfter: 30,
		Sampling: preset.Settings, Preset: preset.Name,
		Policy: engine.StopWhenFull, LoadAtStart: true, Alternatives: true,
	}
}

// Settings returns the present settings.
func (a *App) Settings() Settings {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.settings.clone()
}

// SetSettings keeps s; it says so if a value is out of range, and changes
// nothing then. Changes apply to the next reply; one of Context, KV, Template or
// Threads makes it load the model anew.
func (a *App) SetSettings(s Settings) error {
	if err := s.validate(); err != nil {
		return err
	}
	value, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("the settings cannot be kept: %w", err)
	}
	a.settling.Lock() // so that of two at once the same is the last here and there
	defer a.settling.Unlock()
	if err := a.store.SetSettings(value); err != nil {
		return fmt.Errorf("the settings cannot be kept: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settings = s.clone()
	return nil
}

// clone shares no memory with s.
func (s Settings) clone() Settings {
	s.Sampling = cloneSampling(s.Sampling)
	s.Keys, s.Recent = maps.Clone(s.Keys), slices.Clone(s.Recent)
	return s
}

func (s *Settings) validate() error {
	switch {
	case !slices.Contains([]string{"system", "light", "dark"}, s.Theme):
		return fmt.Errorf("the theme %q is none of system, light and dark", s.Theme)
	case !(s.Scale >= 0.5 && s.Scale <= 4): // so that NaN is refused too
		return fmt.Errorf("the scale is %g: choose one from 0.5 to 4", s.Scale)
	case s.Context < 0:
		return fmt.Errorf("the context is %d tokens: choose more, or 0 for automatic", s.Context)
	case !slices.Contains([]string{"", "f16", "f32", "q8_0"}, s.KV):
		return fmt.Errorf("the KV cache type %q is none of f16 and f32", s.KV)
	case s.Threads < 0:
		return fmt.Errorf("the number of threads is %d: choose more, or 0 for one per core", s.Threads)
	}
	if err := validPolicy(s.Policy); err != nil {
		return err
	}
	return s.Sampling.Validate()
}

// readSettings reads the settings over the defaults, so that a field that is new
// has its default. Settings that cannot be used are worth a warning, not the
// conversations: the defaults stand in for them.
func (a *App) readSettings() {
	read := DefaultSettings()
	value, err := a.store.Settings()
	if err == nil && value != nil {
		s := read
		s.Sampling.LogitBias = nil // json would add to the map
		if bytes.Contains(value, []byte(`"sampling"`)) {
			s.Sampling.DRYBreakers = nil // an empty list is not written
		}
		if err = json.Unmarshal(value, &s); err == nil {
			if err = s.validate(); err == nil {
				read = s
			}
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settings = read
	if err != nil {
		a.warnings = append(a.warnings, fmt.Sprintf("the settings cannot be read and are the defaults now: %v", err))
	}
}
