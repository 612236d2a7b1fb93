package store

import (
	"bytes"
	"encoding/binary"
)

// messageKey names a message; its conversation comes first, so that the messages
// of one conversation are neighbours.
type messageKey struct{ conversation, message ID }

func idKey(ids ...ID) []byte {
	key := make([]byte, 0, 8*len(ids))
	for _, id := range ids {
		key = binary.BigEndian.AppendUint64(key, uint64(id))
	}
	return key
}

func (k messageKey) prefix() []byte { return idKey(k.conversation, k.message) }

// idAt returns the n-th number of a key that is long enough for it.
func idAt(key []byte, n int) ID { return ID(binary.BigEndian.Uint64(key[8*n:])) }

// walk calls f for every key that begins with prefix and is size bytes long, in
// order, until f returns an error. Keys of another size are none of ours. The
// slices are valid during the transaction.
func walk(b *bucket, prefix []byte, size int, f func(key, value []byte) error) error {
	c := b.Cursor()
	for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		if len(k) != size {
			continue
		}
		if err := f(k, v); err != nil {
			return err
		}
	}
	return nil
}

// first returns the first key that begins with prefix and its value, nil if there
// is none.
func first(b *bucket, prefix []byte) (key, value []byte) {
	k, v := b.Cursor().Seek(prefix)
	if k == nil || !bytes.HasPrefix(k, prefix) {
		return nil, nil
	}
	return k, v
}

// deleteAll deletes every key that begins with prefix.
func deleteAll(b *bucket, prefix []byte) error {
	c := b.Cursor()
	for k, _ := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, _ = c.Seek(prefix) {
		if err := c.Delete(); err != nil {
			return err
		}
	}
	return nil
}
