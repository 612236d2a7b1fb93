package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"beyonder/app/library"
	"beyonder/engine"
	"beyonder/store"
)

// LibraryModel is a model of the library page.
type LibraryModel struct {
	library.Item
	Used    time.Time // zero: never
	Starter bool      // the model inside the program
	Missing bool      // it was used, and is not there any more
	Own     bool      // it is in Beyonder's folder and can be deleted
}

// LibraryStep is a part of what was found.
type LibraryStep struct {
	Model  *LibraryModel // found; the same Path again: its header has been read meanwhile
	Notice string        // what could not be looked into
	Found  int
	Read   int // of which so many headers have been read
}

// Library goes through everything that is there: first all of it with what is
// known from the last time, then the headers of what is new. Nothing is opened
// for it but headers, and nothing is changed.
func (a *App) Library(ctx context.Context) iter.Seq2[LibraryStep, error] {
	return func(yield func(LibraryStep, error) bool) {
		used, err := a.store.Models()
		if err != nil {
			yield(LibraryStep{}, err)
			return
		}
		when, more, first := a.usedModels(used)
		for _, m := range first {
			if !yield(LibraryStep{Model: &m}, nil) {
				return
			}
		}
		for s, err := range a.shelf.Look(ctx, more...) {
			step := LibraryStep{Notice: s.Notice, Found: s.Found, Read: s.Read}
			if s.Item != nil {
				step.Model = &LibraryModel{Item: *s.Item, Used: when[s.Item.Path], Own: a.own(*s.Item)}
			}
			if !yield(step, err) || err != nil {
				return
			}
		}
	}
}

// usedModels are those that were used: when, where they are, and what need not be
// looked for: the Starter, and what is not there any more.
func (a *App) usedModels(used []store.Model) (when map[string]time.Time, more []library.Place, first []LibraryModel) {
	when = map[string]time.Time{}
	removed := a.shelf.now().Removed
	for _, m := range used {
		when[m.Path] = m.Used
		if m.Path == starterKey || slices.Contains(removed, m.Path) {
			continue
		}
		more = append(more, library.Place{Name: filepath.Dir(m.Path), Path: m.Path, Layout: library.OneFile})
		if _, err := os.Stat(m.Path); errors.Is(err, fs.ErrNotExist) {
			first = append(first, LibraryModel{Item: library.Item{
				Path: m.Path, Title: modelName(m.Path), Bytes: m.Bytes, Place: filepath.Dir(m.Path), Read: true,
			}, Used: m.Used, Missing: true})
		}
	}
	if a.starter != nil {
		first = append(first, a.starterModel(when[starterKey]))
	}
	return when, more, first
}

// starterModel is the Starter as the library lists it. Its header is read from the
// unpacked file; before that was made it is known by its size.
func (a *App) starterModel(used time.Time) LibraryModel {
	i := library.Item{Path: a.starter.path, Title: starterName, Place: ownPlace, Bytes: a.starter.bytes, Read: true}
	if err := a.starter.unpack(); err != nil {
		i.Damage = err.Error()
	} else if o, err := engine.Look(a.starter.path); err != nil {
		i.Damage = err.Error()
	} else {
		i.Outline, i.Files = o, o.Files
	}
	return LibraryModel{Item: i, Used: used, Starter: true}
}

// own reports whether all of a model lies in Beyonder's own folder, and not in one
// that a link there leads to.
func (a *App) own(i library.Item) bool {
	if i.Path == a.ModelsDir() || len(i.Files) == 0 {
		return false
	}
	dir, err := filepath.Abs(a.ModelsDir())
	if err != nil || !within(i.Path, dir) {
		return false
	}
	there, err := filepath.EvalSymlinks(dir)
	return err == nil && !slices.ContainsFunc(i.Files, func(f string) bool {
		folder, err := filepath.EvalSymlinks(filepath.Dir(f))
		return err != nil || !within(f, dir) || !within(folder, there)
	})
}

// WatchedFolders are those that the user chose to be looked into for models.
func (a *App) WatchedFolders() []string { return a.shelf.Folders() }

// Watch has a folder looked into for models, all below it included.
func (a *App) Watch(folder string) error { return a.shelf.Watch(folder) }

// Unwatch ends that; the folder and what is in it stay.
func (a *App) Unwatch(folder string) error { return a.shelf.Unwatch(folder) }

// ImportModel checks a model file or folder and lists it, where it lies.
func (a *App) ImportModel(path string) (library.Item, error) { return a.shelf.Import(path) }

// RemoveModel takes a model off the lists; its files stay.
func (a *App) RemoveModel(path string) error {
	return errors.Join(a.shelf.Remove(path), a.Forget(path))
}

// RestoreModels lists again what was removed, one model or, for "", all.
func (a *App) RestoreModels(path string) error { return a.shelf.Unremove(path) }

// RemovedModels is how many were removed.
func (a *App) RemovedModels() int { return a.shelf.Removed() }

// DeleteModel deletes the files of a model in Beyonder's own folder, and only
// there. One that is loaded is unloaded before.
func (a *App) DeleteModel(m LibraryModel) error {
	if !a.own(m.Item) {
		return fmt.Errorf("%s is not in Beyonder's own folder and is not deleted: remove it from the list, or delete it where it came from", m.Title)
	}
	if info, ok := a.engine.Info(); ok && info.Path == m.Path {
		if err := a.Unload(); err != nil {
			return err
		}
	}
	var errs []error
	if m.Folder {
		errs = append(errs, os.RemoveAll(m.Path))
	} else {
		for _, f := range m.Files {
			if err := os.Remove(f); !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, err)
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%s could not be deleted: %w", m.Title, err)
	}
	for dir := filepath.Dir(m.Path); dir != a.ModelsDir() && within(dir, a.ModelsDir()); dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil {
			break // others are in it
		}
	}
	defer a.LookForModels(modelsWait)
	return errors.Join(a.Forget(m.Path), a.shelf.SetLoadChoice(m.Path, LoadChoice{}))
}
