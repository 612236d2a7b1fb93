package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Folder holds conversations. Those in it that have no system prompt have its.
type Folder struct {
	ID      ID
	Name    string
	System  string
	Created time.Time
	Trashed time.Time // zero: it is not in the trash
	Damage  error     // a *RecordError if its record cannot be read
}

// folderRecord is how a folder is stored. Times are milliseconds since 1970.
type folderRecord struct {
	Name    string `json:"name"`
	System  string `json:"system,omitempty"`
	Created int64  `json:"created"`
	Trashed int64  `json:"trashed,omitempty"`
}

// CreateFolder adds an empty folder.
func (s *Store) CreateFolder(name string, now time.Time) (f Folder, err error) {
	id, err := s.number(foldersBucket)
	f = Folder{ID: id, Name: name, Created: now}
	if err != nil {
		return f, err
	}
	return f, s.soon(func(tx *txn) error {
		if err := tx.claim(foldersBucket, f.ID); err != nil {
			return err
		}
		return putFolder(tx, &f)
	})
}

// Folders returns all of them, those in the trash too, by name.
func (s *Store) Folders() (all []Folder, err error) {
	err = s.view(func(tx *txn) error {
		all = readFolders(tx)
		return nil
	})
	return all, err
}

func readFolders(tx *txn) (all []Folder) {
	_ = walk(tx.Bucket(foldersBucket), nil, 8, func(key, value []byte) error {
		all = append(all, readFolder(tx, idAt(key, 0), value))
		return nil
	})
	slices.SortFunc(all, func(a, b Folder) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// Folder returns one of them.
func (s *Store) Folder(id ID) (f Folder, err error) {
	err = s.view(func(tx *txn) (err error) {
		f, err = getFolder(tx, id)
		return err
	})
	return f, err
}

func getFolder(tx *txn, id ID) (Folder, error) {
	value := tx.Bucket(foldersBucket).Get(idKey(id))
	if value == nil {
		return Folder{}, fmt.Errorf("folder %d: %w", id, ErrNotFound)
	}
	return readFolder(tx, id, value), nil
}

func readFolder(tx *txn, id ID, value []byte) Folder {
	var record folderRecord
	content, err := tx.open(foldersBucket, idKey(id), value)
	if err == nil {
		err = json.Unmarshal(content, &record)
	}
	if err != nil {
		return Folder{ID: id, Damage: &RecordError{What: fmt.Sprintf("the name of folder %d", id), Cause: err.Error()}}
	}
	f := Folder{ID: id, Name: record.Name, System: record.System, Created: time.UnixMilli(record.Created)}
	if record.Trashed != 0 {
		f.Trashed = time.UnixMilli(record.Trashed)
	}
	return f
}

func putFolder(tx *txn, f *Folder) error {
	record := folderRecord{Name: f.Name, System: f.System, Created: f.Created.UnixMilli()}
	if !f.Trashed.IsZero() {
		record.Trashed = f.Trashed.UnixMilli()
	}
	content, err := json.Marshal(record)
	if err != nil {
		return err
	}
	return tx.put(foldersBucket, idKey(f.ID), content)
}

// SetFolder changes the name and the system prompt of a folder.
func (s *Store) SetFolder(id ID, name, system string) error {
	return s.changeFolder(id, func(_ *txn, f *Folder) error {
		f.Name, f.System = name, system
		return nil
	})
}

func (s *Store) changeFolder(id ID, f func(tx *txn, folder *Folder) error) error {
	return s.soon(func(tx *txn) error {
		folder, err := getFolder(tx, id)
		if err != nil {
			return err
		}
		if err := f(tx, &folder); err != nil {
			return err
		}
		return putFolder(tx, &folder)
	})
}

// TrashFolder puts a folder into the trash, and what is in it.
func (s *Store) TrashFolder(id ID, now time.Time) error {
	return s.changeFolder(id, func(tx *txn, folder *Folder) error {
		folder.Trashed = now
		return eachIn(tx, id, func(c *Conversation) {
			if c.Trashed.IsZero() {
				c.Trashed = now
			}
		})
	})
}

// RestoreFolder takes a folder out of the trash, with what was put there with it.
func (s *Store) RestoreFolder(id ID) error {
	return s.changeFolder(id, func(tx *txn, folder *Folder) error {
		when := folder.Trashed
		folder.Trashed = time.Time{}
		return eachIn(tx, id, func(c *Conversation) {
			if c.Trashed.Equal(when) {
				c.Trashed = time.Time{}
			}
		})
	})
}

// DeleteFolder deletes a folder for good. What is in it stays, in no folder.
func (s *Store) DeleteFolder(id ID) error {
	return s.soon(func(tx *txn) error { return deleteFolder(tx, id) })
}

// DeleteTrashedFolder is DeleteFolder of one that is in the trash; any other stays.
func (s *Store) DeleteTrashedFolder(id ID) error {
	return s.soon(func(tx *txn) error {
		if f, err := getFolder(tx, id); err != nil || f.Trashed.IsZero() {
			return nil // it is gone, or back
		}
		return deleteFolder(tx, id)
	})
}

func deleteFolder(tx *txn, id ID) error {
	if err := eachIn(tx, id, func(c *Conversation) { c.Folder = 0 }); err != nil {
		return err
	}
	return tx.Bucket(foldersBucket).Delete(idKey(id))
}

// eachIn changes the conversations in a folder.
func eachIn(tx *txn, folder ID, f func(c *Conversation)) error {
	var in []ID
	_ = walk(tx.Bucket(conversationsBucket), nil, 8, func(key, value []byte) error {
		if readConversation(tx, idAt(key, 0), value).Folder == folder {
			in = append(in, idAt(key, 0))
		}
		return nil
	})
	for _, id := range in {
		if err := changeConversation(tx, id, f); err != nil {
			return err
		}
	}
	return nil
}

// Move puts a conversation into a folder; 0: into none.
func (s *Store) Move(id, folder ID) error {
	return s.soon(func(tx *txn) error {
		if folder != 0 {
			if _, err := getFolder(tx, folder); err != nil {
				return err
			}
		}
		return changeConversation(tx, id, func(c *Conversation) { c.Folder = folder })
	})
}

// Pin makes a conversation stand before the others, or no longer.
func (s *Store) Pin(id ID, pinned bool) error {
	return s.change(id, func(c *Conversation) { c.Pinned = pinned })
}

// SetTags gives a conversation other tags: each is kept once, without the space
// around it.
func (s *Store) SetTags(id ID, tags []string) error {
	return s.change(id, func(c *Conversation) { c.Tags = cleanTags(tags) })
}

func cleanTags(tags []string) (clean []string) {
	for _, tag := range tags {
		tag = strings.Join(strings.Fields(strings.TrimLeft(tag, "# ")), "-")
		if tag != "" && !slices.ContainsFunc(clean, func(other string) bool { return strings.EqualFold(other, tag) }) {
			clean = append(clean, tag)
		}
	}
	slices.SortFunc(clean, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return clean
}
