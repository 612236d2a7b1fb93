package app

import (
	"context"
	"iter"
	"time"

	"beyonder/engine"
)

// KnownModel is a model file that was used before or lies in the models folder.
type KnownModel struct {
	Path, Name string
	Bytes      int64
	Used       time.Time // zero: never
	Missing    bool      // the file is not there now
}

// Load loads a model file with the present settings. force loads it even if
// memory will not suffice (*engine.MemoryError says so otherwise).
func (a *App) Load(ctx context.Context, path string, force bool) iter.Seq2[engine.Progress, error] {
	return unwritten[engine.Progress]()
}

// Unload frees the model's memory. The next message loads it again.
func (a *App) Unload() error { return errUnwritten }

// Model describes the loaded model; false: none is.
func (a *App) Model() (engine.Info, bool) { return engine.Info{}, false }

// KnownModels returns the files used before, the last one first, then the other
// *.gguf files of the models folder by name.
func (a *App) KnownModels() ([]KnownModel, error) { return nil, errUnwritten }

// Forget takes a file out of KnownModels; the file stays.
func (a *App) Forget(path string) error { return errUnwritten }

// LastModel is the path of the model that was loaded last, "" if none was.
func (a *App) LastModel() string { return "" }
