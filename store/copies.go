package store

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Copies of the database are made once a day and before another one is restored;
// copiesKept of them are kept. They are databases like the one they were made of,
// encrypted if that was.

const (
	copiesName = "copies"
	copiesKept = 7
	copyLayout = "2006-01-02"
	copyLong   = "2006-01-02 15.04.05"
)

// Copy is one of them.
type Copy struct {
	Path  string
	Made  time.Time
	Bytes int64
}

func (s *Store) copiesDir() string { return filepath.Join(filepath.Dir(s.path), copiesName) }

// Copies returns the copies that there are, the newest first.
func (s *Store) Copies() (all []Copy, err error) {
	entries, err := os.ReadDir(s.copiesDir())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".db")
		if info, err := e.Info(); ok && err == nil && info.Mode().IsRegular() && isCopy(name) {
			all = append(all, Copy{filepath.Join(s.copiesDir(), e.Name()), info.ModTime(), info.Size()})
		}
	}
	slices.SortFunc(all, func(a, b Copy) int { return cmp.Or(b.Made.Compare(a.Made), strings.Compare(b.Path, a.Path)) })
	return all, err
}

func isCopy(name string) bool {
	_, err := time.Parse(copyLayout, name)
	_, err2 := time.Parse(copyLong, name)
	return err == nil || err2 == nil
}

// CopyDaily makes today's copy unless there is one, and deletes the oldest ones.
func (s *Store) CopyDaily(now time.Time) (made bool, err error) {
	s.copying.Lock()
	defer s.copying.Unlock()
	path := filepath.Join(s.copiesDir(), now.Format(copyLayout)+".db")
	if _, err := os.Lstat(path); err == nil {
		return false, nil
	}
	if err := s.copyTo(path); err != nil {
		return false, err
	}
	return true, s.pruneCopies()
}

func (s *Store) pruneCopies() (err error) {
	all, err := s.Copies()
	for _, old := range all[min(copiesKept, len(all)):] {
		err = errors.Join(err, os.Remove(old.Path))
	}
	return errors.Join(err, removeAll(s.halfCopies()))
}

// halfCopies are what programs left that were killed while they copied.
func (s *Store) halfCopies() []string {
	half, _ := filepath.Glob(filepath.Join(s.copiesDir(), "*.db.part")) // a pattern that is right
	return half
}

func removeAll(paths []string) (err error) {
	for _, path := range paths {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// copyTo copies the database as it is now, while it is in use.
func (s *Store) copyTo(path string) error {
	fail := func(err error) error {
		return fmt.Errorf("the conversations could not be copied to %s: %w", path, explain(path, err))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fail(err)
	}
	if err := s.Sync(); err != nil {
		return fail(err)
	}
	partial := path + ".part"
	f, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fail(err)
	}
	s.file.RLock()
	err = guard(s.path, func() error {
		return s.db.View(func(tx *bolt.Tx) error {
			_, err := tx.WriteTo(f)
			return err
		})
	})
	s.file.RUnlock()
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		os.Remove(partial)
		return fail(err)
	}
	if err := os.Rename(partial, path); err != nil {
		return fail(err)
	}
	return syncDir(filepath.Dir(path))
}

// freeCopy is the name of a copy that there is none of yet: never that of the one
// which is being restored.
func (s *Store) freeCopy(now time.Time) string {
	for {
		path := filepath.Join(s.copiesDir(), now.Format(copyLong)+".db")
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return path
		}
		now = now.Add(time.Second)
	}
}

// RestoreCopy puts a copy in the place of the database, of which it makes a copy
// first. If the copy has a passphrase of its own, the store is Locked then. With an
// error the database is as it was.
func (s *Store) RestoreCopy(path string, now time.Time) error {
	version, err := inspect(path)
	switch {
	case err != nil:
		return fmt.Errorf("the copy cannot be restored: %w", err)
	case version > Schema:
		return &NewerError{Path: path, Version: version, Known: Schema}
	}
	s.copying.Lock()
	defer s.copying.Unlock()
	before := s.freeCopy(now)
	if err := s.copyTo(before); err != nil {
		return err
	}
	fresh := s.path + ".restore"
	defer os.Remove(fresh)
	if err := explain(path, copySynced(path, fresh)); err != nil {
		return fmt.Errorf("the copy cannot be restored: %w", err)
	}
	if err := s.replace(fresh, func() (box, error) { return nil, nil }); err != nil {
		return err
	}
	return s.pruneCopies()
}

// dropCopies deletes the copies made before a time, those of older schemas too, and
// halves of copies.
func (s *Store) dropCopies(before time.Time) error {
	all, err := s.Copies()
	var paths []string
	for _, c := range all {
		paths = append(paths, c.Path)
	}
	for _, end := range []string{"-v*.db", "-v*.db.part"} {
		old, _ := filepath.Glob(strings.TrimSuffix(s.path, ".db") + end) // a pattern that is right
		paths = append(paths, old...)
	}
	newer := func(path string) bool {
		info, err := os.Stat(path)
		return err == nil && info.ModTime().After(before)
	}
	return errors.Join(err, removeAll(slices.DeleteFunc(paths, newer)), removeAll(s.halfCopies()))
}
