package ui

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
)

// Each thing that keeps the program from starting has its sentence, which says what
// to do, and is not cut off.
func TestWhatKeepsItFromStarting(t *testing.T) {
	locked := filepath.Join(t.TempDir(), "beyonder.db")
	if err := os.WriteFile(locked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for says, err := range map[string]error{
		"a file is in the way": fmt.Errorf("the folder cannot be made: %w", &fs.PathError{Op: "mkdir", Path: "/data", Err: syscall.ENOTDIR}),
		"the file " + locked:   &fs.PathError{Op: "open", Path: locked, Err: syscall.EACCES},
		"the folder /data":     &fs.PathError{Op: "open", Path: "/data/beyonder.lock", Err: syscall.EACCES},
		"already running":      fmt.Errorf("%w: it uses the data folder /data", app.ErrRunning),
		"newer version":        &app.NewerError{Path: "/data/beyonder.db", Version: 9, Known: 3},
		"is damaged":           &app.DamagedError{Path: "/data/beyonder.db", Cause: "invalid database"},
		"disk is full":         fmt.Errorf("the data folder cannot be locked: %w", &fs.PathError{Op: "open", Path: "/data/beyonder.lock", Err: syscall.ENOSPC}),
		"Check who may":        fmt.Errorf("the data folder cannot be made: %w", &fs.PathError{Op: "mkdir", Path: "/data", Err: syscall.EACCES}),
		"Check who may, or":    &fs.PathError{Op: "open", Path: "/data", Err: syscall.EROFS},
		"Something else broke": errors.New("something else broke"),
	} {
		w := ShowFailure(test.NewTempApp(t), "/data", err)
		text := failureSentence("/data", err)
		if !strings.Contains(text, says) || !strings.HasSuffix(text, ".") {
			t.Errorf("%v is told as %q", err, text)
		}
		if !Opened(w) {
			t.Error("the window is said not to be there")
		}
		if size, least := w.Canvas().Size(), w.Content().MinSize(); size.Height < least.Height || size.Width < least.Width {
			t.Errorf("%q has %v of %v", text, size, least)
		}
		closed := false
		w.SetOnClosed(func() { closed = true })
		w.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if !closed {
			t.Error("Escape does not close it")
		}
	}
}

// Another instance asks for the window, and for a model.
func TestRaise(t *testing.T) {
	e := newTestEngine()
	r := newRigWith(t, e, t.TempDir(), Options{})
	r.Raise("")
	r.until("it is raised", func() bool { return r.traced["raised"] != nil })
	if len(e.Loads()) != 0 {
		t.Error("a model is loaded that nobody named")
	}
	r.Raise("/models/tiny.gguf")
	r.until("the model is loaded", func() bool { return len(e.Loads()) == 1 && r.loading == nil })
	if got := e.Loads()[0].Path; got != "/models/tiny.gguf" {
		t.Errorf("loaded is %s", got)
	}
}
