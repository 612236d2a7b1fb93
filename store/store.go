// Package store keeps conversations on disk, in one bbolt file.
//
// Its one rule: a change writes the records it changes and nothing else; one
// message is one key, and no code path rewrites a conversation. Every change is
// one transaction that is on the disk when the method returns.
//
// It does not know what a model is: what was in force when a reply was written
// comes as JSON and goes as JSON. It does not know who reads it: it has neither
// titles to invent nor a policy for what to show.
//
// The buckets of schema 2 (numbers in keys are big-endian, so that a cursor walks
// a conversation in the order in which its messages came):
//
//	about          "schema" → the schema's number, 8 bytes
//	conversations  conversation → head record, JSON
//	systems        conversation → system prompt
//	drafts         conversation → what stands in the composer
//	messages       conversation · message · parent → message record
//	journal        conversation · message · number → text that a growing reply has gained
//	models         path → model record, JSON
//	settings       "settings" → JSON
//
// The tree of a conversation stands in the keys of its messages, so that a
// damaged record hides nothing but itself. All values but the schema's number
// are sealed with a checksum (seal.go): bbolt has none for its data.
package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"sync"

	"github.com/gofrs/flock"
	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// ID names a conversation or a message; within a database each is given once.
// 0 names none.
type ID uint64

const (
	fileName = "beyonder.db"
	lockName = "beyonder.lock"
)

var (
	aboutBucket         = []byte("about")
	conversationsBucket = []byte("conversations")
	systemsBucket       = []byte("systems")
	draftsBucket        = []byte("drafts")
	messagesBucket      = []byte("messages")
	journalBucket       = []byte("journal")
	modelsBucket        = []byte("models")
	settingsBucket      = []byte("settings")
)

// buckets lists what a database of the present schema has.
func buckets() [][]byte {
	return [][]byte{
		aboutBucket, conversationsBucket, systemsBucket, draftsBucket,
		messagesBucket, journalBucket, modelsBucket, settingsBucket,
	}
}

// Store is an open database. Its methods may be called from any goroutine.
type Store struct {
	path   string
	backup string
	lock   *flock.Flock
	db     *bolt.DB

	mu   sync.Mutex
	live map[messageKey]bool // replies that this Store is writing
}

// File is the database's file.
func (s *Store) File() string { return s.path }

// Backup is the copy that was made before the database was migrated by Open, ""
// if it was of the present schema already.
func (s *Store) Backup() string { return s.backup }

// Close closes the database and gives the folder free.
func (s *Store) Close() error {
	return errors.Join(s.db.Close(), s.lock.Close())
}

func (s *Store) view(f func(tx *bolt.Tx) error) error {
	return guard(s.path, func() error { return s.db.View(f) })
}

func (s *Store) update(f func(tx *bolt.Tx) error) error {
	return guard(s.path, func() error { return s.db.Update(f) })
}

// guard turns what bbolt does on a damaged file (it panics, or reads from a part
// of its memory map that the file does not have) and on a full disk into errors.
func guard(path string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if cause := recover(); cause != nil {
			err = &DamagedError{Path: path, Cause: fmt.Sprint(cause)}
		}
	}()
	return explain(path, f())
}

func explain(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return ErrClosed
	case isFull(err) && !errors.Is(err, ErrFull):
		return fmt.Errorf("%w: %s could not be written, what is in it is safe; free some space and try again (%w)", ErrFull, filepath.Base(path), err)
	}
	return err
}
