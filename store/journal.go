package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Journal keeps a reply that is growing. What it gains is appended in small
// records of its own, so that a transaction does not cost more the longer the
// reply is; Finish puts them together. Its methods must not be called at the same
// time.
type Journal struct {
	s    *Store
	key  messageKey
	next ID // number of the next record
}

const journalKeySize = 24

// Begin adds a reply to a conversation, with the text that it is to begin with,
// and opens its journal.
func (s *Store) Begin(m Message) (Message, *Journal, error) {
	m.State = Streaming
	err := s.update(func(tx *txn) error {
		if err := insert(tx, &m); err != nil {
			return err
		}
		return putChunk(tx, messageKey{m.Conversation, m.ID}, 0, "")
	})
	if err != nil {
		return m, nil, err
	}
	return m, s.openJournal(messageKey{m.Conversation, m.ID}, 1), nil
}

// Resume opens the journal of a reply that has ended, to go on with it. reply is
// what is in force now.
func (s *Store) Resume(conversation, message ID, reply json.RawMessage) (m Message, j *Journal, err error) {
	key := messageKey{conversation, message}
	if s.isLive(key) {
		return m, nil, fmt.Errorf("message %d of conversation %d is being written already", message, conversation)
	}
	err = s.update(func(tx *txn) error {
		tree, err := readTree(tx, conversation)
		if err != nil {
			return err
		}
		if m, err = loadMessage(tx, key); err != nil {
			return err
		}
		m.Siblings, m.Sibling = len(tree.siblings(message)), tree.place(message)
		m.State, m.Error, m.Reply = Streaming, "", reply
		fold(tx, &m)
		return restart(tx, &m)
	})
	if err != nil {
		return m, nil, err
	}
	return m, s.openJournal(key, 1), nil
}

// restart stores m with an empty journal.
func restart(tx *txn, m *Message) error {
	key := messageKey{m.Conversation, m.ID}
	if err := deleteAll(tx.Bucket(journalBucket), key.prefix()); err != nil {
		return err
	}
	if err := putMessage(tx, m); err != nil {
		return err
	}
	return putChunk(tx, key, 0, "")
}

// Append stores text that the reply has gained. After an error nothing of it is
// stored and it may be appended again.
func (j *Journal) Append(text string) error {
	err := j.s.update(func(tx *txn) error {
		if key, _ := first(tx.Bucket(messagesBucket), j.key.prefix()); key == nil {
			return fmt.Errorf("message %d of conversation %d: %w", j.key.message, j.key.conversation, ErrNotFound)
		}
		return putChunk(tx, j.key, j.next, text)
	})
	if err == nil {
		j.next++
	}
	return err
}

// Finish appends tail, makes one record of the journal, and returns the message
// as it is stored now. After an error the journal is as it was and Finish may be
// called again; after success, or when the message is not there any more, not.
func (j *Journal) Finish(tail string, state State, reason string, reply json.RawMessage) (m Message, err error) {
	err = j.s.update(func(tx *txn) error {
		if m, err = loadMessage(tx, j.key); err != nil {
			return err
		}
		fold(tx, &m)
		m.Text += tail
		m.State, m.Reply = state, reply
		m.Error = joinSentences(m.Error, reason)
		return compact(tx, &m)
	})
	if err == nil || errors.Is(err, ErrNotFound) {
		j.s.setLive(j.key, false)
	}
	return m, err
}

// compact stores m and deletes its journal.
func compact(tx *txn, m *Message) error {
	if err := putMessage(tx, m); err != nil {
		return err
	}
	return deleteAll(tx.Bucket(journalBucket), messageKey{m.Conversation, m.ID}.prefix())
}

// fold adds to m what its journal has. A damaged record of it is left out, and
// m.Error says so.
func fold(tx *txn, m *Message) {
	var text bytes.Buffer
	damaged := 0
	_ = walk(tx.Bucket(journalBucket), messageKey{m.Conversation, m.ID}.prefix(), journalKeySize, func(key, value []byte) error {
		chunk, err := tx.open(journalBucket, key, value)
		if err != nil {
			damaged++
		}
		text.Write(chunk)
		return nil
	})
	m.Text += text.String()
	if damaged > 0 {
		m.Error = joinSentences(m.Error, fmt.Sprintf("%d parts of the text are damaged on disk and missing here", damaged))
	}
}

func joinSentences(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// foldJournals makes Interrupted messages of the replies whose writer is gone.
// One whose record is damaged keeps its journal: its text may still be asked for.
func (s *Store) foldJournals() error {
	left, err := s.journals()
	if err != nil || len(left) == 0 {
		return err
	}
	return s.update(func(tx *txn) error {
		for _, key := range left {
			m, err := loadMessage(tx, key)
			if err != nil {
				continue
			}
			fold(tx, &m)
			m.State = Interrupted
			if err := compact(tx, &m); err != nil {
				return err
			}
		}
		return nil
	})
}

// journals returns the messages that have a journal.
func (s *Store) journals() (keys []messageKey, err error) {
	err = s.view(func(tx *txn) error {
		return walk(tx.Bucket(journalBucket), nil, journalKeySize, func(key, _ []byte) error {
			k := messageKey{idAt(key, 0), idAt(key, 1)}
			if len(keys) == 0 || keys[len(keys)-1] != k {
				keys = append(keys, k)
			}
			return nil
		})
	})
	return keys, err
}

// loadMessage reads the record of a message, without its journal and siblings.
func loadMessage(tx *txn, k messageKey) (Message, error) {
	m := Message{ID: k.message, Conversation: k.conversation}
	key, value := first(tx.Bucket(messagesBucket), k.prefix())
	if len(key) != messageKeySize {
		return m, fmt.Errorf("message %d of conversation %d: %w", k.message, k.conversation, ErrNotFound)
	}
	m.Parent = idAt(key, 2)
	if err := openMessage(tx, key, value, &m); err != nil {
		return m, damagedMessage(k.conversation, k.message, err)
	}
	return m, nil
}

func putChunk(tx *txn, k messageKey, number ID, text string) error {
	return tx.put(journalBucket, idKey(k.conversation, k.message, number), []byte(text))
}

func (s *Store) openJournal(key messageKey, next ID) *Journal {
	s.setLive(key, true)
	return &Journal{s: s, key: key, next: next}
}

func (s *Store) isLive(key messageKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live[key]
}

func (s *Store) setLive(key messageKey, live bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if live {
		s.live[key] = true
	} else {
		delete(s.live, key)
	}
}
