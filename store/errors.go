package store

import (
	"errors"
	"fmt"
)

// Errors to branch on.
var (
	//lint:ignore ST1005 Beyonder is a name
	ErrRunning  = errors.New("Beyonder is already running") // the folder is in use by another process
	ErrFull     = errors.New("the disk is full")            // or a quota or limit is reached; nothing was changed
	ErrNotFound = errors.New("it is not there (any more)")  // the conversation or message
	ErrClosed   = errors.New("the database is closed")
	ErrLocked   = errors.New("the conversations are locked: give the passphrase first")
)

// NewerError says that a database was written by a newer Beyonder. It was not
// changed.
type NewerError struct {
	Path           string
	Version, Known uint64 // the file's schema, the newest that this program knows
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("%s is of a newer Beyonder (its schema is %d, this program knows %d) and was left as it is: use the newer Beyonder, or another data folder",
		e.Path, e.Version, e.Known)
}

// DamagedError says that a database file cannot be read. It was not changed.
type DamagedError struct {
	Path  string
	Cause string
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("the database %s is damaged (%s) and was left as it is: put a copy of it in its place, or move it away to begin anew",
		e.Path, e.Cause)
}

// RecordError says that one record of an otherwise readable database is damaged.
type RecordError struct {
	What  string // "message 12 of conversation 3"
	Cause string
}

func (e *RecordError) Error() string {
	return fmt.Sprintf("%s is damaged on disk and cannot be shown (%s)", e.What, e.Cause)
}
