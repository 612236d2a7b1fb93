package app

import (
	"errors"

	"beyonder/store"
)

// Errors to branch on.
var (
	ErrNoModel = errors.New("no model is loaded: choose a .gguf file first")
	ErrBusy    = errors.New("the engine is at work: stop it or wait until it ends")
	ErrEmpty   = errors.New("the message is empty: type something first")
	ErrNoTrail = errors.New("how this reply was made was not kept: it is from an earlier version of Beyonder, its text was changed, or it was broken off by a crash")
	ErrNotLast = errors.New("only the last reply of a conversation can be continued: regenerate this one instead")

	ErrRunning  = store.ErrRunning  // a second instance uses the same data folder
	ErrFull     = store.ErrFull     // nothing stored is lost, the same call works when there is space
	ErrNotFound = store.ErrNotFound // a conversation or message that was deleted
	ErrClosed   = store.ErrClosed
)

// What Open fails with when the database cannot be used. The file was not changed.
type (
	NewerError   = store.NewerError
	DamagedError = store.DamagedError
)
