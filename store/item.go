package store

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Kind names a list of the user's own: each has a bucket.
type Kind string

// The lists there are.
const (
	Assistants Kind = "assistants"
	Presets    Kind = "presets"
)

// Item is an entry of one of the user's lists: a name, a place, and a content
// that comes as JSON and goes as JSON.
type Item struct {
	ID      ID
	Name    string
	Order   int       // its place in the list; those with the same stand by id
	Trashed time.Time // zero: it is not in the trash
	Content json.RawMessage
	Damage  error // a *RecordError if its record cannot be read
}

// itemRecord is how an item is stored. Times are milliseconds since 1970.
type itemRecord struct {
	Name    string          `json:"name"`
	Order   int             `json:"order,omitempty"`
	Trashed int64           `json:"trashed,omitempty"`
	Content json.RawMessage `json:"content,omitempty"`
}

func (k Kind) bucket() []byte { return []byte(k) }

// Items returns a list, what is in the trash too, in its order.
func (s *Store) Items(kind Kind) (all []Item, err error) {
	err = s.view(func(tx *txn) error {
		all = readItems(tx, kind)
		return nil
	})
	return all, err
}

func readItems(tx *txn, kind Kind) (all []Item) {
	_ = walk(tx.Bucket(kind.bucket()), nil, 8, func(key, value []byte) error {
		all = append(all, readItem(tx, kind, idAt(key, 0), value))
		return nil
	})
	slices.SortFunc(all, func(a, b Item) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID)) })
	return all
}

// Item returns one of them.
func (s *Store) Item(kind Kind, id ID) (i Item, err error) {
	err = s.view(func(tx *txn) (err error) {
		i, err = getItem(tx, kind, id)
		return err
	})
	return i, err
}

func getItem(tx *txn, kind Kind, id ID) (Item, error) {
	value := tx.Bucket(kind.bucket()).Get(idKey(id))
	if value == nil {
		return Item{}, fmt.Errorf("%s %d: %w", kind, id, ErrNotFound)
	}
	return readItem(tx, kind, id, value), nil
}

func readItem(tx *txn, kind Kind, id ID, value []byte) Item {
	var record itemRecord
	content, err := tx.open(kind.bucket(), idKey(id), value)
	if err == nil {
		err = json.Unmarshal(content, &record)
	}
	if err != nil {
		return Item{ID: id, Damage: &RecordError{What: fmt.Sprintf("number %d of the %s", id, kind), Cause: err.Error()}}
	}
	i := Item{ID: id, Name: record.Name, Order: record.Order, Content: bytes.Clone(record.Content)}
	if record.Trashed != 0 {
		i.Trashed = time.UnixMilli(record.Trashed)
	}
	return i
}

func putItem(tx *txn, kind Kind, i *Item) error {
	record := itemRecord{Name: i.Name, Order: i.Order, Content: i.Content}
	if !i.Trashed.IsZero() {
		record.Trashed = i.Trashed.UnixMilli()
	}
	content, err := json.Marshal(record)
	if err != nil {
		return err
	}
	return tx.put(kind.bucket(), idKey(i.ID), content)
}

// AddItems adds entries at the end of a list, all of them or none, and gives them
// their ids and places.
func (s *Store) AddItems(kind Kind, items ...Item) (added []Item, err error) {
	items = slices.Clone(items)
	for n := range items {
		if items[n].ID, err = s.number(kind.bucket()); err != nil {
			return nil, err
		}
	}
	err = s.soon(func(tx *txn) error {
		last := 0
		for _, known := range readItems(tx, kind) {
			last = max(last, known.Order)
		}
		now := slices.Clone(items)
		for n := range now {
			last++
			now[n].Order = last
			if err := tx.claim(kind.bucket(), now[n].ID); err != nil {
				return err
			}
			if err := putItem(tx, kind, &now[n]); err != nil {
				return err
			}
		}
		if added == nil {
			added = now
		}
		return nil
	})
	return added, err
}

// SetItem changes the name and the content of an entry.
func (s *Store) SetItem(kind Kind, id ID, name string, content json.RawMessage) error {
	return s.changeItem(kind, id, func(i *Item) { i.Name, i.Content = name, content })
}

// TrashItem puts an entry into the trash; the zero time takes it out again.
func (s *Store) TrashItem(kind Kind, id ID, when time.Time) error {
	return s.changeItem(kind, id, func(i *Item) { i.Trashed = when })
}

func (s *Store) changeItem(kind Kind, id ID, f func(i *Item)) error {
	return s.soon(func(tx *txn) error {
		i, err := getItem(tx, kind, id)
		if err != nil {
			return err
		}
		f(&i)
		return putItem(tx, kind, &i)
	})
}

// MoveItem puts an entry before another one of its list, 0: at the end. An entry
// whose record is damaged keeps its record.
func (s *Store) MoveItem(kind Kind, id, before ID) error {
	return s.soon(func(tx *txn) error {
		moved, err := getItem(tx, kind, id)
		if err != nil {
			return err
		}
		all := slices.DeleteFunc(readItems(tx, kind), func(i Item) bool { return i.ID == id })
		at := slices.IndexFunc(all, func(i Item) bool { return i.ID == before })
		if at < 0 {
			at = len(all)
		}
		all = slices.Insert(all, at, moved)
		for n := range all {
			if all[n].Order == n+1 || all[n].Damage != nil {
				continue
			}
			all[n].Order = n + 1
			if err := putItem(tx, kind, &all[n]); err != nil {
				return err
			}
		}
		return nil
	})
}

// DeleteItem deletes an entry for good.
func (s *Store) DeleteItem(kind Kind, id ID) error {
	return s.soon(func(tx *txn) error { return tx.Bucket(kind.bucket()).Delete(idKey(id)) })
}
