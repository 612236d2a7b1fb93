// Beyonder chats with mixture-of-experts models on the user's own machine. This
// file reads the command line and puts the parts together; it knows nothing else.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
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
	a, err := openApp(dir, o)
	switch {
	case errors.Is(err, app.ErrRunning) && app.AskRunning(dir, o.Model, raiseWait):
		return nil // its window is in front now
	case err != nil:
		return explain(dir, o, err)
	}
	return errors.Join(show(a, o), a.Close())
}

// raiseWait is how long a running instance has to show its window.
const raiseWait = 3 * time.Second

func openApp(dir string, o command.WindowOptions) (*app.App, error) {
	engine, odd, err := child(dir)
	if err != nil {
		return nil, err
	}
	return app.Open(app.Options{Dir: dir, Engine: engine, Starter: starter.Files(), Trace: o.Trace, Odd: odd})
}

// explain says why the program cannot start: on standard error, and in a window
// for those who started it from a desktop.
func explain(dir string, o command.WindowOptions, failure error) error {
	o.Tell(failure)
	_ = showFailure(dir, o, failure) // if that fails too, it was told all the same
	return command.ErrTold
}

func showFailure(dir string, o command.WindowOptions, failure error) (err error) {
	shown := watch(nil)
	defer shown()
	defer sayOfPanic(&err)
	log.SetOutput(io.Discard) // the one sentence is told
	f := newFyne()
	w := ui.ShowFailure(f, dir, failure)
	shown()
	if !ui.Opened(w) {
		return errNoWindow
	}
	if o.Trace != nil {
		o.Trace("failure-shown", nil)
	}
	f.Run()
	return nil
}

// newFyne starts Fyne under the name that the tray and the system show.
func newFyne() fyne.App {
	const id = "beyonder.desktop"
	fyneapp.SetMetadata(fyne.AppMetadata{ID: id, Name: "Beyonder"})
	return fyneapp.NewWithID(id)
}

// show shows the window until it is closed.
func show(a *app.App, o command.WindowOptions) (err error) {
	shown := watch(func() { a.Close() })
	defer shown()
	defer sayOfPanic(&err)
	f := newFyne()
	w := ui.New(f, a, ui.Options{Trace: o.Trace, Model: o.Model, Rectangles: o.Rectangles, Events: events()})
	f.Lifecycle().SetOnStopped(func() {
		w.Gone()
		log.SetOutput(io.Discard) // Fyne saves preferences now, of which there are none, and complains of reading the file half written
	})
	w.Show()
	shown()
	if !w.Opened() {
		return errNoWindow
	}
	debug.SetGCPercent(heapRoom)
	done := make(chan struct{})
	defer close(done)
	go giveBackAtRest(done, a.Rest)
	ui.Run(f, func() {
		closeOnSignals(w)
		a.OnRaise(w.Raise)
	})
	return nil
}

var errNoWindow = errors.New("no window could be opened: this display offers no OpenGL 2.1; `beyonder chat` talks in the terminal")

// closeOnSignals closes the window in good order when the program is asked to
// end: a reply that is being written is kept as one that was stopped. A second
// signal ends the program at once.
//
// Fyne, too, listens for signals, and would end its loop under the window; they can
// be taken from it only by a reset, and one that comes between that and Notify is
// lost. So it is done once, when Fyne is seen to listen.
func closeOnSignals(w *ui.Window) {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, ends...)
	go func() {
		look := time.NewTicker(20 * time.Millisecond)
		defer look.Stop()
		for {
			select {
			case <-asked:
				signal.Reset(ends...)
				w.Close()
				return
			case <-look.C:
				if fyneListens() {
					signal.Reset(ends...)
					signal.Notify(asked, ends...)
					look.Stop()
				}
			}
		}
	}()
}

// fyneListens says whether Fyne's goroutine waits for signals, which it does at some
// moment after its loop has begun and tells nobody.
func fyneListens() bool {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for _, g := range bytes.Split(stacks, []byte("\n\n")) {
		head, rest, _ := bytes.Cut(g, []byte("\n"))
		if bytes.Contains(head, []byte("[chan receive")) && bytes.Contains(rest, []byte("glfw.(*gLDriver).catchTerm(")) {
			return true
		}
	}
	return false
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

// child is the engine in a process of its own: this same program. odd is why what it
// says is not kept.
func child(dir string) (engine *worker.Client, odd, err error) {
	program, err := os.Executable()
	if err != nil {
		return nil, nil, fmt.Errorf("the program does not find itself: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("the folder for conversations cannot be made: %w", err)
	}
	o := worker.Options{Command: []string{program, "engine"}}
	if log, odd := app.OpenEngineLog(dir); odd != nil {
		return worker.New(o), odd, nil
	} else {
		o.Log = log
	}
	return worker.New(o), nil, nil
}
