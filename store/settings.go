package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

var settingsKey = []byte("settings")

// Settings returns what SetSettings stored, nil if nothing was. A damaged record
// is a *RecordError.
func (s *Store) Settings() (value json.RawMessage, err error) {
	err = s.view(func(tx *txn) error {
		sealed := tx.Bucket(settingsBucket).Get(settingsKey)
		if sealed == nil {
			return nil
		}
		content, err := tx.open(settingsBucket, settingsKey, sealed)
		if err != nil {
			return &RecordError{What: "the record of the settings", Cause: err.Error()}
		}
		value = bytes.Clone(content)
		return nil
	})
	return value, err
}

// SetSettings stores the settings, whatever they are.
func (s *Store) SetSettings(value json.RawMessage) error {
	return s.soon(func(tx *txn) error {
		return tx.put(settingsBucket, settingsKey, value)
	})
}

// Model is a model file that was used.
type Model struct {
	Path  string    `json:"-"`
	Name  string    `json:"name"`
	Bytes int64     `json:"bytes"`
	Used  time.Time `json:"used"`
}

// Models returns the files that were used, the last one first. A damaged record
// says no more than its path.
func (s *Store) Models() (all []Model, err error) {
	err = s.view(func(tx *txn) error {
		return tx.Bucket(modelsBucket).ForEach(func(key, value []byte) error {
			m := Model{}
			content, err := tx.open(modelsBucket, key, value)
			if err != nil || json.Unmarshal(content, &m) != nil {
				m = Model{}
			}
			m.Path = string(key)
			all = append(all, m)
			return nil
		})
	})
	slices.SortStableFunc(all, func(a, b Model) int {
		if order := b.Used.Compare(a.Used); order != 0 {
			return order
		}
		return strings.Compare(a.Path, b.Path)
	})
	return all, err
}

// SetModel remembers that a model file was used.
func (s *Store) SetModel(m Model) error {
	content, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("the model %s cannot be remembered: %w", m.Path, err)
	}
	return s.soon(func(tx *txn) error {
		return tx.put(modelsBucket, []byte(m.Path), content)
	})
}

// ForgetModel forgets it; the file stays.
func (s *Store) ForgetModel(path string) error {
	return s.soon(func(tx *txn) error { return tx.Bucket(modelsBucket).Delete([]byte(path)) })
}
