package store

import (
	"bytes"
	"os"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// countKeys counts the keys of all buckets that begin with prefix.
func countKeys(t testing.TB, s *Store, prefix []byte) (n int) {
	t.Helper()
	check(t, s.Sync())
	check(t, s.db.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(_ []byte, b *bolt.Bucket) error {
			return b.ForEach(func(key, _ []byte) error { // nil for a bucket in it
				if bytes.HasPrefix(key, prefix) {
					n++
				}
				return nil
			})
		})
	}))
	return n
}

// rewrite changes the value of every key that begins with prefix, as a bad disk would.
func rewrite(t testing.TB, s *Store, bucket, prefix []byte, f func(value []byte) []byte) {
	t.Helper()
	changed := 0
	check(t, s.Sync())
	check(t, s.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucket)
		key, value := b.Cursor().Seek(prefix)
		if !bytes.HasPrefix(key, prefix) || key == nil {
			return nil
		}
		changed++
		return b.Put(bytes.Clone(key), f(bytes.Clone(value)))
	}))
	if changed == 0 {
		t.Fatalf("%s has no key with the prefix %x", bucket, prefix)
	}
}

// flip changes one bit in the middle of a value.
func flip(value []byte) []byte {
	value[len(value)/2] ^= 4
	return value
}

// whole lets bbolt check every page of the file.
func whole(t testing.TB, s *Store) {
	t.Helper()
	check(t, s.Sync())
	check(t, s.db.View(func(tx *bolt.Tx) error {
		for err := range tx.Check() {
			t.Error(err)
		}
		return nil
	}))
}

func fileSize(t testing.TB, s *Store) int64 {
	t.Helper()
	check(t, s.Sync())
	info, err := os.Stat(s.File())
	check(t, err)
	return info.Size()
}

// put puts a value under a key of every bucket of a conversation's records.
func put(t testing.TB, s *Store, key, value []byte) {
	t.Helper()
	check(t, s.Sync())
	check(t, s.db.Update(func(tx *bolt.Tx) error {
		for _, bucket := range [][]byte{conversationsBucket, systemsBucket, draftsBucket, messagesBucket, journalBucket} {
			if err := tx.Bucket(bucket).Put(key, value); err != nil {
				return err
			}
		}
		return nil
	}))
}

func remove(t testing.TB, s *Store, key []byte) {
	t.Helper()
	check(t, s.Sync())
	check(t, s.db.Update(func(tx *bolt.Tx) error {
		for _, bucket := range [][]byte{conversationsBucket, systemsBucket, draftsBucket, messagesBucket, journalBucket} {
			if err := tx.Bucket(bucket).Delete(key); err != nil {
				return err
			}
		}
		return nil
	}))
}
