package app

import (
	"context"
	"iter"

	"beyonder/engine"
)

// Event is a step of an answer. Exactly one of the pointers is set, or Text and
// Tokens (either may be empty).
type Event struct {
	User     *Message // the user's message, already committed
	Started  *Message // the reply, empty so far (with Continue: its text so far)
	Loading  *engine.Progress
	Reading  *engine.Reading
	Notice   *engine.Notice
	Text     string
	Tokens   []engine.Token
	Finished *Message // the reply as it is kept now
}

// Send stores the user's message and streams its answer: User, then Loading when
// the model has to be loaded first, Started, text, Finished.
//
// Whatever ends it, the text that came is kept. A reply that was stopped (by ctx
// or by break) is no error. After any other error Finished comes first, then the
// error. Errors to branch on: ErrNoModel, ErrBusy, ErrEmpty, ErrFull,
// *engine.MemoryError, *engine.LostError.
func (a *App) Send(ctx context.Context, id ID, text string) iter.Seq2[Event, error] {
	return unwritten[Event]()
}

// Continue goes on with a reply that was interrupted, stopped or cut by its
// length. It must be the last message of its path.
func (a *App) Continue(ctx context.Context, id, message ID) iter.Seq2[Event, error] {
	return unwritten[Event]()
}

// Regenerate writes another version of a reply. Given a user's message, it
// answers that one (again).
func (a *App) Regenerate(ctx context.Context, id, message ID) iter.Seq2[Event, error] {
	return unwritten[Event]()
}

// Edit stores another version of a user's message and streams its answer.
func (a *App) Edit(ctx context.Context, id, message ID, text string) iter.Seq2[Event, error] {
	return unwritten[Event]()
}

func unwritten[T any]() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		yield(zero, errUnwritten)
	}
}
