// Package command is Beyonder for terminals and scripts: one file for each
// subcommand, all of them on the same engine as the window.
//
// Its one rule: results go to standard output, everything else to standard
// error; a failure is one sentence and exit status 1. It does not know Fyne: the
// window is opened by a function that main hands in.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"beyonder/app"
	"beyonder/engine"
)

// Window opens the window and returns when it is closed.
type Window func(WindowOptions) error

// WindowOptions is what the command line says about the window.
type WindowOptions struct {
	Model      string // file to load; "": the last one
	Data       string // folder where everything is kept; "": the user's own
	Trace      func(event string, fields map[string]any)
	Rectangles bool        // trace where the widgets are
	Tell       func(error) // writes a sentence to standard error
}

// ErrTold ends a command whose failure was told already.
var ErrTold = errors.New("it was told")

// cli is the whole command line.
type cli struct {
	Data       string `placeholder:"DIR" help:"Folder where conversations and settings are kept (default: beyonder in XDG_DATA_HOME, or in ~/.local/share)."`
	Trace      string `placeholder:"FILE" help:"Append one JSON line for each event of the window to this file."`
	Rectangles bool   `name:"trace-rectangles" help:"With --trace: also where the window's parts are."`

	ShowVersion kong.VersionFlag `name:"version" help:"Show the version."`

	Open     openCmd     `cmd:"" default:"withargs" help:"Open the window, with FILE loaded if it is named."`
	Chat     chatCmd     `cmd:"" help:"Answer a prompt on standard output, or talk in the terminal."`
	Inspect  inspectCmd  `cmd:"" help:"Show what a model file holds and how much memory it needs."`
	Models   modelsCmd   `cmd:"" help:"List the models on this machine, those of other applications included, and whether they fit."`
	Download downloadCmd `cmd:"" help:"Download a model: from Hugging Face, or any address."`
	Tokenize tokenizeCmd `cmd:"" help:"Turn standard input into token ids."`
	Logits   logitsCmd   `cmd:"" help:"Show what the model predicts after each of some tokens."`
	Bench    benchCmd    `cmd:"" help:"Measure how fast a model reads and writes."`
	Quantize quantizeCmd `cmd:"" help:"Make a smaller model file of one."`
	Imatrix  imatrixCmd  `cmd:"" help:"Make an importance matrix of a text, for quantize."`
	Merge    mergeCmd    `cmd:"" help:"Make a mixture of experts, or one model, of several."`
	Engine   engineCmd   `cmd:"" help:"Serve the engine on standard input and output (the window starts this)."`
	Version  versionCmd  `cmd:"" help:"Show the version."`
}

// env is what commands act on.
type env struct {
	ctx    context.Context
	in     io.Reader
	out    io.Writer
	err    io.Writer
	window Window
	cli    *cli
}

// Main runs the command line and returns the exit status.
func Main(args []string, window Window) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	signal.Ignore(syscall.SIGPIPE) // who reads no more ends us by a failed write, with status 1
	e := &env{ctx: ctx, in: os.Stdin, out: os.Stdout, err: os.Stderr, window: window}
	k, err := e.parse(args)
	switch {
	case k == nil || err != nil:
		return e.status(err)
	case strings.HasPrefix(k.Command(), "open"): // the window needs the main thread
		stop() // until it is shown, Ctrl+C ends the program as it ends any other
		return e.status(k.Run(e))
	}
	return engine.Serve(func() int { return e.status(k.Run(e)) })
}

// status tells a failure and is the program's exit status.
func (e *env) status(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, ErrTold):
		return 1
	case errors.Is(err, syscall.EPIPE): // `beyonder inspect FILE | head` has no fault to tell
		return 1
	case errors.Is(err, context.Canceled):
		err = errors.New("stopped")
	}
	var memory *engine.MemoryError
	if errors.As(err, &memory) {
		err = fmt.Errorf("%w (--force)", err)
	}
	e.tell(err)
	return 1
}

// tell writes a sentence to standard error, on one line.
func (e *env) tell(what any) {
	onLine := strings.NewReplacer(":\n", ": ", "\n", "; ")
	fmt.Fprintln(e.err, "beyonder:", onLine.Replace(strings.TrimSpace(fmt.Sprint(what))))
}

// until is r, ended by ctx: what a terminal has to say may never come.
func until(ctx context.Context, r io.Reader) io.Reader {
	out, in := io.Pipe()
	go func() {
		_, err := io.Copy(in, r)
		in.CloseWithError(err) // nil is the end
	}()
	context.AfterFunc(ctx, func() { in.CloseWithError(ctx.Err()) })
	return out
}

// exit is what unwinds parse when kong has printed help.
type exit struct{}

// parse returns nil if the command line asked for help and got it.
func (e *env) parse(args []string) (k *kong.Context, err error) {
	e.cli = new(cli)
	parser, err := kong.New(e.cli, kong.Name("beyonder"), kong.Writers(e.out, e.err),
		kong.Description("Chat with mixture-of-experts models on your own machine."),
		kong.Vars{"version": "beyonder " + Version},
		kong.Exit(func(int) { panic(exit{}) }))
	if err != nil {
		return nil, err
	}
	defer func() {
		if x := recover(); x != nil && x != (exit{}) {
			panic(x)
		}
	}()
	if k, err = parser.Parse(joinNegatives(args)); err != nil {
		return nil, fmt.Errorf("%w; see beyonder --help", err)
	}
	if e.cli.Trace != "" && !strings.HasPrefix(k.Command(), "open") {
		return nil, errors.New("--trace is of the window alone: no other command has events")
	}
	return k, nil
}

var (
	flagAlone = regexp.MustCompile(`^(-[a-zA-Z]|--[a-z][a-z-]*)$`)
	negative  = regexp.MustCompile(`^-\.?[0-9]`)
)

// joinNegatives makes one argument of a flag and the negative number after it:
// kong would take "-1" for a flag of its own.
func joinNegatives(args []string) []string {
	var out []string
	for i, a := range args {
		switch last := len(out) - 1; {
		case a == "--":
			return append(out, args[i:]...)
		case last < 0 || !negative.MatchString(a) || !flagAlone.MatchString(out[last]):
			out = append(out, a)
		case strings.HasPrefix(out[last], "--"):
			out[last] += "=" + a
		default:
			out[last] += a
		}
	}
	return out
}

// openCmd opens the window.
type openCmd struct {
	File string `arg:"" optional:"" help:"Model file (.gguf) to load."`
}

func (o *openCmd) Run(e *env) error {
	if e.window == nil {
		return errors.New("this build has no window; use beyonder chat")
	}
	w := WindowOptions{Model: o.File, Data: e.cli.Data, Rectangles: e.cli.Rectangles, Tell: func(err error) { e.tell(err) }}
	if o.File != "" {
		if _, err := os.Stat(o.File); err != nil {
			return fmt.Errorf("%s cannot be opened: %w", o.File, errors.Unwrap(err))
		}
	}
	if e.cli.Trace != "" {
		t, err := openTrace(e.cli.Trace)
		if err != nil {
			return err
		}
		defer t.Close()
		w.Trace = t.event
	}
	return e.window(w)
}

// Version is the program's.
const Version = app.Version

type versionCmd struct{}

func (versionCmd) Run(e *env) error {
	_, err := fmt.Fprintln(e.out, "beyonder", Version)
	return err
}
