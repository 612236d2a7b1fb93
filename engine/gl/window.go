//go:build cgo && !darwin

package gl

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/go-gl/gl/v4.3-core/gl"
	"github.com/go-gl/glfw/v3.3/glfw"
)

// GLFW insists on the program's main thread. Who has it lends it with Serve;
// these are the counter at which calls for it are handed over.
var (
	mainThread = make(chan func())
	lent       atomic.Bool
	stuck      atomic.Bool // in a call that has not come back
)

// Serve lends the calling thread to GLFW until work, which runs on a goroutine
// of its own, returns its exit status. Call it from main's goroutine, locked to
// its thread, and not in a process that has windows by other means. If the main
// thread is then stuck in a driver that does not answer, Serve cannot return: it
// ends the process with that status.
func Serve(work func() int) int {
	lent.Store(true)
	defer lent.Store(false)
	done := make(chan int)
	go func() {
		status := work()
		if stuck.Load() {
			os.Exit(status)
		}
		done <- status
	}()
	for {
		select {
		case call := <-mainThread:
			call()
		case status := <-done:
			return status
		}
	}
}

// onMain runs call on the main thread and waits for it, but not for ever: a
// display or driver that does not answer must not hang the engine.
func onMain(call func() error) error {
	switch {
	case stuck.Load():
		return errSilent
	case !lent.Load():
		return errors.New("no OpenGL 4.3: it is used only by the engine's own process")
	}
	result := make(chan error, 1)
	late := time.After(patience)
	select {
	case mainThread <- func() { result <- guarded(call) }:
	case <-late:
		return errSilent
	}
	select {
	case err := <-result:
		return err
	case <-late:
		stuck.Store(true)
		return errSilent
	}
}

var errSilent = errors.New("no OpenGL 4.3: the display does not answer")

// guarded turns GLFW's panics into errors.
func guarded(call func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *glfw.Error:
			err = fmt.Errorf("no OpenGL 4.3: %w", p)
			const notInitialized = 0x00010001 // Init has failed, but only logged that
			if p.Code == notInitialized {
				err = ErrNoDisplay
			}
		default:
			err = fmt.Errorf("no OpenGL 4.3: %v", p)
		}
	}()
	return call()
}

// surface is where a context lives.
type surface interface {
	enter() error // makes the context the calling thread's
	leave()
	close() error
}

// openSurface opens a hidden window, or, where there is no display or the display
// draws in software, a context without one.
func openSurface(o Options) (surface, error) {
	if err := onMain(func() error { return nil }); err != nil {
		return nil, err
	}
	w, err := openWindow(o)
	if err == nil {
		return w, nil
	}
	if !errors.Is(err, ErrNoDisplay) {
		return nil, err
	}
	return openOffscreen(o)
}

// window is GLFW's.
type window struct{ *glfw.Window }

func (w window) enter() error {
	w.MakeContextCurrent()
	if err := gl.Init(); err != nil {
		return fmt.Errorf("no OpenGL 4.3: %w", err)
	}
	return nil
}

func (w window) leave() { glfw.DetachCurrentContext() }

func (w window) close() error {
	return onMain(func() error { w.Destroy(); return nil })
}

// openWindow makes the hidden window whose context the device computes in.
func openWindow(o Options) (s surface, err error) {
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" { // glfw.Init would log and return nil
		return nil, ErrNoDisplay
	}
	err = onMain(func() error {
		if err := glfw.Init(); err != nil {
			return ErrNoDisplay
		}
		// Hints are the process's: what is left behind would meet the next window.
		defer glfw.DefaultWindowHints()
		hint(o)
		w, err := create()
		if err != nil {
			return olderVersion()
		}
		s = window{w}
		return nil
	})
	return s, err
}

func hint(o Options) {
	glfw.DefaultWindowHints()
	glfw.WindowHint(glfw.Visible, glfw.False)
	glfw.WindowHint(glfw.ContextVersionMajor, 4)
	glfw.WindowHint(glfw.ContextVersionMinor, 3)
	glfw.WindowHint(glfw.OpenGLProfile, glfw.OpenGLCoreProfile)
	glfw.WindowHint(glfw.ContextRobustness, glfw.LoseContextOnReset)
	if o.Debug {
		glfw.WindowHint(glfw.OpenGLDebugContext, glfw.True)
	}
}

func create() (w *glfw.Window, err error) {
	err = guarded(func() error {
		w, err = glfw.CreateWindow(16, 16, "Beyonder's engine", nil, nil)
		return err
	})
	if err == nil && w == nil {
		err = ErrNoDisplay
	}
	return w, err
}

// olderVersion looks for what the driver offers instead of 4.3, to say so.
func olderVersion() error {
	glfw.DefaultWindowHints()
	glfw.WindowHint(glfw.Visible, glfw.False)
	w, err := create()
	if err != nil {
		return ErrNoDisplay
	}
	defer w.Destroy()
	return &VersionError{fmt.Sprintf("%d.%d", w.GetAttrib(glfw.ContextVersionMajor), w.GetAttrib(glfw.ContextVersionMinor))}
}
