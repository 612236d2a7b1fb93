// Package app is Beyonder without its window: conversations that are answered
// by an engine and kept in a store.
//
// Its one rule: what the user typed is on disk before the engine hears of it,
// and what the engine said is on disk a tenth of a second later. It knows
// neither the window nor the database nor where the engine runs.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"slices"
	"sync"
	"time"

	"beyonder/engine"
	"beyonder/store"
)

// Engine is what app needs of an engine: *worker.Client in the program (a child
// process), apptest.Engine in tests.
//
// Count does not wait for another call; it may fail with an error instead.
//
// Load and Reply end within 100 ms of their context's end, and when the consumer
// breaks. They may be called from any goroutine, one at a time;
// Info and Close at any time.
type Engine interface {
	Load(ctx context.Context, o engine.LoadOptions) iter.Seq2[engine.Progress, error]
	Info() (engine.Info, bool) // false: no model is loaded
	Reply(ctx context.Context, r engine.Request) iter.Seq2[engine.Piece, error]
	Count(text string) (tokens int, err error)
	Unload() error
	Close() error
}

// Options says where the application keeps everything and who answers.
type Options struct {
	Dir     string // everything is kept here
	Engine  Engine
	Starter fs.FS                                     // holds the model inside the program, starter.gguf; nil, or without it: there is none
	Trace   func(event string, fields map[string]any) // may be nil; called from any goroutine
	Disk    func(path string)                         // may be nil; called before the disk is asked for a model of KnownModels, on the goroutine that asks: tests make it slow with that
	Odd     error                                     // what went wrong before, but keeps nothing from working: it becomes a warning
}

// App is the running application. Its methods may be called from any goroutine.
type App struct {
	dir      string
	engine   Engine
	starter  *starter // nil: there is none
	shelf    *Shelf
	seen     *seen // which models are there
	store    *store.Store
	trace    func(event string, fields map[string]any)
	build    string // of this program
	warnings []string
	network  Network
	troubles troubles // what failed lately

	unlocking sync.Mutex
	settling  sync.Mutex // held while settings are stored and become those in force
	mu        sync.Mutex
	settings  Settings
	before    Setup              // what held before conversations had settings of their own
	loaded    engine.LoadOptions // what the engine's model was loaded with, if by this App
	turn      *turn              // what the engine is at work on, nil: nothing
	writing   map[ID]*writing    // replies that grow, or that could not be finished on a full disk
	retrying  bool               // saveLate will be called
	closed    bool
	unsaved   func(error) // see OnUnsaved

	setups  sync.Mutex    // held while what a conversation keeps of its settings is changed
	closing chan struct{} // closed when Close is called
	copying sync.WaitGroup
}

// Open opens the folder of o and everything in it. It fails with ErrRunning when
// another instance has it open, with *NewerError or *DamagedError when its
// database cannot be used. The engine stays the caller's if it fails.
func Open(o Options) (*App, error) {
	s, err := store.Open(o.Dir)
	if err != nil {
		return nil, err
	}
	a := &App{dir: o.Dir, engine: o.Engine, starter: newStarter(o.Starter, o.Dir), seen: newSeen(o.Disk), store: s, trace: o.Trace, build: build(), writing: map[ID]*writing{}, closing: make(chan struct{})}
	s.Late = a.late
	var odd error
	a.shelf, odd = OpenShelf(o.Dir)
	for _, odd := range []error{o.Odd, odd} {
		if odd != nil {
			a.warnings = append(a.warnings, odd.Error())
		}
	}
	a.shelf.later, a.shelf.failed = a.aside, a.late
	if a.trace == nil {
		a.trace = func(string, map[string]any) {}
	}
	if backup := s.Backup(); backup != "" {
		a.warnings = append(a.warnings, fmt.Sprintf("the conversations were brought up to date; as they were before, they are in %s", backup))
	}
	if a.Encrypted() {
		_ = os.RemoveAll(a.prompts()) // of a program that was killed while it set the passphrase
	}
	if a.Locked() {
		a.settings = DefaultSettings() // until Unlock
	} else {
		a.readSettings()
		a.prepareAssistants()
	}
	if err := os.MkdirAll(a.ModelsDir(), 0o700); err != nil {
		a.warnings = append(a.warnings, fmt.Sprintf("the folder for models cannot be made: %v", err))
	}
	a.LookForModels(modelsWait)
	return a, nil
}

// Warnings returns what Open has to tell the user, a sentence each.
func (a *App) Warnings() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.warnings)
}

// Rest gives up memory that is of no use while nothing is done.
func (a *App) Rest() { a.store.Rest() }

// closeWait is how long Close waits for a reply's consumer, which may be waiting
// for the very thread that calls Close.
const closeWait = 200 * time.Millisecond

// Close ends a reply that is being written, keeping what came of it, and closes
// the engine and the store.
func (a *App) Close() error {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return nil
	}
	a.closed = true
	close(a.closing)
	t := a.turn
	a.mu.Unlock()
	if t != nil {
		t.cancel(errClosing)
		t.wait(closeWait)
	}
	late := a.endAll()
	a.copying.Wait()
	errs := []error{late, a.shelf.write(), a.engine.Close(), a.store.Close()}
	if errors.Is(late, ErrFull) && errors.Is(errs[3], ErrFull) { // the same once more
		errs[3] = nil
	}
	return errors.Join(errs...)
}
