package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"beyonder/app/library"
	"beyonder/engine"
)

// Shelf is the models of this machine as the user arranged them: folders that are
// looked into, models taken off the list, how each is loaded.
//
// It is kept in a JSON file of its own, not in the database: `beyonder models`
// reads it while the window holds that. Its methods may be called from any
// goroutine.
type Shelf struct {
	dir     string // where everything is kept
	machine library.Machine
	headers *library.Shelf

	// later, set before anything is changed, does the writing on another goroutine; nil: it
	// is waited for. failed is told of its trouble.
	later  func(func())
	failed func(error)

	writing sync.Mutex // held while the file is being written
	mu      sync.Mutex
	kept    shelfFile
	changes int // of kept so far
	written int // of which so many are in the file
}

// shelfFile is the file.
type shelfFile struct {
	Folders []string              `json:"folders,omitempty"` // looked into, all below included
	Files   []string              `json:"files,omitempty"`   // models outside of these
	Removed []string              `json:"removed,omitempty"` // paths of models that are not to be listed
	Load    map[string]LoadChoice `json:"load,omitempty"`    // by path
	Card    int64                 `json:"card,omitempty"`    // bytes of graphics memory that were free when a model was last loaded
}

// LibraryItem is a model that was found, LibraryPlace where to look for some.
type (
	LibraryItem  = library.Item
	LibraryPlace = library.Place
)

const (
	shelfName = "library.json"
	ownPlace  = "Beyonder"
)

// OpenShelf reads the shelf in the folder where everything is kept. One that
// cannot be read is put aside, with an error that says so; the shelf is empty then
// and can be used.
func OpenShelf(dir string) (*Shelf, error) {
	s := &Shelf{dir: dir, machine: library.ThisMachine(runtime.GOOS), headers: library.Open(filepath.Join(dir, "cache", "library.jsonl"), build())}
	path := filepath.Join(dir, shelfName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &s.kept)
	}
	if err != nil {
		s.kept = shelfFile{}
		os.Rename(path, path+".damaged")
		return s, fmt.Errorf("the list of models (%s) cannot be read and is empty now; what it was is in %s: %w", shelfName, path+".damaged", err)
	}
	return s, nil
}

// change changes what is kept, at once, and writes it.
func (s *Shelf) change(f func(*shelfFile)) error {
	s.mu.Lock()
	before, next := s.kept, s.kept.clone()
	f(&next)
	s.kept = next
	s.changes++
	s.mu.Unlock()
	if s.later != nil {
		s.later(func() {
			if err := s.write(); err != nil {
				s.failed(err)
			}
		})
		return nil
	}
	err := s.write()
	if err != nil {
		s.mu.Lock()
		s.kept = before
		s.mu.Unlock()
	}
	return err
}

// write brings the file up to date.
func (s *Shelf) write() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.Lock()
	changes, done := s.changes, s.changes == s.written
	text, err := json.MarshalIndent(s.kept, "", "  ")
	s.mu.Unlock()
	if done {
		return nil
	}
	if err == nil {
		err = replaceFile(filepath.Join(s.dir, shelfName), func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("the list of models cannot be kept: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written = changes
	return nil
}

// clone shares no memory with f.
func (f shelfFile) clone() shelfFile {
	f.Folders, f.Files, f.Removed, f.Load = slices.Clone(f.Folders), slices.Clone(f.Files), slices.Clone(f.Removed), maps.Clone(f.Load)
	return f
}

func (s *Shelf) now() shelfFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.clone()
}

func (s *Shelf) modelsDir() string { return filepath.Join(s.dir, "models") }

// Folders are those that the user chose to be looked into.
func (s *Shelf) Folders() []string { return s.now().Folders }

// Removed is how many models were taken off the list.
func (s *Shelf) Removed() int { return len(s.now().Removed) }

// Watch has a folder looked into from now on, and lists again what was taken off
// the list of it.
func (s *Shelf) Watch(folder string) error {
	path, err := filepath.Abs(folder)
	if err == nil {
		_, err = os.ReadDir(path)
	}
	if err != nil {
		return fmt.Errorf("%s cannot be looked into: %w", folder, err)
	}
	return s.change(func(f *shelfFile) {
		if !slices.Contains(f.Folders, path) && path != s.modelsDir() {
			f.Folders = append(f.Folders, path)
		}
		f.Removed = slices.DeleteFunc(f.Removed, func(p string) bool { return within(p, path) })
	})
}

// Unwatch ends that. What lies in the folder stays where it is.
func (s *Shelf) Unwatch(folder string) error {
	return s.change(func(f *shelfFile) {
		f.Folders = slices.DeleteFunc(f.Folders, func(p string) bool { return p == folder })
	})
}

// Remove takes a model off the list; its files stay.
func (s *Shelf) Remove(path string) error {
	return s.change(func(f *shelfFile) {
		f.Files = slices.DeleteFunc(f.Files, func(p string) bool { return p == path })
		if !slices.Contains(f.Removed, path) {
			f.Removed = append(f.Removed, path)
		}
	})
}

// Unremove lists a model again, "": all of them.
func (s *Shelf) Unremove(path string) error {
	return s.change(func(f *shelfFile) {
		f.Removed = slices.DeleteFunc(f.Removed, func(p string) bool { return path == "" || p == path })
	})
}

// Import checks a model file or folder and lists it, where it lies.
func (s *Shelf) Import(path string) (library.Item, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return library.Item{}, err
	}
	i, err := library.ReadOne(path)
	if err != nil {
		return i, err
	}
	return i, s.change(func(f *shelfFile) {
		if !slices.Contains(f.Files, i.Path) {
			f.Files = append(f.Files, i.Path)
		}
		f.Removed = slices.DeleteFunc(f.Removed, func(p string) bool { return p == i.Path })
	})
}

// Look goes through everything: the models folder, the user's folders and files,
// more of them, and the folders of other applications.
func (s *Shelf) Look(ctx context.Context, more ...library.Place) iter.Seq2[library.Step, error] {
	return func(yield func(library.Step, error) bool) {
		kept := s.now()
		for step, err := range s.headers.Look(ctx, s.places(kept, more)) {
			if step.Item != nil && slices.Contains(kept.Removed, step.Item.Path) {
				continue
			}
			if !yield(step, err) {
				return
			}
		}
	}
}

func (s *Shelf) places(kept shelfFile, more []library.Place) []library.Place {
	all := []library.Place{{Name: ownPlace, Path: s.modelsDir()}}
	for _, path := range kept.Folders {
		all = append(all, library.Place{Name: path, Path: path})
	}
	all = append(all, s.machine.Places()...)
	for _, path := range kept.Files {
		all = append(all, library.Place{Name: filepath.Dir(path), Path: path, Layout: library.OneFile})
	}
	return append(all, more...)
}

// within reports whether path is in folder, or folder itself.
func within(path, folder string) bool {
	rest, err := filepath.Rel(folder, path)
	return err == nil && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator))
}

// relist lists a model again that was taken off the list and is used all the same.
func (s *Shelf) relist(path string) {
	if slices.Contains(s.now().Removed, path) {
		s.Unremove(path) // where it fails, it is listed among those that were used
	}
}

// setCard remembers how much graphics memory was free.
func (s *Shelf) setCard(free int64) {
	const near = 64 << 20 // bytes: not worth a write
	if had := s.now().Card; free > 0 && (had-free > near || free-had > near) {
		s.change(func(f *shelfFile) { f.Card = free }) // where it fails, an estimate is older
	}
}

// Memory is what there is for a model now, graphics memory as it was when a model
// was last loaded.
func (s *Shelf) Memory() engine.Memory {
	m := engine.MemoryNow()
	m.Card = s.now().Card
	return m
}
