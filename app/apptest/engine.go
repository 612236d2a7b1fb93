// Package apptest is an engine for tests: it loads nothing and answers every
// request with the same words at a set pace. With it come large libraries of
// conversations (Library) and what the machine does to time (Stalls).
//
// Its one rule: it is deterministic; the same words and requests give the same
// pieces, ids and figures. The engine does not know the application that it serves.
package apptest

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"beyonder/app"
	"beyonder/engine"
)

var _ app.Engine = (*Engine)(nil)

// Engine streams given words. Set its fields between calls, not while one runs;
// its methods may be called from any goroutine.
type Engine struct {
	Words []string      // of every reply; a space goes between two of them
	Pace  time.Duration // between two words, and between two steps of loading or reading

	Model     engine.Info    // what Info tells; Load replaces Path and Name
	LoadSteps int            // how often Load reports progress
	LoadError error          // what Load ends with
	Prompt    int            // tokens of prompt that are reported as read; 0: none
	Notice    *engine.Notice // is sent before the first word
	Routed    bool           // report the routes of each token even if they are not asked for

	Fail   error // what Reply ends with, before word FailAt
	FailAt int
	// FailTimes is how often Reply fails; 0: every time.
	FailTimes int
	Hang      bool // Reply falls silent before word HangAt, until its context ends
	HangAt    int

	mu       sync.Mutex
	loaded   bool
	loads    []engine.LoadOptions
	requests []engine.Request
	failures int
}

// New returns an engine with a model loaded.
func New(words []string, pace time.Duration) *Engine {
	return &Engine{
		Words: words, Pace: pace, LoadSteps: 4, loaded: true,
		Model: engine.Info{
			Path: "/models/tiny-mixtral.gguf", Name: "Tiny Mixtral", Hash: "00c0ffee",
			Architecture: "llama", Quantization: "Q4_K_M",
			Parameters: 1_000_000, ActiveParameters: 400_000, Layers: 2, Experts: 4, ExpertsUsed: 2,
			Vocabulary: 32_000, TrainedContext: 32_768, Context: 8192, Template: "the file's own",
			Device: "CPU (portable)", DeviceReason: "no OpenGL 4.3", FileBytes: 1 << 20,
			Pages: engine.Pages{Bytes: 100 << 20, Large: 20 << 20, Gain: 1.04, Reason: "not worth a copy"},
		},
	}
}

// Text is the whole reply.
func (e *Engine) Text() string { return strings.Join(e.Words, " ") }

// Requests returns every request so far.
func (e *Engine) Requests() []engine.Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.requests)
}

// Loads returns the options of every Load so far.
func (e *Engine) Loads() []engine.LoadOptions {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.loads)
}

// Info implements app.Engine.
func (e *Engine) Info() (engine.Info, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.loaded {
		return engine.Info{}, false
	}
	return e.Model, true
}

// Count implements app.Engine: a token for each word.
func (e *Engine) Count(text string) (int, error) {
	if _, loaded := e.Info(); !loaded {
		return 0, engine.ErrNoModel
	}
	return len(strings.Fields(text)), nil
}

// Unload implements app.Engine.
func (e *Engine) Unload() error {
	e.setLoaded(false)
	return nil
}

// Close implements app.Engine.
func (e *Engine) Close() error { return e.Unload() }

func (e *Engine) setLoaded(loaded bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.loaded = loaded
}

// Load implements app.Engine: LoadSteps steps, then a model named after the file.
func (e *Engine) Load(ctx context.Context, o engine.LoadOptions) iter.Seq2[engine.Progress, error] {
	return func(yield func(engine.Progress, error) bool) {
		e.setLoaded(false)
		e.mu.Lock()
		e.loads = append(e.loads, o)
		e.mu.Unlock()
		for i := range e.LoadSteps {
			if err := e.wait(ctx); err != nil {
				yield(engine.Progress{}, err)
				return
			}
			p := engine.Progress{Stage: "reading weights", Done: int64(i + 1), Total: int64(e.LoadSteps)}
			if !yield(p, nil) {
				return
			}
		}
		if e.LoadError != nil {
			yield(engine.Progress{}, e.LoadError)
			return
		}
		e.opened(o)
	}
}

func (e *Engine) opened(o engine.LoadOptions) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.loaded = true
	e.Model.Path = o.Path
	e.Model.Name = strings.TrimSuffix(filepath.Base(o.Path), ".gguf")
	if o.Context > 0 {
		e.Model.Context = o.Context
	}
}

func (e *Engine) wait(ctx context.Context) error {
	if e.Pace <= 0 {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(e.Pace):
		return nil
	}
}

// lost says whether err is one that a process that ended leaves behind.
func lost(err error) bool {
	var gone *engine.LostError
	return errors.As(err, &gone)
}
