package store

import (
	"bytes"
	"maps"
	"slices"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// layer is what changes that the database does not have yet (soon.go) have
// written, to be seen over a transaction. One that is seen is not written to.
type layer struct {
	over   int // the transaction
	count  int // the changes in it
	sheets map[string]*sheet
}

// sheet is what a layer has of one bucket.
type sheet struct {
	entries  []entry // by key
	sequence uint64  // 0: the database's
}

type entry struct {
	key, value []byte
	gone       bool
}

// clone returns a layer that can be written to.
func (l *layer) clone() *layer {
	c := &layer{over: l.over, count: l.count, sheets: maps.Clone(l.sheets)}
	for name, s := range c.sheets {
		c.sheets[name] = &sheet{slices.Clone(s.entries), s.sequence}
	}
	return c
}

// apply writes all of the layer into its transaction, which is one for writing.
func (l *layer) apply(tx *bolt.Tx) error {
	for name, s := range l.sheets {
		b := tx.Bucket([]byte(name))
		if s.sequence > b.Sequence() {
			if err := b.SetSequence(s.sequence); err != nil {
				return err
			}
		}
		for _, e := range s.entries {
			err := error(nil)
			if e.gone {
				err = b.Delete(e.key)
			} else {
				err = b.Put(e.key, e.value)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// at is where a key stands, or would.
func (s *sheet) at(key []byte) (i int, found bool) {
	return slices.BinarySearchFunc(s.entries, key, func(e entry, key []byte) int { return bytes.Compare(e.key, key) })
}

func (s *sheet) set(e entry) {
	i, found := s.at(e.key)
	if found {
		s.entries[i] = e
		return
	}
	s.entries = slices.Insert(s.entries, i, e)
}

// bucket is a bucket as a transaction sees it, with what lies over it. Its methods
// are bbolt's.
type bucket struct {
	base  *bolt.Bucket
	sheet *sheet // nil: nothing lies over it
	draft bool   // what is written goes into the sheet
}

func (b *bucket) Get(key []byte) []byte {
	if b.sheet != nil {
		if i, found := b.sheet.at(key); found {
			return b.sheet.entries[i].value
		}
	}
	return b.base.Get(key)
}

func (b *bucket) Put(key, value []byte) error {
	switch {
	case !b.draft:
		return b.base.Put(key, value)
	case len(key) == 0:
		return berrors.ErrKeyRequired
	case len(key) > bolt.MaxKeySize:
		return berrors.ErrKeyTooLarge
	}
	b.sheet.set(entry{key: bytes.Clone(key), value: append([]byte{}, value...)})
	return nil
}

func (b *bucket) Delete(key []byte) error {
	if !b.draft {
		return b.base.Delete(key)
	}
	b.sheet.set(entry{key: bytes.Clone(key), gone: true})
	return nil
}

func (b *bucket) Sequence() uint64 {
	if b.sheet != nil {
		return max(b.sheet.sequence, b.base.Sequence())
	}
	return b.base.Sequence()
}

func (b *bucket) SetSequence(n uint64) error {
	if !b.draft {
		return b.base.SetSequence(n)
	}
	b.sheet.sequence = n
	return nil
}

func (b *bucket) ForEach(f func(key, value []byte) error) error {
	c := b.Cursor()
	for k, v := c.Seek(nil); k != nil; k, v = c.Next() {
		if err := f(k, v); err != nil {
			return err
		}
	}
	return nil
}

// Cursor walks the keys of both, upwards.
func (b *bucket) Cursor() *cursor { return &cursor{bucket: b, base: b.base.Cursor()} }

type cursor struct {
	bucket     *bucket
	base       *bolt.Cursor
	key, value []byte // where base stands
	next       int    // entry of the sheet that comes next
	at         []byte // the key that was returned
}

func (c *cursor) First() (key, value []byte) { return c.Seek(nil) }

func (c *cursor) Seek(key []byte) (k, v []byte) {
	c.key, c.value = c.base.Seek(key)
	if c.bucket.sheet != nil {
		c.next, _ = c.bucket.sheet.at(key)
	}
	return c.step()
}

// Next must not be called after something was written to the bucket.
func (c *cursor) Next() (key, value []byte) { return c.step() }

// step returns the smaller of the two keys, that of the sheet where they are the
// same, and goes on behind it.
func (c *cursor) step() (key, value []byte) {
	for c.bucket.sheet != nil && c.next < len(c.bucket.sheet.entries) {
		e := c.bucket.sheet.entries[c.next]
		order := -1
		if c.key != nil {
			order = bytes.Compare(e.key, c.key)
		}
		if order > 0 {
			break
		}
		c.next++
		if order == 0 {
			c.key, c.value = c.base.Next()
		}
		if !e.gone {
			c.at = e.key
			return e.key, e.value
		}
	}
	c.at, value = c.key, c.value
	if c.key != nil {
		c.key, c.value = c.base.Next()
	}
	return c.at, value
}

// Delete deletes what was returned last. Seek comes after it.
func (c *cursor) Delete() error { return c.bucket.Delete(c.at) }
