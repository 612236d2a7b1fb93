package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"beyonder/store"
)

// ErrPassphrase says that a passphrase does not open the conversations.
var ErrPassphrase = store.ErrPassphrase

// ErrLocked is what everything fails with before Unlock.
var ErrLocked = store.ErrLocked

// Locked says whether the passphrase has to be given before anything else.
func (a *App) Locked() bool { return a.store.Locked() }

// Encrypted says whether the conversations have a passphrase.
func (a *App) Encrypted() bool { return a.store.Encrypted() }

// Unlock opens the conversations. It takes a good part of a second, wherever it
// fails too, and fails with ErrPassphrase.
func (a *App) Unlock(passphrase string) error {
	a.unlocking.Lock()
	defer a.unlocking.Unlock()
	if !a.Locked() {
		return nil
	}
	if err := a.store.Unlock(passphrase); err != nil {
		return err
	}
	a.readSettings()
	a.prepareAssistants()
	a.LookForModels(modelsWait)
	return nil
}

// SetPassphrase encrypts the conversations, gives them another passphrase, or, with
// "", decrypts them. current is the one so far, "": none. It takes a while: all is
// written anew, and copies made before are deleted.
func (a *App) SetPassphrase(current, fresh string) error {
	return a.alone(func() error {
		if err := a.store.SetPassphrase(current, fresh); err != nil {
			return err
		}
		if _, err := a.store.CopyDaily(time.Now()); err != nil { // those that it has deleted were all
			a.troubles.note("copy", err)
		}
		if fresh == "" {
			return nil
		}
		return os.RemoveAll(a.prompts()) // system prompts, in plain
	})
}

// alone does what puts another file in the place of the database's: no reply may
// be begun meanwhile, which would be written to the one that goes. It fails with
// ErrBusy while one is being written.
func (a *App) alone(do func() error) error {
	_, t, err := a.claim(context.Background(), 0)
	if err != nil {
		return err
	}
	defer a.release(t)
	if len(a.allWriting()) > 0 {
		return ErrBusy
	}
	return do()
}

// Copy is a copy of all conversations.
type Copy = store.Copy

// Copies returns the copies that there are, the newest first.
func (a *App) Copies() ([]Copy, error) { return a.store.Copies() }

// RestoreCopy puts a copy in the place of the conversations, of which a copy is
// made first. If it has a passphrase of its own, the application is Locked then.
func (a *App) RestoreCopy(path string) error {
	if err := a.alone(func() error { return a.store.RestoreCopy(path, time.Now()) }); err != nil {
		return err
	}
	if !a.Locked() {
		a.readSettings()
		a.prepareAssistants()
		a.LookForModels(modelsWait)
	}
	return nil
}

// copyPause is how often KeepCopies looks whether a day has begun.
const copyPause = 30 * time.Minute

// KeepCopies makes a copy of all conversations once a day, the first one a moment
// after the start, until the application is closed. trouble is told why one could
// not be made; it may be called from any goroutine.
func (a *App) KeepCopies(trouble func(error)) {
	a.copying.Add(1)
	go func() {
		defer a.copying.Done()
		wait := 5 * time.Second
		for {
			select {
			case <-time.After(wait):
			case <-a.closing:
				return
			}
			wait = copyPause
			made, err := a.store.CopyDaily(time.Now())
			if err != nil {
				a.troubles.note("copy", err)
				trouble(fmt.Errorf("today's copy of the conversations was not made: %w", err))
			}
			if made {
				a.trace("copied", nil)
			}
		}
	}()
}
