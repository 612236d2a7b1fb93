package store

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Value returns what SetValue stored under a name, nil if nothing was. A damaged
// record is a *RecordError.
func (s *Store) Value(name string) (value json.RawMessage, err error) {
	err = s.view(func(tx *txn) error {
		content, err := tx.get(settingsBucket, valueKey(name))
		if err != nil {
			return &RecordError{What: fmt.Sprintf("the record %q", name), Cause: err.Error()}
		}
		value = bytes.Clone(content)
		return nil
	})
	return value, err
}

// SetValue stores something small that is to be found again by its name; nil
// forgets it.
func (s *Store) SetValue(name string, value json.RawMessage) error {
	return s.soon(func(tx *txn) error {
		if value == nil {
			return tx.Bucket(settingsBucket).Delete(valueKey(name))
		}
		return tx.put(settingsBucket, valueKey(name), value)
	})
}

// valueKey keeps names apart from the key of the settings.
func valueKey(name string) []byte { return []byte("value/" + name) }
