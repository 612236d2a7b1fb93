package store

import (
	"bytes"
	"fmt"
)

// What is kept beside a message or, under message 0, beside a conversation is in a
// bucket of its own: it may be larger than the text and is read only when it is
// asked for.

func extraKey(conversation, message ID, name string) []byte {
	return append(idKey(conversation, message), name...)
}

// SetExtra keeps data under a name beside a message of a conversation, 0: beside
// the conversation itself. Empty data takes away what was kept. It goes when the
// conversation is deleted.
func (s *Store) SetExtra(conversation, message ID, name string, data []byte) error {
	return s.soon(func(tx *txn) error {
		if err := owns(tx, conversation, message); err != nil {
			return err
		}
		key := extraKey(conversation, message, name)
		if len(data) == 0 {
			return tx.Bucket(extrasBucket).Delete(key)
		}
		return tx.put(extrasBucket, key, data)
	})
}

// Extra returns what SetExtra kept, nil if nothing is. Damage is a *RecordError.
func (s *Store) Extra(conversation, message ID, name string) (data []byte, err error) {
	err = s.view(func(tx *txn) error {
		content, err := tx.get(extrasBucket, extraKey(conversation, message, name))
		if err != nil {
			return &RecordError{What: fmt.Sprintf("the %s of message %d of conversation %d", name, message, conversation), Cause: err.Error()}
		}
		data = bytes.Clone(content)
		return nil
	})
	return data, err
}

func owns(tx *txn, conversation, message ID) error {
	if message == 0 {
		_, err := getConversation(tx, conversation)
		return err
	}
	if key, _ := first(tx.Bucket(messagesBucket), idKey(conversation, message)); key == nil {
		return fmt.Errorf("message %d of conversation %d: %w", message, conversation, ErrNotFound)
	}
	return nil
}
