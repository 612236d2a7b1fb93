package store

import (
	"encoding/json"
	"fmt"
	"time"
)

// State says how far a message has come.
type State string

const (
	Complete    State = "complete"
	Streaming   State = "streaming"   // it is being written, by this Store
	Interrupted State = "interrupted" // who was writing it is gone
	Stopped     State = "stopped"
	Failed      State = "failed"
)

// Message is one version of one turn.
type Message struct {
	ID           ID
	Conversation ID
	Parent       ID // the message it follows, 0: none
	Role         string
	Text         string
	State        State
	Error        string
	Created      time.Time
	Excluded     bool            // it is left out of what a model gets to see
	Reply        json.RawMessage // of a reply: what was in force and what came out; nil: nothing

	Siblings int   // how many messages follow Parent, itself included
	Sibling  int   // its place among them, from 0
	Damage   error // a *RecordError if its record cannot be read; then only ids and siblings are set
}

const messageKeySize = 24

// Add stores a whole message and shows the path that it ends. ID and Siblings of
// m are given by Add. A message takes the place of the conversation's draft, and
// title that of its title, unless it has one.
func (s *Store) Add(m Message, title string) (Message, error) { return s.add(m, title, false) }

// AddBeside is Add for a message that was not written in the composer: the draft
// there stays.
func (s *Store) AddBeside(m Message, title string) (Message, error) { return s.add(m, title, true) }

func (s *Store) add(m Message, title string, beside bool) (Message, error) {
	err := s.update(func(tx *txn) error {
		if err := insert(tx, &m); err != nil {
			return err
		}
		if !beside {
			if err := putText(tx, draftsBucket, m.Conversation, ""); err != nil {
				return err
			}
		}
		return changeConversation(tx, m.Conversation, func(c *Conversation) {
			if c.Title == "" && !c.Named {
				c.Title = title
			}
		})
	})
	return m, err
}

// AddSoon is AddBeside, but the message is on the disk only a moment later.
func (s *Store) AddSoon(m Message) (added Message, err error) {
	if m.ID, err = s.number(messagesBucket); err != nil {
		return m, err
	}
	err = s.soon(func(tx *txn) error {
		now := m
		if err := insert(tx, &now); err != nil {
			return err
		}
		if added.ID == 0 {
			added = now
		}
		return nil
	})
	return added, err
}

// insert stores m as the head of its conversation, under a new id if it has none.
func insert(tx *txn, m *Message) error {
	tree, err := readTree(tx, m.Conversation)
	if err != nil {
		return err
	}
	if m.Parent != 0 && !tree.has(m.Parent) {
		return fmt.Errorf("message %d of conversation %d: %w", m.Parent, m.Conversation, ErrNotFound)
	}
	if m.ID == 0 {
		m.ID, err = tx.next(messagesBucket)
	} else {
		err = tx.claim(messagesBucket, m.ID)
	}
	if err != nil {
		return err
	}
	m.Sibling = len(tree.children[m.Parent])
	m.Siblings = m.Sibling + 1
	if err := putMessage(tx, m); err != nil {
		return err
	}
	return changeConversation(tx, m.Conversation, func(c *Conversation) { c.Head, c.Updated = m.ID, m.Created })
}

// Messages returns the shown path of a conversation, oldest first. A damaged
// message has Damage set and hides none of the others.
func (s *Store) Messages(conversation ID) (path []Message, err error) {
	err = s.view(func(tx *txn) error {
		c, err := getConversation(tx, conversation)
		if err != nil {
			return err
		}
		path, err = s.readPath(tx, conversation, c.Head)
		return err
	})
	return path, err
}

// Path returns the messages from the first one to last, whether they are shown
// or not.
func (s *Store) Path(conversation, last ID) (path []Message, err error) {
	err = s.view(func(tx *txn) (err error) {
		path, err = s.readPath(tx, conversation, last)
		if err == nil && (len(path) == 0 || path[len(path)-1].ID != last) {
			return fmt.Errorf("message %d of conversation %d: %w", last, conversation, ErrNotFound)
		}
		return err
	})
	return path, err
}

func (s *Store) readPath(tx *txn, conversation, last ID) ([]Message, error) {
	tree, err := readTree(tx, conversation)
	if err != nil {
		return nil, err
	}
	ids := tree.path(last)
	path := make([]Message, len(ids))
	for i, id := range ids {
		path[i] = s.readMessage(tx, tree, conversation, id)
	}
	return path, nil
}

// Message returns one message, whether it is shown or not.
func (s *Store) Message(conversation, id ID) (m Message, err error) {
	err = s.view(func(tx *txn) error {
		tree, err := readTree(tx, conversation)
		if err != nil {
			return err
		}
		if !tree.has(id) {
			return fmt.Errorf("message %d of conversation %d: %w", id, conversation, ErrNotFound)
		}
		m = s.readMessage(tx, tree, conversation, id)
		return nil
	})
	return m, err
}

// ShowSibling makes the shown path of a conversation one that goes through the
// sibling step places after a message (past the first or the last it is that one)
// and on to what was last added below it.
func (s *Store) ShowSibling(conversation, message ID, step int) error {
	return s.soon(func(tx *txn) error {
		tree, err := readTree(tx, conversation)
		if err != nil {
			return err
		}
		if !tree.has(message) {
			return fmt.Errorf("message %d of conversation %d: %w", message, conversation, ErrNotFound)
		}
		head := tree.newestBelow(tree.sibling(message, step))
		return changeConversation(tx, conversation, func(c *Conversation) { c.Head = head })
	})
}

// readMessage reads a message of the tree, with what its journal has.
func (s *Store) readMessage(tx *txn, tree *tree, conversation, id ID) Message {
	m := Message{ID: id, Conversation: conversation, Parent: tree.parent[id]}
	m.Siblings, m.Sibling = len(tree.siblings(id)), tree.place(id)
	key, value := first(tx.Bucket(messagesBucket), messageKey{conversation, id}.prefix())
	if err := openMessage(tx, key, value, &m); err != nil {
		m.Damage = damagedMessage(conversation, id, err)
		return m
	}
	if m.State == Streaming {
		fold(tx, &m)
		if !s.isLive(messageKey{conversation, id}) {
			m.State = Interrupted
		}
	}
	return m
}

func damagedMessage(conversation, id ID, cause error) error {
	return &RecordError{What: fmt.Sprintf("message %d of conversation %d", id, conversation), Cause: cause.Error()}
}

func putMessage(tx *txn, m *Message) error {
	content, err := encodeMessage(m)
	if err != nil {
		return err
	}
	if err := tx.put(messagesBucket, idKey(m.Conversation, m.ID, m.Parent), content); err != nil {
		return err
	}
	note(tx, messageKey{m.Conversation, m.ID})
	return nil
}

// openMessage fills in what the record under key holds.
func openMessage(tx *txn, key, value []byte, m *Message) error {
	content, err := tx.open(messagesBucket, key, value)
	if err != nil {
		return err
	}
	return decodeMessage(content, m)
}
