package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// How a conversation's replies are to be written is kept beside it, under
// message 0: it comes as JSON, goes as JSON, and is not read to list them.
const setupName = "setup"

// CreateWith adds an empty conversation with its assistant, its folder and how
// its replies are to be written, in one transaction; 0 and nil: none.
func (s *Store) CreateWith(now time.Time, assistant, folder ID, setup json.RawMessage) (Conversation, error) {
	id, err := s.number(conversationsBucket)
	c := Conversation{ID: id, Created: now, Updated: now, Assistant: assistant, Folder: folder}
	if err != nil {
		return c, err
	}
	return c, s.soon(func(tx *txn) error {
		if folder != 0 {
			if _, err := getFolder(tx, folder); err != nil {
				return err
			}
		}
		if err := tx.claim(conversationsBucket, c.ID); err != nil {
			return err
		}
		if err := putSetup(tx, c.ID, setup); err != nil {
			return err
		}
		return putConversation(tx, &c)
	})
}

// Setup returns how the replies of a conversation are to be written, nil if
// nothing is kept. Damage is a *RecordError.
func (s *Store) Setup(id ID) (json.RawMessage, error) { return s.Extra(id, 0, setupName) }

// SetAssistant gives a conversation another assistant and keeps how its replies
// are to be written.
func (s *Store) SetAssistant(id, assistant ID, setup json.RawMessage) error {
	return s.soon(func(tx *txn) error {
		if err := changeConversation(tx, id, func(c *Conversation) { c.Assistant = assistant }); err != nil {
			return err
		}
		return putSetup(tx, id, setup)
	})
}

// SetSetup keeps how the replies of a conversation are to be written.
func (s *Store) SetSetup(id ID, setup json.RawMessage) error {
	return s.SetExtra(id, 0, setupName, setup)
}

func putSetup(tx *txn, id ID, setup json.RawMessage) error {
	key := extraKey(id, 0, setupName)
	if len(setup) == 0 {
		return tx.Bucket(extrasBucket).Delete(key)
	}
	return tx.put(extrasBucket, key, setup)
}

func getSetup(tx *txn, id ID) json.RawMessage {
	content, err := tx.get(extrasBucket, extraKey(id, 0, setupName))
	if err != nil {
		return nil
	}
	return bytes.Clone(content)
}

// Using counts the conversations that have an assistant, those in the trash too.
func (s *Store) Using(assistant ID) (n int, err error) {
	err = s.view(func(tx *txn) error {
		n = len(using(tx, assistant))
		return nil
	})
	return n, err
}

func using(tx *txn, assistant ID) (ids []ID) {
	_ = walk(tx.Bucket(conversationsBucket), nil, 8, func(key, value []byte) error {
		if id := idAt(key, 0); readConversation(tx, id, value).Assistant == assistant {
			ids = append(ids, id)
		}
		return nil
	})
	return ids
}

// DeleteAssistant deletes an assistant for good. Each conversation that had it is
// given, in the same transaction, what leave makes of its system prompt and setup:
// what it had of the assistant must not be lost with it. leave is called more than
// once, and from any goroutine.
func (s *Store) DeleteAssistant(id ID, leave func(conversation ID, system string, setup json.RawMessage) (string, json.RawMessage, error)) error {
	return s.soon(func(tx *txn) error {
		for _, c := range using(tx, id) {
			system, setup, err := leave(c, getText(tx, systemsBucket, c), getSetup(tx, c))
			if err == nil {
				err = putText(tx, systemsBucket, c, system)
			}
			if err == nil {
				err = putSetup(tx, c, setup)
			}
			if err == nil {
				err = changeConversation(tx, c, func(c *Conversation) { c.Assistant = 0 })
			}
			if err != nil {
				return fmt.Errorf("conversation %d could not be parted from its assistant: %w", c, err)
			}
		}
		return tx.Bucket(Assistants.bucket()).Delete(idKey(id))
	})
}
