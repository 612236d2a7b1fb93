// Package store keeps conversations on disk, in one bbolt file.
//
// Its one rule: a change writes the records it changes and nothing else; one
// message is one key, and no code path rewrites a conversation. What is written to
// conversations (Add, Begin, a Journal's methods, Import, not AddSoon) is one transaction that
// is on the disk when the method returns. All else is seen by everybody then, and
// is on the disk a moment later (soon.go); Sync and Close wait for it.
//
// It does not know what a model is: what was in force when a reply was written
// comes as JSON and goes as JSON. It does not know who reads it: it has neither
// titles to invent nor a policy for what to show.
//
// The buckets of schema 3 (numbers in keys are big-endian, so that a cursor walks
// a conversation in the order in which its messages came):
//
//	about          "schema" → the schema's number, 8 bytes; "index" → the index's version;
//	               "lock" → the record of the passphrase (cipher.go);
//	               "copies are outdated" → since when, to be deleted (lock.go)
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
	"sync/atomic"

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

	unlocking sync.Mutex
	copying   sync.Mutex    // held while copies are made or deleted
	indexing  sync.Mutex    // held while a batch of the index is made
	changed   chan struct{} // something was written
	closing   chan struct{}
	working   sync.WaitGroup // the goroutines of the index and of the queue

	writing sync.Mutex // held by one transaction that writes, until the queue knows how it has ended
	queue   queue
	numbers givenNumbers

	listed atomic.Int64 // conversations that were listed last

	mu   sync.Mutex
	live map[messageKey]bool // replies that this Store is writing

	// Stall, set before anything is written, is called in each transaction that
	// writes before it is committed: tests make a slow disk of it.
	Stall func()

	// Late, set before anything is written, is told, from any goroutine, that
	// changes could not be stored: they are tried again.
	Late func(error)
}

// File is the database's file.
func (s *Store) File() string { return s.path }

// Backup is the copy that was made before the database was migrated by Open, ""
// if it was of the present schema already.
func (s *Store) Backup() string { return s.backup }

// Close stores what waits to be, closes the database and gives the folder free.
func (s *Store) Close() error {
	s.stopWork()
	s.queue.mu.Lock()
	s.queue.closed = true
	s.queue.mu.Unlock()
	err := s.Sync()
	if errors.Is(err, ErrClosed) {
		err = nil
	}
	return errors.Join(err, s.db.Close(), s.lock.Close())
}

// Rest gives up the memory that what was read takes, for a while in which nothing is
// read.
func (s *Store) Rest() {
	s.file.RLock()
	defer s.file.RUnlock()
	_ = guard(s.path, func() error { // where it fails nothing is lost
		return s.db.View(func(tx *bolt.Tx) error {
			letGo(s.db, tx)
			return nil
		})
	})
}

func (s *Store) view(f func(tx *txn) error) error {
	s.file.RLock()
	defer s.file.RUnlock()
	if s.box == nil {
		return ErrLocked
	}
	return guard(s.path, func() error {
		tx, l, err := s.beginView()
		if err != nil {
			return err
		}
		defer tx.Rollback()
		return f(&txn{Tx: tx, box: s.box, layer: l})
	})
}

// beginView begins to read, with what lies over the transaction.
func (s *Store) beginView() (tx *bolt.Tx, l *layer, err error) {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	tx, err = s.db.Begin(false)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if l == nil {
			tx.Rollback() // of a damaged file, in a panic
		}
	}()
	return tx, s.layerOver(tx), nil
}

// update makes a change, nil: none, and those that wait before it, and returns when
// the disk has them.
func (s *Store) update(f func(tx *txn) error) error {
	s.file.RLock()
	defer s.file.RUnlock()
	if s.box == nil {
		return ErrLocked
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if f == nil && s.queue.empty() {
		return nil
	}
	id := 0
	err := guard(s.path, func() error {
		return s.db.Update(func(tx *bolt.Tx) error {
			t := &txn{Tx: tx, box: s.box, numbers: &s.numbers}
			id = tx.ID()
			err := s.makeWaiting(t)
			if err == nil && f != nil {
				err = f(t)
			}
			if s.Stall != nil {
				s.Stall()
			}
			return err
		})
	})
	s.queue.ended(id, err)
	if err == nil {
		nudge(s.changed)
	}
	return err
}

// startWork starts the goroutines that keep the index and store what waits.
func (s *Store) startWork() {
	s.mu.Lock()
	defer s.mu.Unlock()
	closing := make(chan struct{})
	s.closing = closing
	s.working.Go(func() { s.keepIndex(closing) })
	s.working.Go(func() { s.keepSoon(closing) })
}

func (s *Store) stopWork() {
	s.mu.Lock()
	if s.closing != nil {
		close(s.closing)
		s.closing = nil
	}
	s.mu.Unlock()
	s.working.Wait()
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
