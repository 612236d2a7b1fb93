package app

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"time"
)

// seen is what the disk last said of the models: which of those that were used are
// there, and what lies in the models folder.
//
// Whoever asks has the answer at once, from memory: a folder on a network may take
// minutes to say anything, or for ever. Each folder is asked on a goroutine of its
// own, one at a time, so that one that hangs holds up no other.
type seen struct {
	touch func(path string) // called before the disk is asked for a path

	mu    sync.Mutex
	gone  map[string]bool // model files that are not there
	own   []KnownModel    // those of the models folder
	looks map[string]*look
	tell  func() // of changes; nil: nobody wants to know
}

// look is under way in a folder.
type look struct {
	next  ask // what it has seen may be old by now, and it is to look again
	ended chan struct{}
}

// ask asks the disk. keep, called with seen locked, keeps the answer and says whether
// it is another than before.
type ask func() (keep func() (changed bool))

// modelsWait is how long what needs to know which models are there waits for the
// disk to say so; what it said before holds then.
const modelsWait = 100 * time.Millisecond

func newSeen(touch func(string)) *seen {
	if touch == nil {
		touch = func(string) {}
	}
	return &seen{touch: touch, gone: map[string]bool{}, looks: map[string]*look{}}
}

// begin begins to look into a folder, or has who is at it do so again. What it
// returns is closed when that has ended.
func (s *seen) begin(folder string, a ask) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.looks[folder]; l != nil {
		l.next = a
		return l.ended
	}
	l := &look{ended: make(chan struct{})}
	s.looks[folder] = l
	go s.run(folder, l, a)
	return l.ended
}

func (s *seen) run(folder string, l *look, a ask) {
	for a != nil {
		keep := a()
		s.mu.Lock()
		changed, tell := keep(), s.tell
		a, l.next = l.next, nil
		if a == nil {
			delete(s.looks, folder)
			close(l.ended)
		}
		s.mu.Unlock()
		if changed && tell != nil {
			tell()
		}
	}
}

// askOwn looks into the models folder.
func (s *seen) askOwn(dir string) ask {
	return func() func() bool {
		s.touch(dir)
		own := modelsBelow(dir)
		return func() bool {
			before := s.own
			s.own = own
			return !reflect.DeepEqual(before, own)
		}
	}
}

// askFor looks for files of one folder.
func (s *seen) askFor(paths []string) ask {
	return func() func() bool {
		gone := map[string]bool{}
		for _, path := range paths {
			s.touch(path)
			_, err := os.Stat(path)
			gone[path] = err != nil
		}
		return func() (changed bool) {
			for path, is := range gone {
				changed = changed || s.gone[path] != is
			}
			maps.Copy(s.gone, gone)
			return changed
		}
	}
}

// missing reports whether a model's file was not there; of one that nobody has
// looked for yet it is not known.
func (s *seen) missing(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone[path]
}

func (s *seen) inOwn() []KnownModel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.own // is replaced, never changed
}

// LookForModels has the disk asked which models are there, on other goroutines, and
// waits for that as long as it is told, 0: not at all. What was known before holds
// until then.
func (a *App) LookForModels(wait time.Duration) {
	looks := []<-chan struct{}{a.seen.begin("", a.seen.askOwn(a.ModelsDir()))}
	for folder, paths := range a.modelFolders() {
		looks = append(looks, a.seen.begin(folder, a.seen.askFor(paths)))
	}
	if wait <= 0 {
		return
	}
	enough := time.NewTimer(wait)
	defer enough.Stop()
	for _, ended := range looks {
		select {
		case <-ended:
		case <-enough.C:
			return
		}
	}
}

// modelFolders are the files of models that were used, and of those that assistants
// answer with, by folder.
func (a *App) modelFolders() map[string][]string {
	folders := map[string][]string{}
	used, _ := a.store.Models() // where they cannot be read, whoever lists them says so
	for _, m := range used {
		if m.Path != starterKey {
			folders[filepath.Dir(m.Path)] = append(folders[filepath.Dir(m.Path)], m.Path)
		}
	}
	assistants, _ := a.Assistants()
	for _, as := range assistants {
		if as.Model != "" && !a.IsStarter(as.Model) {
			folders[filepath.Dir(as.Model)] = append(folders[filepath.Dir(as.Model)], as.Model)
		}
	}
	return folders
}

// OnModels has tell called, from any goroutine, when the disk has other models than
// KnownModels said.
func (a *App) OnModels(tell func()) {
	a.seen.mu.Lock()
	defer a.seen.mu.Unlock()
	a.seen.tell = tell
}

// ModelGone reports whether a model's file was not there when it was last looked for.
func (a *App) ModelGone(path string) bool { return a.seen.missing(path) }
