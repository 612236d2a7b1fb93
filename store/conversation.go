package store

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Conversation is all that is kept of a conversation but its messages.
type Conversation struct {
	ID        ID
	Title     string
	Named     bool // the title was given by the user
	Created   time.Time
	Updated   time.Time // when its last message was added
	Trashed   time.Time // when it was put into the trash; zero: it is not there
	Head      ID        // the newest message of the path that is shown
	Folder    ID        // the folder that it is in, 0: none
	Assistant ID        // who answers in it, 0: nobody in particular
	Pinned    bool      // it stands before the others
	Tags      []string  // sorted, each once
	System    string    // its system prompt
	Draft     string    // what stands in its composer
	Damage    error     // a *RecordError if its record cannot be read; its messages may be
}

// Create adds an empty conversation.
func (s *Store) Create(now time.Time) (Conversation, error) { return s.CreateWith(now, 0, 0, nil) }

// Conversation returns one conversation.
func (s *Store) Conversation(id ID) (c Conversation, err error) {
	err = s.view(func(tx *txn) (err error) {
		c, err = getConversation(tx, id)
		return err
	})
	return c, err
}

// Conversations returns all of them, those in the trash too, the one with the
// newest message first.
func (s *Store) Conversations() (all []Conversation, err error) {
	err = s.view(func(tx *txn) error {
		systems, drafts := allTexts(tx, systemsBucket), allTexts(tx, draftsBucket)
		all = make([]Conversation, 0, s.listed.Load()+1)
		return walk(tx.Bucket(conversationsBucket), nil, 8, func(key, value []byte) error {
			c := readConversation(tx, idAt(key, 0), value)
			c.System, c.Draft = systems[c.ID], drafts[c.ID]
			all = append(all, c)
			return nil
		})
	})
	s.listed.Store(int64(len(all)))
	slices.SortFunc(all, newestFirst)
	return all, err
}

// newestFirst orders by time and, within the same millisecond, by the messages.
func newestFirst(a, b Conversation) int {
	return cmp.Or(b.Updated.Compare(a.Updated), cmp.Compare(b.Head, a.Head), cmp.Compare(b.ID, a.ID))
}

// Rename gives a conversation a title that Add leaves alone.
func (s *Store) Rename(id ID, title string) error {
	return s.change(id, func(c *Conversation) { c.Title, c.Named = title, true })
}

// Trash puts a conversation into the trash.
func (s *Store) Trash(id ID, now time.Time) error {
	return s.change(id, func(c *Conversation) { c.Trashed = now })
}

// Restore takes a conversation out of the trash.
func (s *Store) Restore(id ID) error {
	return s.change(id, func(c *Conversation) { c.Trashed = time.Time{} })
}

// SetSystem sets the system prompt of a conversation.
func (s *Store) SetSystem(id ID, text string) error { return s.setText(systemsBucket, id, text) }

// SetDraft keeps what stands in the composer of a conversation.
func (s *Store) SetDraft(id ID, text string) error { return s.setText(draftsBucket, id, text) }

// Delete deletes a conversation and all that belongs to it for good.
func (s *Store) Delete(id ID) error {
	return s.soon(func(tx *txn) error { return deleteConversation(tx, id) })
}

// DeleteTrashed is Delete of one that is in the trash; any other stays.
func (s *Store) DeleteTrashed(id ID) error {
	return s.soon(func(tx *txn) error {
		if c, err := getConversation(tx, id); err != nil || c.Trashed.IsZero() {
			return nil // it is gone, or back
		}
		return deleteConversation(tx, id)
	})
}

func deleteConversation(tx *txn, id ID) error {
	for _, bucket := range [][]byte{conversationsBucket, systemsBucket, draftsBucket, messagesBucket, journalBucket, extrasBucket} {
		if err := deleteAll(tx.Bucket(bucket), idKey(id)); err != nil {
			return err
		}
	}
	return forget(tx, id)
}

// change rewrites the record of a conversation; what is stored apart stays.
func (s *Store) change(id ID, f func(c *Conversation)) error {
	return s.soon(func(tx *txn) error { return changeConversation(tx, id, f) })
}

// changeConversation repairs a damaged record on the way: what it said is lost
// anyway, and the conversation must remain usable.
func changeConversation(tx *txn, id ID, f func(c *Conversation)) error {
	c, err := getConversation(tx, id)
	if err != nil {
		return err
	}
	title := c.Title
	f(&c)
	if c.Title != title {
		note(tx, messageKey{conversation: id})
	}
	return putConversation(tx, &c)
}

func getConversation(tx *txn, id ID) (Conversation, error) {
	value := tx.Bucket(conversationsBucket).Get(idKey(id))
	if value == nil {
		return Conversation{}, fmt.Errorf("conversation %d: %w", id, ErrNotFound)
	}
	c := readConversation(tx, id, value)
	c.System, c.Draft = getText(tx, systemsBucket, id), getText(tx, draftsBucket, id)
	return c, nil
}

func readConversation(tx *txn, id ID, value []byte) Conversation {
	c := Conversation{ID: id}
	content, err := tx.open(conversationsBucket, idKey(id), value)
	if err == nil {
		err = decodeConversation(content, &c)
	}
	if err != nil {
		return Conversation{ID: id, Damage: &RecordError{What: fmt.Sprintf("the title of conversation %d", id), Cause: err.Error()}}
	}
	return c
}

func putConversation(tx *txn, c *Conversation) error {
	content, err := encodeConversation(c)
	if err != nil {
		return err
	}
	return tx.put(conversationsBucket, idKey(c.ID), content)
}

func (s *Store) setText(bucket []byte, id ID, text string) error {
	return s.soon(func(tx *txn) error {
		if _, err := getConversation(tx, id); err != nil {
			return err
		}
		return putText(tx, bucket, id, text)
	})
}

// putText writes nothing when nothing changes: a composer saves its draft often.
func putText(tx *txn, bucket []byte, id ID, text string) error {
	if text == "" {
		return tx.Bucket(bucket).Delete(idKey(id))
	}
	if getText(tx, bucket, id) == text {
		return nil
	}
	return tx.put(bucket, idKey(id), []byte(text))
}

// damagedText stands where a system prompt or a draft cannot be read.
const damagedText = "(This text is damaged on disk.)"

func readText(tx *txn, bucket, key, value []byte) string {
	if value == nil {
		return ""
	}
	content, err := tx.open(bucket, key, value)
	if err != nil {
		return damagedText
	}
	return string(content)
}

func getText(tx *txn, bucket []byte, id ID) string {
	return readText(tx, bucket, idKey(id), tx.Bucket(bucket).Get(idKey(id)))
}

func allTexts(tx *txn, bucket []byte) map[ID]string {
	texts := map[ID]string{}
	_ = walk(tx.Bucket(bucket), nil, 8, func(key, value []byte) error {
		texts[idAt(key, 0)] = readText(tx, bucket, key, value)
		return nil
	})
	return texts
}
