package app

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// lateWait is how long a reply that could not be stored waits to be tried again.
const lateWait = 2 * time.Second

// track makes Messages show a reply as it grows.
func (a *App) track(w *writing) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.writing[w.begun.ID] = w
}

func (a *App) writingOf(id ID) *writing {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.writing[id]
}

func (a *App) allWriting() []*writing {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Collect(maps.Values(a.writing))
}

// end ends a reply. When it cannot be stored it stays in memory, where
// Messages finds it, and is tried again until it is stored or the application is
// closed.
func (a *App) end(w *writing, state State, cause string) error {
	err := w.end(state, cause)
	if err != nil {
		a.retryLate()
		return err
	}
	a.saveRoutes(w)
	a.keepTrail(w)
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.writing, w.begun.ID)
	return nil
}

// saveLate stores the replies that have ended, or waits until those who are at it
// have. Its own failures are no news.
func (a *App) saveLate() {
	for _, w := range a.allWriting() {
		if w.ended() {
			_ = a.end(w, "", "")
		}
	}
}

// retryLate makes sure that saveLate will be called.
func (a *App) retryLate() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed || a.retrying {
		return
	}
	a.retrying = true
	time.AfterFunc(lateWait, func() {
		a.mu.Lock()
		a.retrying = false
		a.mu.Unlock()
		a.saveLate()
	})
}

// Unstored returns why something that the reader sees could not be stored and would
// be lost with the program; nil: there is nothing of the kind.
func (a *App) Unstored() error {
	for _, w := range a.allWriting() {
		if err := w.trouble(); err != nil {
			return err
		}
	}
	return a.store.Unstored()
}

// StoreNow tries once more what could not be stored, and returns what Unstored does then.
func (a *App) StoreNow() error {
	a.saveLate()
	_ = a.store.Sync() // its failure is the store's trouble
	return a.Unstored()
}

// OnUnsaved has tell called, from any goroutine, when what was changed cannot be
// stored. It is kept in memory and tried again.
func (a *App) OnUnsaved(tell func(error)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.unsaved = tell
}

// late is told by the store.
func (a *App) late(err error) {
	a.troubles.note("save", err)
	a.mu.Lock()
	tell := a.unsaved
	a.mu.Unlock()
	if tell != nil {
		tell(fmt.Errorf("what was changed is not stored yet and is tried again until the program is closed: %w", err))
	}
}

// endAll ends and stores all there is, when the application closes.
func (a *App) endAll() (err error) {
	for _, w := range a.allWriting() {
		if failed := a.end(w, Interrupted, ""); !errors.Is(err, ErrFull) || !errors.Is(failed, ErrFull) {
			err = errors.Join(err, failed)
		}
	}
	return err
}

func (w *writing) ended() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state != Streaming
}
