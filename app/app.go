// Package app is Beyonder without its window: conversations that are answered
// by an engine and kept in a store.
//
// Its one rule: what the user typed is on disk before the engine hears of it,
// and what the engine said is on disk at most a tenth of a second later. It
// knows neither the window nor the database nor where the engine runs.
package app

import (
	"context"
	"iter"

	"beyonder/engine"
)

// Engine is what app needs of an engine: *worker.Client in the program (a child
// process), apptest.Engine in tests.
//
// Load and Reply end within 100 ms of their context's end, and when the
// consumer breaks. They may be called from any goroutine, one at a time.
type Engine interface {
	Load(ctx context.Context, o engine.LoadOptions) iter.Seq2[engine.Progress, error]
	Info() (engine.Info, bool) // false: no model is loaded
	Reply(ctx context.Context, r engine.Request) iter.Seq2[engine.Piece, error]
	Unload() error
	Close() error
}

// Options says where the application keeps everything and who answers.
type Options struct {
	Dir    string // everything is kept here
	Engine Engine
	Trace  func(event string, fields map[string]any) // may be nil; called from any goroutine
}

// App is the running application. Its methods may be called from any goroutine.
type App struct{}

// Open opens the folder of o and everything in it. It fails with ErrRunning when
// another instance has it open, with *NewerError or *DamagedError when its
// database cannot be used; then nothing on disk was changed.
func Open(o Options) (*App, error) { return nil, errUnwritten }

// Close ends a reply that is being written, keeping what came of it, and closes
// the engine and the store.
func (a *App) Close() error { return errUnwritten }
