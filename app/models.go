package app

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"beyonder/engine"
	"beyonder/store"
)

// KnownModel is a model file that was used before or lies in the models folder.
type KnownModel struct {
	Path, Name string
	Bytes      int64
	Used       time.Time // zero: never
	Missing    bool      // the file is not there now
	Starter    bool      // the model inside the program
}

// Load loads a model file with the present settings. force loads it even if
// memory will not suffice (*engine.MemoryError says so otherwise). It fails with
// ErrBusy while a reply is being written.
func (a *App) Load(ctx context.Context, path string, force bool) iter.Seq2[engine.Progress, error] {
	return func(yield func(engine.Progress, error) bool) {
		ctx, t, err := a.claim(ctx, 0)
		if err != nil {
			yield(engine.Progress{}, err)
			return
		}
		defer a.release(t)
		for p, err := range a.load(ctx, path, force) {
			if err != nil {
				a.release(t) // so that who sees the error may try again at once
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// load loads a model for who has claimed the engine.
func (a *App) load(ctx context.Context, path string, force bool) iter.Seq2[engine.Progress, error] {
	return func(yield func(engine.Progress, error) bool) {
		path, err := filepath.Abs(path)
		if err != nil {
			yield(engine.Progress{}, fmt.Errorf("the model file %s cannot be found: %w", path, err))
			return
		}
		if a.starter.is(path) {
			if err := a.starter.unpackFor(ctx); err != nil {
				yield(engine.Progress{}, err)
				return
			}
		}
		o := a.loadOptions(path)
		o.Force = force
		for p, err := range a.engine.Load(ctx, o) {
			if err != nil {
				a.traceLost(err)
				if ctx.Err() == nil {
					a.troubles.note("load", err)
					a.LookForModels(0) // it may be gone
				}
				yield(p, err)
				return
			}
			if !yield(p, nil) {
				return
			}
		}
		if err := a.loadedNow(o); err != nil {
			yield(engine.Progress{}, err)
		}
	}
}

// loadOptions is how a file is loaded: by the settings, and what was chosen for it
// alone.
func (a *App) loadOptions(path string) engine.LoadOptions {
	o := a.settingsOptions(path)
	a.LoadChoice(path).apply(&o)
	return o
}

// settingsOptions is how the present settings load a file.
func (a *App) settingsOptions(path string) engine.LoadOptions {
	s := a.Settings()
	return engine.LoadOptions{Path: path, Context: s.Context, KV: s.KV, Threads: s.Threads, Template: s.Template, Cache: filepath.Join(a.dir, "cache")}
}

// prompts is the folder of system prompts as the engine has read them.
func (a *App) prompts() string { return filepath.Join(a.dir, "cache", "prompts") }

// loadedNow notes what is loaded.
func (a *App) loadedNow(o engine.LoadOptions) error {
	info, ok := a.Model()
	if !ok {
		return fmt.Errorf("%s was loaded but the engine has no model: load it again", o.Path)
	}
	a.mu.Lock()
	a.loaded = o
	a.mu.Unlock()
	a.keepSuggestion()
	a.trace("model-loaded", map[string]any{
		"path": info.Path, "name": info.Name, "device": info.Device, "context": info.Context,
		"file_bytes": info.FileBytes, "cache_bytes": info.CacheBytes, "load_seconds": info.LoadSeconds,
	})
	a.troubles.note("model", a.store.SetModel(store.Model{Path: a.keyOf(o.Path), Name: info.Name, Bytes: info.FileBytes, Used: time.Now()}))
	a.LookForModels(modelsWait)
	a.shelf.setCard(info.CardBytes)
	a.shelf.relist(o.Path) // now: a model may be taken off the list at once
	return nil
}

// aside does f on a goroutine of its own, which Close waits for.
func (a *App) aside(f func()) {
	a.copying.Add(1)
	go func() {
		defer a.copying.Done()
		f()
	}()
}

// outdated reports whether the settings have changed since the model was loaded
// so that it must be loaded anew, and what with.
func (a *App) outdated() (path string, force, yes bool) {
	a.mu.Lock()
	had := a.loaded
	a.mu.Unlock()
	want := a.loadOptions(had.Path)
	want.Force = had.Force
	return had.Path, had.Force, had.Path != "" && want != had
}

// Unload frees the model's memory. The next message loads it again.
func (a *App) Unload() error {
	_, t, err := a.claim(context.Background(), 0)
	if err != nil {
		return err
	}
	defer a.release(t)
	return a.engine.Unload()
}

// Model describes the loaded model; false: none is.
func (a *App) Model() (engine.Info, bool) {
	info, ok := a.engine.Info()
	if ok && a.starter.is(info.Path) {
		info.Name = starterName
	}
	return info, ok
}

// keyOf is what a model is remembered by.
func (a *App) keyOf(path string) string {
	if a.starter.is(path) {
		return starterKey
	}
	return path
}

// KnownModels returns the files used before, the last one first, then the other
// *.gguf files of the models folder by name, then the Starter if it was not used. It
// is what LookForModels found, and does not wait for the disk.
func (a *App) KnownModels() ([]KnownModel, error) {
	used, err := a.store.Models()
	if err != nil {
		return nil, err
	}
	var known []KnownModel
	listed := map[string]bool{}
	for _, m := range used {
		listed[m.Path] = true
		if k, ok := a.known(m); ok {
			known = append(known, k)
		}
	}
	for _, k := range a.seen.inOwn() {
		if !listed[k.Path] {
			known = append(known, k)
		}
	}
	if a.starter != nil && !listed[starterKey] {
		known = append(known, a.starter.known(time.Time{}))
	}
	return known, nil
}

// known is a model that was used; false: it was the Starter, and this program
// has none.
func (a *App) known(m store.Model) (KnownModel, bool) {
	if m.Path == starterKey {
		return a.starter.known(m.Used), a.starter != nil
	}
	k := KnownModel{Path: m.Path, Name: m.Name, Bytes: m.Bytes, Used: m.Used, Missing: a.seen.missing(m.Path)}
	if k.Name == "" {
		k.Name = modelName(m.Path)
	}
	return k, true
}

// Forget takes a file out of those that were used; the file stays.
func (a *App) Forget(path string) error { return a.store.ForgetModel(a.keyOf(path)) }

// laterPart matches the parts of a split model but the first, which stands for
// all of them.
var laterPart = regexp.MustCompile(`-(\d{5})-of-\d{5}\.gguf$`)

// ModelsIn returns the model files of a folder, by name; of a split model its
// first part. A folder that cannot be read has none.
func ModelsIn(dir string) (found []KnownModel) {
	dir, _ = filepath.Abs(dir)
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		part := laterPart.FindStringSubmatch(path)
		info, err := os.Stat(path) // follows links, entry.Info does not
		if err != nil || !info.Mode().IsRegular() || !strings.EqualFold(filepath.Ext(path), ".gguf") || part != nil && part[1] != "00001" {
			continue
		}
		found = append(found, KnownModel{Path: path, Name: modelName(path), Bytes: info.Size()})
	}
	return found
}

// ownDepth is how deep models lie in the models folder: downloads from Hugging
// Face are in OWNER/NAME.
const ownDepth = 2

// modelsBelow returns the model files of a folder and of those in it.
func modelsBelow(dir string) (found []KnownModel) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil
		}
		found = append(found, ModelsIn(path)...)
		if rest, _ := filepath.Rel(dir, path); strings.Count(rest, string(filepath.Separator)) >= ownDepth-1 && rest != "." {
			return fs.SkipDir
		}
		return nil
	})
	return found
}

func modelName(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// LastModel is the path of the model that the next message would load: that which
// was used last, or, if the user has none that is there, the Starter; "": none.
func (a *App) LastModel() string {
	known, err := a.KnownModels()
	if err != nil || len(known) == 0 {
		return ""
	}
	if last := known[0]; !last.Used.IsZero() && !last.Missing {
		return last.Path
	}
	for _, k := range known {
		if !k.Missing && !k.Starter {
			return a.lastUsed() // there is a choice, and it is the user's
		}
	}
	if a.starter != nil {
		return a.starter.path
	}
	return a.lastUsed()
}

// lastUsed is the path of the file that was used last, there or not; "": none was.
func (a *App) lastUsed() string {
	used, err := a.store.Models()
	if err != nil {
		return ""
	}
	for _, m := range used {
		if m.Path != starterKey {
			return m.Path
		}
	}
	return ""
}
