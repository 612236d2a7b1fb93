package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Bundle is a conversation with all its messages, those that are not shown too,
// oldest first.
type Bundle struct {
	Conversation Conversation
	Setup        json.RawMessage // how its replies are to be written; nil: nothing is kept
	Messages     []Message
}

// Bundles returns conversations as a whole. Messages that are damaged are left
// out; those that follow one follow what it followed.
func (s *Store) Bundles(ids []ID) (all []Bundle, err error) {
	err = s.view(func(tx *txn) error {
		for _, id := range ids {
			b, err := s.bundle(tx, id)
			if err != nil {
				return err
			}
			all = append(all, b)
		}
		return nil
	})
	return all, err
}

func (s *Store) bundle(tx *txn, id ID) (b Bundle, err error) {
	if b.Conversation, err = getConversation(tx, id); err != nil {
		return b, err
	}
	b.Setup = getSetup(tx, id)
	tree, err := readTree(tx, id)
	if err != nil {
		return b, err
	}
	instead := map[ID]ID{}
	err = walk(tx.Bucket(messagesBucket), idKey(id), messageKeySize, func(key, _ []byte) error {
		m := s.readMessage(tx, tree, id, idAt(key, 1))
		if other, damaged := instead[m.Parent]; damaged {
			m.Parent = other
		}
		if m.Damage != nil {
			instead[m.ID] = m.Parent
			return nil
		}
		b.Messages = append(b.Messages, m)
		return nil
	})
	return b, err
}

// Import adds conversations, with ids of their own, all of them or none. Their
// folders are those of the same name, or new ones; ids in folders and bundles mean
// something there only. A parent that does not come before its child is none.
func (s *Store) Import(folders []Folder, bundles []Bundle) (ids []ID, err error) {
	err = s.update(func(tx *txn) error {
		ids = nil
		places, err := importFolders(tx, folders)
		if err != nil {
			return err
		}
		for i := range bundles {
			id, err := importBundle(tx, &bundles[i], places)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}

func importFolders(tx *txn, folders []Folder) (places map[ID]ID, err error) {
	places = map[ID]ID{}
	known := readFolders(tx)
	for _, f := range folders {
		i := slices.IndexFunc(known, func(k Folder) bool { return k.Trashed.IsZero() && strings.EqualFold(k.Name, f.Name) })
		if i >= 0 {
			places[f.ID] = known[i].ID
			continue
		}
		fresh := Folder{Name: f.Name, System: f.System, Created: f.Created}
		if fresh.ID, err = tx.next(foldersBucket); err != nil {
			return nil, err
		}
		if err := putFolder(tx, &fresh); err != nil {
			return nil, err
		}
		places[f.ID] = fresh.ID
		known = append(known, fresh)
	}
	return places, nil
}

func importBundle(tx *txn, b *Bundle, places map[ID]ID) (ID, error) {
	number, err := tx.next(conversationsBucket)
	if err != nil {
		return 0, err
	}
	c := b.Conversation
	c.ID, c.Folder, c.Trashed, c.Tags = number, places[c.Folder], time.Time{}, cleanTags(c.Tags)
	c.Assistant = 0 // ids of assistants mean something in their own database only
	fresh := map[ID]ID{}
	for _, m := range b.Messages {
		number, err := tx.next(messagesBucket)
		if err != nil {
			return 0, err
		}
		old := m.ID
		m.ID, m.Conversation, m.Parent = number, c.ID, fresh[m.Parent]
		if m.State == Streaming {
			m.State = Interrupted
		}
		if err := putMessage(tx, &m); err != nil {
			return 0, fmt.Errorf("a message of %q cannot be stored: %w", c.Title, err)
		}
		fresh[old] = m.ID
	}
	c.Head = fresh[c.Head]
	if err := putText(tx, systemsBucket, c.ID, c.System); err != nil {
		return 0, err
	}
	if err := putText(tx, draftsBucket, c.ID, c.Draft); err != nil {
		return 0, err
	}
	if err := putSetup(tx, c.ID, b.Setup); err != nil {
		return 0, err
	}
	note(tx, messageKey{conversation: c.ID})
	return c.ID, putConversation(tx, &c)
}
