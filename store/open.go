package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Schema is the number of the layout that this package writes.
const Schema = 3

var schemaKey = []byte("schema")

// lockWait is how long Open waits for the folder: as long as an instance that is
// just closing may take, short enough for somebody who started a second one.
const lockWait = 500 * time.Millisecond

// Open opens the database in a folder and creates both where they are missing.
// It fails with ErrRunning if another process has it open, *NewerError or
// *DamagedError if it cannot be used; then the file was not changed.
//
// A database of an older schema is copied to Backup first and then migrated.
// Replies that a killed program left unfinished become Interrupted messages.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder cannot be made: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{path: filepath.Join(dir, fileName), lock: lock, box: plainBox{}, changed: make(chan struct{}, 1), queue: queue{kick: make(chan struct{}, 1)}, live: map[messageKey]bool{}}
	if err := s.open(); err != nil {
		lock.Close()
		return nil, err
	}
	return s, nil
}

// lockDir locks the folder rather than the database, because creating, copying
// and migrating the database must happen under the lock too.
func lockDir(dir string) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(context.Background(), lockWait)
	defer cancel()
	_, err := lock.TryLockContext(ctx, 20*time.Millisecond)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("%w: it uses the data folder %s", ErrRunning, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be locked: %w", dir, err)
	}
	return lock, nil
}

func (s *Store) open() error {
	if err := createFile(s.path); err != nil {
		return err
	}
	version, err := inspect(s.path)
	if err != nil {
		return err
	}
	if version > Schema {
		return &NewerError{Path: s.path, Version: version, Known: Schema}
	}
	if version < Schema {
		if s.backup, err = copyAside(s.path, version); err != nil {
			return err
		}
	}
	for _, left := range []string{".rewrite", ".restore"} { // of a program that was killed
		if err := os.Remove(s.path + left); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if s.db, err = openFile(s.path, false); err != nil {
		return err
	}
	_ = s.dropOutdated() // where it fails: the next time
	record, err := readLock(s.path, s.db)
	if err == nil && record != nil {
		s.box = nil
		return nil // Unlock does the rest
	}
	if err == nil {
		err = s.prepare(version)
	}
	if err != nil {
		s.db.Close()
	}
	return err
}

// prepare brings an opened database up to date.
func (s *Store) prepare(version uint64) error {
	if err := s.migrate(version); err != nil {
		return err
	}
	if err := s.addBuckets(); err != nil {
		return err
	}
	// An index that cannot be made leaves messages to be read.
	if err := s.checkIndex(); err != nil && !errors.Is(err, ErrFull) {
		return err
	}
	// On a full disk the journals stay where they are and are folded in whenever
	// their messages are read.
	if err := s.foldJournals(); err != nil && !errors.Is(err, ErrFull) {
		return err
	}
	s.startWork()
	return nil
}

// addBuckets adds the buckets that a database of the present schema may lack
// because it was made before they were thought of. An older program does not
// look at them, so that they need no new schema.
func (s *Store) addBuckets() error {
	missing := false
	err := s.view(func(tx *txn) error {
		for _, name := range buckets() {
			missing = missing || tx.Bucket(name) == nil
		}
		return nil
	})
	if err != nil || !missing {
		return err
	}
	return s.update(func(tx *txn) error {
		for _, name := range buckets() {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
}

// createFile makes an empty database under another name and then renames it: a
// program that is killed in between must not leave half a database. One that is there
// and empty is not begun anew in silence: it had conversations, and copies of them
// may be beside it.
func createFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.Size() == 0:
		return &DamagedError{Path: path, Cause: "it is empty"}
	case err == nil:
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := guard(path, func() error { return createEmpty(fresh) }); err != nil {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func createEmpty(path string) error {
	db, err := bolt.Open(path, 0o600, options(false))
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range buckets() {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return putSchema(tx, Schema)
	})
	return errors.Join(err, db.Close())
}

// inspect reads a database's schema without writing to it: bbolt may write to a
// file as soon as it is opened for writing.
func inspect(path string) (version uint64, err error) {
	db, err := openFile(path, true)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	err = guard(path, func() error {
		return db.View(func(tx *bolt.Tx) (err error) {
			version, err = readSchema(tx)
			return err
		})
	})
	return version, err
}

func readSchema(tx *bolt.Tx) (uint64, error) {
	damaged := func(cause string) error { return &DamagedError{Path: tx.DB().Path(), Cause: cause} }
	if info, err := os.Stat(tx.DB().Path()); err != nil {
		return 0, err
	} else if info.Size() < tx.Size() {
		return 0, damaged(fmt.Sprintf("it has %d of its %d bytes", info.Size(), tx.Size()))
	}
	about := tx.Bucket(aboutBucket)
	if about == nil {
		return 0, damaged("it is not one of Beyonder's")
	}
	value := about.Get(schemaKey)
	if len(value) != 8 || binary.BigEndian.Uint64(value) == 0 {
		return 0, damaged("the number of its schema is missing")
	}
	return binary.BigEndian.Uint64(value), nil
}

func putSchema(tx *bolt.Tx, version uint64) error {
	return tx.Bucket(aboutBucket).Put(schemaKey, idKey(ID(version)))
}

func openFile(path string, readOnly bool) (db *bolt.DB, err error) {
	err = guard(path, func() (err error) {
		db, err = bolt.Open(path, 0o600, options(readOnly))
		return err
	})
	var pathError *fs.PathError
	switch {
	case err == nil, errors.Is(err, ErrFull), errors.As(err, &pathError):
		return db, err
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("%w: it, or another program, uses %s", ErrRunning, path)
	}
	var damaged *DamagedError
	if errors.As(err, &damaged) {
		return nil, err
	}
	return nil, &DamagedError{Path: path, Cause: err.Error()}
}

func options(readOnly bool) *bolt.Options {
	return &bolt.Options{
		Timeout:      lockWait,
		FreelistType: bolt.FreelistMapType, // its time does not grow with the file's holes
		ReadOnly:     readOnly,
		PageSize:     4096, // the same on all machines, so that a file can be moved
		NoStatistics: true,
	}
}
