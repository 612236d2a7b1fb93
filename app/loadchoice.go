package app

import (
	"fmt"

	"beyonder/engine"
)

// LoadChoice is how one model is to be loaded where that differs from the
// settings. The zero value of a field: as the settings say, or as the engine
// chooses.
type LoadChoice struct {
	Context      int    `json:"context,omitempty"`    // tokens
	KV           string `json:"kv,omitempty"`         // "f16", "f32" or "q8_0"
	GPULayers    int    `json:"gpu_layers,omitempty"` // so many of the last ones; 0: as many as fit; NoLayers: none
	ExpertsOnCPU bool   `json:"experts_on_cpu,omitempty"`
	Threads      int    `json:"threads,omitempty"`
}

// NoLayers is the LoadChoice.GPULayers that leaves the graphics card alone.
const NoLayers = -1

// apply puts the choice into options made of the settings.
func (c LoadChoice) apply(o *engine.LoadOptions) {
	if c.Context > 0 {
		o.Context = c.Context
	}
	if c.KV != "" {
		o.KV = c.KV
	}
	if c.Threads > 0 {
		o.Threads = c.Threads
	}
	o.GPULayers, o.ExpertsOnCPU = max(0, c.GPULayers), c.ExpertsOnCPU
	if c.GPULayers == NoLayers {
		o.Device = "cpu"
	}
}

// Options are those of the engine for a choice alone, without settings; context
// in tokens goes before the choice's, 0: it does not.
func (c LoadChoice) Options(context int) engine.LoadOptions {
	var o engine.LoadOptions
	c.apply(&o)
	if context != 0 {
		o.Context = context
	}
	return o
}

// LoadChoice is how a model is to be loaded; key is its path.
func (s *Shelf) LoadChoice(key string) LoadChoice {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.Load[key]
}

// SetLoadChoice remembers it; the zero value forgets what was.
func (s *Shelf) SetLoadChoice(key string, c LoadChoice) error {
	if s.LoadChoice(key) == c {
		return nil
	}
	return s.change(func(f *shelfFile) {
		if f.Load == nil {
			f.Load = map[string]LoadChoice{}
		}
		f.Load[key] = c
		if c == (LoadChoice{}) {
			delete(f.Load, key)
		}
	})
}

// LoadChoice is how a model is loaded where that differs from the settings.
func (a *App) LoadChoice(path string) LoadChoice { return a.shelf.LoadChoice(a.keyOf(path)) }

// SetLoadChoice changes that, from the next loading on; it says so if a value is
// out of range.
func (a *App) SetLoadChoice(path string, c LoadChoice) error {
	if c.Context < 0 || c.Threads < 0 || c.GPULayers < NoLayers {
		return fmt.Errorf("context, threads and layers cannot be negative")
	}
	return a.shelf.SetLoadChoice(a.keyOf(path), c)
}

// Need reckons what loading a model with a choice would take, and how that fits
// into the memory there is. What the loaded model's cache takes is counted as
// free: it goes before another comes.
func (a *App) Need(o engine.Outline, path string, c LoadChoice) (engine.Need, engine.Memory, error) {
	m := a.shelf.Memory()
	if info, ok := a.engine.Info(); ok && m.Free > 0 {
		m.Free = min(m.Free+info.CacheBytes, max(m.Total, m.Free))
	}
	l := a.settingsOptions(path)
	c.apply(&l)
	n, err := o.Need(l, m)
	return n, m, err
}

// Memory is what there is for a model now.
func (a *App) Memory() engine.Memory { return a.shelf.Memory() }

// Outdated reports whether the loaded model was loaded with other options than
// those that hold now; the next message loads it again.
func (a *App) Outdated() bool {
	_, _, yes := a.outdated()
	return yes
}
