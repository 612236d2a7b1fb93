package store

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Locked says whether the database is encrypted and its passphrase has not been
// given yet: then all else fails with ErrLocked.
func (s *Store) Locked() bool {
	s.file.RLock()
	defer s.file.RUnlock()
	return s.box == nil
}

// Encrypted says whether the database has a passphrase.
func (s *Store) Encrypted() bool {
	record, err := s.lockRecord()
	return err == nil && record != nil
}

// lockRecord is the record of the passphrase, nil if there is none.
func (s *Store) lockRecord() (record []byte, err error) {
	s.file.RLock()
	defer s.file.RUnlock()
	return readLock(s.path, s.db)
}

func readLock(path string, db *bolt.DB) (record []byte, err error) {
	err = guard(path, func() error {
		return db.View(func(tx *bolt.Tx) error {
			record = bytes.Clone(tx.Bucket(aboutBucket).Get(lockKey))
			return nil
		})
	})
	return record, err
}

// Unlock opens an encrypted database. It fails with ErrPassphrase.
func (s *Store) Unlock(passphrase string) error {
	s.unlocking.Lock()
	defer s.unlocking.Unlock()
	if !s.Locked() {
		return nil
	}
	record, err := s.lockRecord()
	if err != nil {
		return err
	}
	key, err := openLock(record, passphrase)
	if err != nil {
		return err
	}
	box, err := newCipherBox(key)
	if err != nil {
		return err
	}
	s.file.Lock()
	s.box = box
	s.file.Unlock()
	version, err := inspectOpen(s)
	if err == nil {
		err = s.prepare(version)
	}
	if err != nil {
		s.file.Lock()
		s.box = nil
		s.file.Unlock()
	}
	return err
}

func inspectOpen(s *Store) (version uint64, err error) {
	err = s.view(func(tx *txn) (err error) {
		version, err = readSchema(tx.Tx)
		return err
	})
	return version, err
}

var errWriting = errors.New("a reply is being written: wait for it or stop it first")

// SetPassphrase encrypts the database with a passphrase, gives it another one, or,
// with "", decrypts it. current is the passphrase so far, "" if there is none.
//
// Whatever happens in between, the file is either as it was or as it is to be. To
// encrypt or decrypt writes it anew; the copies that were made of it before
// (Copies, and those of older schemas) are then deleted, because they would still
// be readable, or no longer.
func (s *Store) SetPassphrase(current, fresh string) error {
	record, err := s.lockRecord()
	if err != nil {
		return err
	}
	var key []byte
	if record != nil {
		if key, err = openLock(record, current); err != nil {
			return err
		}
	}
	switch {
	case record == nil && fresh == "":
		return nil
	case record != nil && fresh != "":
		return s.relock(fresh, key)
	case fresh == "":
		return s.rewrite(plainBox{}, nil)
	}
	key = make([]byte, keySize)
	rand.Read(key)
	box, err := newCipherBox(key)
	if err != nil {
		return err
	}
	if record, err = newLock(fresh, key); err != nil {
		return err
	}
	return s.rewrite(box, record)
}

// relock keeps the key under another passphrase.
func (s *Store) relock(fresh string, key []byte) error {
	record, err := newLock(fresh, key)
	if err != nil {
		return err
	}
	return s.update(func(tx *txn) error { return tx.Bucket(aboutBucket).Put(lockKey, record) })
}

// rewrite puts a database with all values in another box in the place of this one.
// The old file's pages, with what was deleted from it, are gone with it.
func (s *Store) rewrite(to box, record []byte) error {
	s.copying.Lock()
	defer s.copying.Unlock()
	path := s.path + ".rewrite"
	err := s.replace(path, func() (box, error) {
		return to, guard(path, func() error { return writeAnew(s.db, s.box, path, to, record) })
	})
	os.Remove(path)
	if err != nil {
		return err
	}
	return s.dropOutdated()
}

// outdatedKey is there from the moment in which another file has taken the
// database's place until the copies made before are deleted: a program that is
// killed in between must not leave them readable. It says when that was.
var outdatedKey = []byte("copies are outdated")

// dropOutdated deletes the copies if that is still to be done.
func (s *Store) dropOutdated() error {
	s.file.RLock()
	defer s.file.RUnlock()
	since := time.Time{}
	err := guard(s.path, func() error {
		return s.db.View(func(tx *bolt.Tx) error {
			if value := tx.Bucket(aboutBucket).Get(outdatedKey); len(value) == 8 {
				since = time.Unix(0, int64(idAt(value, 0)))
			}
			return nil
		})
	})
	if err != nil || since.IsZero() {
		return err
	}
	if err := s.dropCopies(since); err != nil {
		return err
	}
	s.writing.Lock() // as update does: the queue must not take this transaction for its own
	defer s.writing.Unlock()
	return guard(s.path, func() error {
		return s.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(aboutBucket).Delete(outdatedKey) })
	})
}

// replace puts the file that make writes at path in the place of the database's.
// make says how its values are closed; nil: that is to be found out.
func (s *Store) replace(path string, make func() (box, error)) error {
	s.mu.Lock()
	writing := len(s.live) > 0
	s.mu.Unlock()
	if writing {
		return errWriting
	}
	s.stopWork()
	if err := s.lockStored(); err != nil {
		s.startWork()
		return err
	}
	box, err := make()
	if err == nil {
		err = s.exchange(path, box)
	}
	opened := s.box != nil
	s.file.Unlock()
	if !opened {
		return err
	}
	version, failed := inspectOpen(s)
	if failed == nil {
		failed = s.prepare(version)
	}
	return errors.Join(err, failed)
}

// lockStored locks the file when nothing waits to be stored in it.
func (s *Store) lockStored() error {
	for {
		if err := s.Sync(); err != nil {
			return err
		}
		s.file.Lock()
		if s.queue.empty() {
			return nil
		}
		s.file.Unlock()
	}
}

// exchange is called with the lock held. Should the new file not open, which has
// been looked at before, the database is closed.
func (s *Store) exchange(path string, box box) error {
	if err := s.db.Close(); err != nil {
		return err
	}
	err := os.Rename(path, s.path)
	if err == nil {
		err = syncDir(filepath.Dir(s.path))
	}
	db, failed := openFile(s.path, false)
	if failed != nil {
		return errors.Join(err, fmt.Errorf("the database could not be opened again, start Beyonder anew: %w", failed))
	}
	s.db = db
	if err != nil {
		return err
	}
	if box == nil {
		record, err := readLock(s.path, db)
		switch {
		case err != nil:
			return err
		case record == nil:
			box = plainBox{}
		case s.box != nil && opens(s.path, db, s.box): // of the same key
			box = s.box
		}
	}
	s.box = box
	return nil
}

// opens says whether a box opens a database's values, as far as there are any.
func opens(path string, db *bolt.DB, b box) bool {
	ok := false
	err := guard(path, func() error {
		return db.View(func(tx *bolt.Tx) error {
			for _, name := range [][]byte{settingsBucket, conversationsBucket, messagesBucket} {
				bucket := tx.Bucket(name)
				if bucket == nil {
					continue
				}
				if key, value := bucket.Cursor().First(); key != nil {
					_, err := b.open(place(name, key), value)
					ok = ok || err == nil
				}
			}
			return nil
		})
	})
	return ok && err == nil
}

// anewBytes is what one transaction of writeAnew holds at most.
const anewBytes = 8 << 20

// writeAnew writes a database to another file, all values in another box. What is
// damaged stays so. The index is made anew, since its keys depend on the box.
func writeAnew(db *bolt.DB, from box, path string, to box, record []byte) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	o := options(false)
	o.NoSync = true // until the end
	fresh, err := bolt.Open(path, 0o600, o)
	if err != nil {
		return err
	}
	err = db.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
			if bytes.Equal(name, indexBucket) || bytes.Equal(name, pendingBucket) {
				return nil
			}
			return copyBucket(b, name, from, fresh, to)
		})
	})
	if err == nil {
		err = fresh.Update(func(tx *bolt.Tx) error {
			about := tx.Bucket(aboutBucket)
			if record == nil {
				err = about.Delete(lockKey)
			} else {
				err = about.Put(lockKey, record)
			}
			if err == nil {
				err = about.Put(outdatedKey, idKey(ID(time.Now().UnixNano())))
			}
			if err != nil {
				return err
			}
			return noteAll(&txn{Tx: tx, box: to})
		})
	}
	if err == nil {
		err = fresh.Sync()
	}
	return errors.Join(err, fresh.Close())
}

func copyBucket(b *bolt.Bucket, name []byte, from box, fresh *bolt.DB, to box) error {
	c := b.Cursor()
	key, value := c.First()
	for more := true; more; {
		err := fresh.Update(func(tx *bolt.Tx) error {
			target, err := tx.CreateBucketIfNotExists(name)
			if err != nil {
				return err
			}
			if err := target.SetSequence(b.Sequence()); err != nil {
				return err
			}
			for size := 0; key != nil && size < anewBytes; key, value = c.Next() {
				if value == nil {
					continue // a bucket in it: none of ours
				}
				size += len(value)
				if err := target.Put(key, moved(name, key, value, from, to)); err != nil {
					return err
				}
			}
			more = key != nil
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// moved is a value in another box.
func moved(bucket, key, value []byte, from, to box) []byte {
	if bytes.Equal(bucket, aboutBucket) {
		return value
	}
	content, err := from.open(place(bucket, key), value)
	if err != nil {
		return value // cannot be opened there either
	}
	return to.seal(place(bucket, key), content)
}
