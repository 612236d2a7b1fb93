package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"
)

// The index finds messages by their words. It is built of blocks (postings.go),
// one or several for each group of terms that begin alike, and lags behind: a
// message that is written is only noted in "pending", in the same transaction;
// search looks through what is noted there itself. A goroutine moves it into the
// blocks when there is enough of it, so that neither the number of words nor
// trouble with the index costs a message anything.
//
// Keys: the hash of a group, 8 bytes, and a number, 4 bytes: 0 for the list of
// the characters that can follow a group of one character, from 1 for blocks.
// Neither the keys nor the way they are sorted tell of words when the values are
// encrypted.

const (
	indexVersion = 1
	blockSize    = 8 << 10 // bytes from which a block is left as it is

	// indexEnough messages are worth a transaction of their own, indexWait is how
	// long they may gather.
	indexEnough = 32
	indexWait   = 3 * time.Second
	// A batch is small enough that a message that comes meanwhile does not wait
	// long.
	batchMessages = 2000
	batchBytes    = 1 << 20
)

// Kinds of keys of pending.
const (
	pendingText  = 1 // · conversation · message (0: the title) → number of the transaction
	pendingPurge = 2 // · conversation, which is not there any more
)

var indexVersionKey = []byte("index")

func pendingKey(k messageKey) []byte { return append([]byte{pendingText}, k.prefix()...) }

// note remembers that a message, or a title, is to be indexed.
func note(tx *txn, k messageKey) {
	// An index that cannot be noted in is made anew; it must not cost the message.
	_ = tx.Bucket(pendingBucket).Put(pendingKey(k), idKey(ID(tx.ID())))
}

// forget remembers that a conversation is to be taken out of the index.
func forget(tx *txn, conversation ID) error {
	pending := tx.Bucket(pendingBucket)
	if err := deleteAll(pending, append([]byte{pendingText}, idKey(conversation)...)); err != nil {
		return err
	}
	return pending.Put(append([]byte{pendingPurge}, idKey(conversation)...), []byte{})
}

// noteAll empties the index and notes everything.
func noteAll(tx *txn) error {
	for _, name := range [][]byte{indexBucket, pendingBucket} {
		if tx.Bucket(name) != nil {
			if err := tx.DeleteBucket(name); err != nil {
				return err
			}
		}
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	_ = walk(tx.Bucket(conversationsBucket), nil, 8, func(key, _ []byte) error {
		note(tx, messageKey{conversation: idAt(key, 0)})
		return nil
	})
	_ = walk(tx.Bucket(messagesBucket), nil, messageKeySize, func(key, _ []byte) error {
		note(tx, messageKey{idAt(key, 0), idAt(key, 1)})
		return nil
	})
	return tx.Bucket(aboutBucket).Put(indexVersionKey, idKey(indexVersion))
}

// checkIndex makes the index anew if it is of another version.
func (s *Store) checkIndex() error {
	right := false
	err := s.view(func(tx *txn) error {
		right = bytes.Equal(tx.Bucket(aboutBucket).Get(indexVersionKey), idKey(indexVersion))
		return nil
	})
	if err != nil || right {
		return err
	}
	return s.update(noteAll)
}

// Unindexed is how many messages and titles are not in the index yet.
func (s *Store) Unindexed() (n int) {
	_ = s.view(func(tx *txn) error {
		n = countPending(tx, -1)
		return nil
	})
	return n
}

func countPending(tx *txn, limit int) (n int) {
	c := tx.Bucket(pendingBucket).Cursor()
	for k, _ := c.First(); k != nil && n != limit; k, _ = c.Next() {
		n++
	}
	return n
}

// keepIndex is the goroutine: it moves what is noted into the index.
func (s *Store) keepIndex(closing chan struct{}) {
	for {
		s.catchUp(closing)
		select {
		case <-s.changed:
		case <-closing:
			return
		}
		select {
		case <-time.After(indexWait):
		case <-closing:
			return
		}
	}
}

// catchUp indexes all that is noted, if it is enough.
func (s *Store) catchUp(closing chan struct{}) {
	enough := false
	_ = s.view(func(tx *txn) error {
		enough = countPending(tx, indexEnough) == indexEnough || hasPending(tx, pendingPurge)
		return nil
	})
	for enough {
		start := time.Now()
		more, err := s.indexSome()
		if errors.Is(err, errBlock) || errors.Is(err, errSeal) { // nothing is lost by making it anew
			if s.update(noteAll) != nil {
				return
			}
			continue
		}
		if err != nil || !more {
			return // what is noted stays noted
		}
		select {
		case <-time.After(time.Since(start)): // half of the time is for others
		case <-closing:
			return
		}
	}
}

func hasPending(tx *txn, kind byte) bool {
	key, _ := first(tx.Bucket(pendingBucket), []byte{kind})
	return key != nil
}

// Reindex indexes all that is noted, and everything if fresh.
func (s *Store) Reindex(fresh bool) error {
	if fresh {
		if err := s.update(noteAll); err != nil {
			return err
		}
	}
	for {
		if more, err := s.indexSome(); err != nil || !more {
			return err
		}
	}
}

// batch is what one transaction adds to the index.
type batch struct {
	noted  map[messageKey]string // as pending has it
	groups map[string]block
	bytes  int
}

// indexSome indexes a batch of what is noted; more: there is more.
func (s *Store) indexSome() (more bool, err error) {
	s.indexing.Lock()
	defer s.indexing.Unlock()
	b, gone := &batch{noted: map[messageKey]string{}, groups: map[string]block{}}, map[ID]bool{}
	err = s.view(func(tx *txn) error {
		more = b.read(tx)
		return walk(tx.Bucket(pendingBucket), []byte{pendingPurge}, 9, func(key, _ []byte) error {
			gone[idAt(key[1:], 0)] = true
			return nil
		})
	})
	if err == nil && len(b.noted) > 0 {
		err = s.update(b.write)
	}
	if err == nil && len(gone) > 0 {
		err = s.purge(gone)
	}
	if len(b.noted) == batchMessages || b.bytes > batchBytes || len(gone) > 0 {
		s.Rest() // much was read that nobody asked for
	}
	return more, err
}

// read gathers the words of what is noted, as much as one batch holds.
func (b *batch) read(tx *txn) (more bool) {
	c := tx.Bucket(pendingBucket).Cursor()
	for key, value := c.Seek([]byte{pendingText}); key != nil && key[0] == pendingText; key, value = c.Next() {
		if len(b.noted) == batchMessages || b.bytes > batchBytes {
			return true
		}
		if len(key) == 17 {
			b.take(tx, messageKey{idAt(key[1:], 0), idAt(key[1:], 1)}, string(value))
		}
	}
	return false
}

func (b *batch) take(tx *txn, k messageKey, noted string) {
	b.noted[k] = noted
	text := notedText(tx, k)
	b.bytes += len(text)
	seen := map[string]bool{}
	scan(text, func(t token) {
		t.terms(func(term string) {
			if seen[term] {
				return
			}
			seen[term] = true
			group := groupOf(term)
			if b.groups[group] == nil {
				b.groups[group] = block{}
			}
			b.groups[group][term] = append(b.groups[group][term], k)
		})
	})
}

// notedText reads what is to be indexed; "" if it is not there or damaged.
func notedText(tx *txn, k messageKey) string {
	if k.message == 0 {
		c, err := getConversation(tx, k.conversation)
		if err != nil {
			return ""
		}
		return c.Title
	}
	m, err := loadMessage(tx, k)
	if err != nil {
		return ""
	}
	if m.State == Streaming {
		fold(tx, &m)
	}
	return m.Text
}

// write adds the batch to the blocks. What was noted anew meanwhile, or deleted,
// is not the batch's any more.
func (b *batch) write(tx *txn) error {
	pending := tx.Bucket(pendingBucket)
	lost := map[ID]bool{}
	for k, noted := range b.noted {
		key := pendingKey(k)
		switch string(pending.Get(key)) {
		case noted:
			if err := pending.Delete(key); err != nil {
				return err
			}
		case "":
			lost[k.conversation] = true
		}
	}
	for _, group := range slices.Sorted(maps.Keys(b.groups)) {
		fresh := b.groups[group]
		fresh.drop(lost)
		if err := addBlock(tx, group, fresh); err != nil {
			return err
		}
	}
	return nil
}

// addBlock adds terms to the last block of a group, or begins another one.
func addBlock(tx *txn, group string, fresh block) error {
	if len(fresh) == 0 {
		return nil
	}
	hash := tx.box.hash(group)
	number, content := uint32(1), []byte(nil)
	c := tx.Tx.Bucket(indexBucket).Cursor() // bbolt's goes back, too; nothing lies over what is written
	c.Seek(blockKey(hash, 1<<32-1))
	if key, value := c.Prev(); len(key) == 12 && bytes.HasPrefix(key, hash) && blockNumber(key) > 0 {
		old, err := tx.open(indexBucket, key, value)
		number = blockNumber(key)
		if err != nil || len(old) >= blockSize {
			number++
		} else {
			content = old
		}
	} else if err := noteGroup(tx, group); err != nil {
		return err
	}
	if content != nil {
		old, err := decodeBlock(content)
		if err != nil {
			return err
		}
		old.add(fresh)
		fresh = old
	}
	return tx.put(indexBucket, blockKey(hash, number), fresh.encode())
}

// noteGroup adds a new group of two characters to the list that its first one has.
func noteGroup(tx *txn, group string) error {
	head, tail := cutRune(group)
	if tail == "" {
		return nil
	}
	key := blockKey(tx.box.hash(head), 0)
	list, err := tx.get(indexBucket, key)
	if err != nil || strings.Contains(string(list), tail) {
		return err
	}
	return tx.put(indexBucket, key, append(bytes.Clone(list), tail...))
}

func cutRune(s string) (head, tail string) {
	for i := range s {
		if i > 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

func blockKey(hash []byte, number uint32) []byte {
	return binary.BigEndian.AppendUint32(bytes.Clone(hash), number)
}

func blockNumber(key []byte) uint32 { return binary.BigEndian.Uint32(key[8:]) }

// plain values have plain keys: the hash is no secret.
func (plainBox) hash(group string) []byte {
	h := fnv.New64a()
	h.Write([]byte(group))
	return h.Sum(nil)
}

// purgeBlocks is how many blocks one transaction of purge looks at.
const purgeBlocks = 512

// purge takes conversations out of the index.
func (s *Store) purge(gone map[ID]bool) error {
	var next []byte
	for done := false; !done; {
		err := s.update(func(tx *txn) (err error) {
			next, err = purgeFrom(tx, next, gone)
			if err != nil || next != nil {
				return err
			}
			done = true
			for id := range gone {
				if err := tx.Bucket(pendingBucket).Delete(append([]byte{pendingPurge}, idKey(id)...)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// purgeFrom looks at some blocks and returns where to go on, nil: it was the end.
func purgeFrom(tx *txn, from []byte, gone map[ID]bool) (next []byte, err error) {
	changed := map[string][]byte{}
	c, n := tx.Bucket(indexBucket).Cursor(), 0
	for key, value := c.Seek(from); key != nil; key, value = c.Next() {
		if n++; n > purgeBlocks {
			next = bytes.Clone(key)
			break
		}
		if len(key) != 12 || blockNumber(key) == 0 {
			continue
		}
		content, err := tx.open(indexBucket, key, value)
		if err != nil {
			return nil, err
		}
		b, err := decodeBlock(content)
		if err != nil {
			return nil, err
		}
		if b.drop(gone) {
			changed[string(key)] = b.encode()
		}
	}
	for key, content := range changed {
		if err := tx.put(indexBucket, []byte(key), content); err != nil {
			return nil, err
		}
	}
	return next, nil
}
