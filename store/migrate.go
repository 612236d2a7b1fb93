package store

import (
	"encoding/json"
	"fmt"
	"time"
)

// migrate brings a database from a schema to the present one in one transaction:
// a program that is killed in between leaves the old one.
func (s *Store) migrate(version uint64) error {
	if version == Schema {
		return nil
	}
	err := s.update(func(tx *txn) error {
		for ; version < Schema; version++ {
			if err := migrateFrom(tx, version); err != nil {
				return fmt.Errorf("schema %d to %d: %w", version, version+1, err)
			}
		}
		return putSchema(tx.Tx, Schema)
	})
	if err != nil {
		return fmt.Errorf("the database %s of an older version could not be brought up to date and was left as it is: %w", s.path, err)
	}
	return nil
}

// migrateFrom makes schema version+1 of schema version.
func migrateFrom(tx *txn, version uint64) error {
	switch version {
	case 1:
		return migrateFrom1(tx)
	case 2:
		return migrateFrom2(tx)
	}
	return fmt.Errorf("nothing is known of it")
}

// Schema 2 had no folders and no index.
func migrateFrom2(tx *txn) error {
	if _, err := tx.CreateBucketIfNotExists(foldersBucket); err != nil {
		return err
	}
	return noteAll(tx)
}

// Schema 1 had two buckets of JSON without checksums, "conversation" (draft and
// system prompt in the record) and "message" (conversation · message → the record,
// its text and parent in it), beside "models" and "settings". A growing reply was
// written again and again as a whole, and a damaged record hid all that followed
// it, which is why there is a schema 2.

type conversation1 struct {
	Title   string    `json:"title"`
	Named   bool      `json:"named"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
	Trashed time.Time `json:"trashed"`
	Head    ID        `json:"head"`
	System  string    `json:"system"`
	Draft   string    `json:"draft"`
}

type message1 struct {
	Parent  ID              `json:"parent"`
	Role    string          `json:"role"`
	Text    string          `json:"text"`
	State   State           `json:"state"`
	Error   string          `json:"error"`
	Created time.Time       `json:"created"`
	Reply   json.RawMessage `json:"reply"`
}

var (
	conversationBucket1 = []byte("conversation")
	messageBucket1      = []byte("message")
)

func migrateFrom1(tx *txn) error {
	for _, name := range buckets() {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	for _, step := range []func(*txn) error{conversationsFrom1, messagesFrom1, sealFrom1} {
		if err := step(tx); err != nil {
			return err
		}
	}
	return nil
}

func conversationsFrom1(tx *txn) error {
	old := tx.Bucket(conversationBucket1)
	if old == nil {
		return nil
	}
	if err := tx.Bucket(conversationsBucket).SetSequence(old.Sequence()); err != nil {
		return err
	}
	err := walk(old, nil, 8, func(key, value []byte) error {
		var c conversation1
		if err := json.Unmarshal(value, &c); err != nil {
			return tx.Bucket(conversationsBucket).Put(key, value) // unsealed: it is shown as damaged
		}
		id := idAt(key, 0)
		if err := putText(tx, systemsBucket, id, c.System); err != nil {
			return err
		}
		if err := putText(tx, draftsBucket, id, c.Draft); err != nil {
			return err
		}
		return putConversation(tx, &Conversation{
			ID: id, Title: c.Title, Named: c.Named, Created: c.Created, Updated: c.Updated, Trashed: c.Trashed, Head: c.Head,
		})
	})
	if err != nil {
		return err
	}
	return tx.DeleteBucket(conversationBucket1)
}

func messagesFrom1(tx *txn) error {
	old := tx.Bucket(messageBucket1)
	if old == nil {
		return nil
	}
	messages := tx.Bucket(messagesBucket)
	if err := messages.SetSequence(old.Sequence()); err != nil {
		return err
	}
	var last messageKey
	err := walk(old, nil, 16, func(key, value []byte) error {
		k := messageKey{idAt(key, 0), idAt(key, 1)}
		if k.conversation != last.conversation {
			last.message = 0
		}
		before := last.message
		last = k
		var m message1
		if err := json.Unmarshal(value, &m); err != nil {
			// Its parent was in it; the message before it is the likeliest one.
			// Unsealed, it is shown as damaged.
			return messages.Put(idKey(k.conversation, k.message, before), value)
		}
		if m.State == Streaming {
			m.State = Interrupted
		}
		return putMessage(tx, &Message{
			ID: k.message, Conversation: k.conversation, Parent: m.Parent, Role: m.Role, Text: m.Text,
			State: m.State, Error: m.Error, Created: m.Created, Reply: m.Reply,
		})
	})
	if err != nil {
		return err
	}
	return tx.DeleteBucket(messageBucket1)
}

// sealFrom1 gives models and settings their checksums.
func sealFrom1(tx *txn) error {
	for _, name := range [][]byte{modelsBucket, settingsBucket} {
		b := tx.Bucket(name)
		sealed := map[string][]byte{}
		err := b.ForEach(func(key, value []byte) error {
			sealed[string(key)] = seal(value)
			return nil
		})
		if err != nil {
			return err
		}
		for key, value := range sealed {
			if err := b.Put([]byte(key), value); err != nil {
				return err
			}
		}
	}
	return nil
}
