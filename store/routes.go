package store

import (
	"bytes"
	"fmt"
)

// What a mixture's routers chose while a reply was written is many times as long
// as its text and seldom looked at: it is a record of its own, which reading a
// conversation does not touch.

// SetRoutes stores what the routers chose for a reply, whatever it is.
func (s *Store) SetRoutes(conversation, message ID, value []byte) error {
	key := messageKey{conversation, message}
	return s.update(func(tx *txn) error {
		if k, _ := first(tx.Bucket(messagesBucket), key.prefix()); k == nil {
			return fmt.Errorf("message %d of conversation %d: %w", message, conversation, ErrNotFound)
		}
		return tx.put(routesBucket, key.prefix(), value)
	})
}

// Routes returns what SetRoutes stored, nil if nothing was. A damaged record is a
// *RecordError.
func (s *Store) Routes(conversation, message ID) (value []byte, err error) {
	key := messageKey{conversation, message}
	err = s.view(func(tx *txn) error {
		content, err := tx.get(routesBucket, key.prefix())
		if err != nil {
			return &RecordError{What: fmt.Sprintf("the record of the experts of message %d of conversation %d", message, conversation), Cause: err.Error()}
		}
		value = bytes.Clone(content)
		return nil
	})
	return value, err
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
