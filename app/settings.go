package app

import (
	"beyonder/engine"
	"beyonder/engine/sample"
)

// Settings is everything the user can set. They are kept as they are set.
type Settings struct {
	Theme         string               `json:"theme"` // "system", "light", "dark"
	Scale         float32              `json:"scale"` // 1: as the system has it
	Sampling      sample.Settings      `json:"sampling"`
	Preset        string               `json:"preset"`  // name of the preset Sampling came from, "" when changed by hand
	Context       int                  `json:"context"` // tokens; 0: automatic
	KV            string               `json:"kv"`      // "", "f16", "f32"
	Policy        engine.ContextPolicy `json:"policy"`
	Template      string               `json:"template"` // a preset's name, "": the file's own
	Threads       int                  `json:"threads"`  // 0: one per core
	SidebarHidden bool                 `json:"sidebar_hidden"`
	PanelOpen     string               `json:"panel_open"` // "", "settings"
	Window        WindowSize           `json:"window"`
}

// WindowSize is the window's size when it was last closed, in device-independent
// pixels; zero: never shown.
type WindowSize struct {
	Width  float32 `json:"width"`
	Height float32 `json:"height"`
}

// Settings returns the present settings.
func (a *App) Settings() Settings { return Settings{} }

// SetSettings keeps s. Changes apply to the next reply.
func (a *App) SetSettings(s Settings) error { return errUnwritten }
