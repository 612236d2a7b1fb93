package store

import (
	"fmt"
	"slices"
)

// Variants returns the messages that follow the same one as a message does, it
// among them, the oldest first.
func (s *Store) Variants(conversation, message ID) (ids []ID, err error) {
	err = s.tree(conversation, message, func(_ *txn, t *tree) {
		ids = slices.Clone(t.siblings(message))
	})
	return ids, err
}

// Branch returns a message and what was last added below it, whether it is shown
// or not.
func (s *Store) Branch(conversation, message ID) (branch []Message, err error) {
	err = s.tree(conversation, message, func(tx *txn, t *tree) {
		path := t.path(t.newestBelow(message))
		for _, id := range path[slices.Index(path, message):] {
			branch = append(branch, s.readMessage(tx, t, conversation, id))
		}
	})
	return branch, err
}

// SetExcluded says whether a message is left out of what a model gets to see.
func (s *Store) SetExcluded(conversation, message ID, excluded bool) error {
	return s.soon(func(tx *txn) error {
		m, err := loadMessage(tx, messageKey{conversation, message})
		if err != nil {
			return err
		}
		m.Excluded = excluded
		return putMessage(tx, &m)
	})
}

func (s *Store) tree(conversation, message ID, f func(*txn, *tree)) error {
	return s.view(func(tx *txn) error {
		t, err := readTree(tx, conversation)
		if err != nil {
			return err
		}
		if !t.has(message) {
			return fmt.Errorf("message %d of conversation %d: %w", message, conversation, ErrNotFound)
		}
		f(tx, t)
		return nil
	})
}
