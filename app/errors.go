package app

import "errors"

// Errors to branch on.
var (
	ErrNoModel = errors.New("no model is loaded: choose a .gguf file first")
	ErrBusy    = errors.New("a reply is being written: stop it or wait until it ends")
	ErrEmpty   = errors.New("the message is empty: type something first")
	ErrFull    = errors.New("the disk is full: free some space and try again")
	ErrRunning = errors.New("Beyonder is already running")
)
