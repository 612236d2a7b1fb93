// Beyonder chats with mixture-of-experts models on the user's own machine. This
// file reads the command line and puts the parts together; it knows nothing else.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	fyneapp "fyne.io/fyne/v2/app"

	"beyonder/app"
	"beyonder/app/command"
	_ "beyonder/app/locale"
	"beyonder/assets/starter"
	"beyonder/engine/worker"
	"beyonder/ui"
)

// The main thread is GLFW's, which insists on it: in the window's process by way
// of Fyne, in commands and the engine's child by way of engine/gl.
func init() { runtime.LockOSThread() }

func main() {
	os.Exit(command.Main(os.Args[1:], openWindow))
}

// openWindow runs the application until its window is closed.
func openWindow(o command.WindowOptions) error {
	if err := display(); err != nil {
		return err
	}
	dir, err := app.DataDir(o.Data)
	if err != nil {
		return err
	}
	engine, err := child(dir)
	if err != nil {
		return err
	}
	a, err := app.Open(app.Options{Dir: dir, Engine: engine, Starter: starter.Files(), Trace: o.Trace})
	if err != nil {
		return err
	}
	return errors.Join(show(a, o), a.Close())
}

// show shows the window until it is closed.
func show(a *app.App, o command.WindowOptions) (err error) {
	shown := watchWindow(a)
	defer shown()
	defer sayOfPanic(&err)
	f := fyneapp.NewWithID("beyonder.desktop")
	w := ui.New(f, a, ui.Options{Trace: o.Trace, Model: o.Model, Rectangles: o.Rectangles})
	f.Lifecycle().SetOnStarted(func() {
		shown()
		closeOnSignals(w)
	})
	f.Lifecycle().SetOnStopped(func() {
		w.Gone()
		log.SetOutput(io.Discard) // Fyne saves preferences now, of which there are none, and complains of reading the file half written
	})
	w.Show()
	f.Run()
	return nil
}

// closeOnSignals closes the window in good order when the program is asked to
// end: a reply that is being written is kept as one that was stopped. A second
// signal ends the program at once.
func closeOnSignals(w *ui.Window) {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}
	asked := make(chan os.Signal, 1)
	take := func() { // from Fyne, which would end its loop under the window
		signal.Reset(ends...)
		signal.Notify(asked, ends...)
	}
	take()
	go func() {
		again := time.NewTicker(50 * time.Millisecond) // on a busy machine Fyne comes late
		defer again.Stop()
		for tries := 100; ; {
			select {
			case <-asked:
				signal.Reset(ends...)
				w.Close()
				return
			case <-again.C:
				if tries--; tries > 0 {
					take()
				} else {
					again.Stop()
				}
			}
		}
	}()
}

// sayOfPanic turns GLFW's panic about a display that does not answer into a
// sentence. Mistakes of ours, which are runtime.Errors or no errors, stay panics.
func sayOfPanic(err *error) {
	x := recover()
	if x == nil {
		return
	}
	cause, ok := x.(error)
	if _, ours := x.(runtime.Error); ours || !ok {
		panic(x)
	}
	*err = fmt.Errorf("no window could be opened on this display (%w); `beyonder chat` talks in the terminal", cause)
}

// display says in a sentence what Fyne would say in a panic.
func display() error {
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return errors.New("there is no display to open a window on; `beyonder chat` talks in the terminal")
	}
	return nil
}

// watchWindow ends the program if no window comes up: without a usable OpenGL,
// Fyne logs an error and waits for ever. The function it returns calls it off.
func watchWindow(a *app.App) (shown func()) {
	const patience = 20 * time.Second
	late := time.AfterFunc(patience, func() {
		a.Close()
		fmt.Fprintln(os.Stderr, "beyonder: no window could be opened: this display offers no OpenGL 2.1 or does not answer; `beyonder chat` talks in the terminal")
		os.Exit(1)
	})
	return func() { late.Stop() }
}

// child is the engine in a process of its own: this same program.
func child(dir string) (*worker.Client, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("the program does not find itself: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the folder for conversations cannot be made: %w", err)
	}
	log, err := os.OpenFile(filepath.Join(dir, "engine.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the engine's log cannot be opened: %w", err)
	}
	return worker.New(worker.Options{Command: []string{program, "engine"}, Log: log}), nil
}
