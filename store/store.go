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
// The buckets of schema 3 (numbers in keys are big-endian, so that a cursor walks
// a conversation in the order in which its messages came):
//
//	about          "schema" → the schema's number, 8 bytes; "index" → the index's version;
//	               "lock" → the record of the passphrase (cipher.go)
//	conversations  conversation → head record, JSON
//	folders        folder → JSON
//	systems        conversation → system prompt
//	drafts         conversation → what stands in the composer
//	messages       conversation · message · parent → message record
//	journal        conversation · message · number → text that a growing reply has gained
//	extras         conversation · message · name → what is kept beside them
//	assistants     assistant → JSON
//	presets        preset → JSON
//	models         path → model record, JSON
//	settings       "settings" → JSON; "value/" · name → JSON
//	index          group of terms · number → block of the inverted index (index.go)
//	pending        what the index does not have yet
//
// The tree of a conversation stands in the keys of its messages, so that a
// damaged record hides nothing but itself. All values but those
// of about and pending are sealed with a checksum (seal.go): bbolt has none for its
// data.
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
	foldersBucket       = []byte("folders")
	indexBucket         = []byte("index")
	pendingBucket       = []byte("pending")
	extrasBucket        = []byte("extras")
)

// buckets lists what a database of the present schema has.
func buckets() [][]byte {
	return [][]byte{
		aboutBucket, conversationsBucket, systemsBucket, draftsBucket,
		messagesBucket, journalBucket, modelsBucket, settingsBucket,
		foldersBucket, indexBucket, pendingBucket, extrasBucket,
		Assistants.bucket(), Presets.bucket(),
	}
}

// Store is an open database. Its methods may be called from any goroutine.
type Store struct {
	path   string
	backup string
	lock   *flock.Flock
	file   sync.RWMutex // held for writing while another file takes the database's place
	db     *bolt.DB
	box    box // what closes and opens values; nil: the passphrase has not been given

	indexing sync.Mutex    // held while a batch of the index is made
	changed  chan struct{} // something was written
	closing  chan struct{}
	indexed  chan struct{} // the goroutine of the index has ended

	mu   sync.Mutex
	live map[messageKey]bool // replies that this Store is writing

	// Stall, set before anything is written, is called in each transaction that
	// writes before it is committed: tests make a slow disk of it.
	Stall func()
}

// File is the database's file.
func (s *Store) File() string { return s.path }

// Backup is the copy that was made before the database was migrated by Open, ""
// if it was of the present schema already.
func (s *Store) Backup() string { return s.backup }

// Close closes the database and gives the folder free.
func (s *Store) Close() error {
	s.stopIndex()
	return errors.Join(s.db.Close(), s.lock.Close())
}

func (s *Store) view(f func(tx *txn) error) error {
	return s.within((*bolt.DB).View, f)
}

func (s *Store) update(f func(tx *txn) error) error {
	err := s.within((*bolt.DB).Update, func(tx *txn) error {
		err := f(tx)
		if s.Stall != nil {
			s.Stall()
		}
		return err
	})
	if err == nil {
		select {
		case s.changed <- struct{}{}:
		default: // it is known
		}
	}
	return err
}

// startIndex starts the goroutine that keeps the index.
func (s *Store) startIndex() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing, s.indexed = make(chan struct{}), make(chan struct{})
	go s.keepIndex(s.closing, s.indexed)
}

func (s *Store) stopIndex() {
	s.mu.Lock()
	running := s.closing != nil
	if running {
		close(s.closing)
		s.closing = nil
	}
	s.mu.Unlock()
	if running {
		<-s.indexed
	}
}

func (s *Store) within(begin func(*bolt.DB, func(*bolt.Tx) error) error, f func(tx *txn) error) error {
	s.file.RLock()
	defer s.file.RUnlock()
	if s.box == nil {
		return ErrLocked
	}
	return guard(s.path, func() error {
		return begin(s.db, func(tx *bolt.Tx) error { return f(&txn{tx, s.box}) })
	})
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
