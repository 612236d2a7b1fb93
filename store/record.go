package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// A message record is two lines of JSON, its head and its reply (empty if it has
// none), and then the text as it is: the text is not escaped and can be read
// without a parser, and the reply is not parsed to read the text.

// messageHead is the first line. Times are milliseconds since 1970.
type messageHead struct {
	Role    string `json:"role"`
	State   State  `json:"state"`
	Error   string `json:"error,omitempty"`
	Created int64  `json:"created"`

	Excluded bool `json:"excluded,omitempty"`
}

var errLines = errors.New("its lines are missing")

func encodeMessage(m *Message) ([]byte, error) {
	head, err := json.Marshal(messageHead{m.Role, m.State, m.Error, m.Created.UnixMilli(), m.Excluded})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Write(head)
	b.WriteByte('\n')
	if len(m.Reply) > 0 {
		if err := json.Compact(&b, m.Reply); err != nil {
			return nil, fmt.Errorf("what is told of the reply is no JSON: %w", err)
		}
	}
	b.WriteByte('\n')
	b.WriteString(m.Text)
	return b.Bytes(), nil
}

// decodeMessage fills in what the record holds; it copies all of it.
func decodeMessage(content []byte, m *Message) error {
	headLine, rest, ok := bytes.Cut(content, []byte("\n"))
	reply, text, ok2 := bytes.Cut(rest, []byte("\n"))
	if !ok || !ok2 {
		return errLines
	}
	var head messageHead
	if err := json.Unmarshal(headLine, &head); err != nil {
		return fmt.Errorf("its head: %w", err)
	}
	m.Role, m.State, m.Error, m.Excluded = head.Role, head.State, head.Error, head.Excluded
	m.Created = time.UnixMilli(head.Created)
	m.Reply = bytes.Clone(reply)
	m.Text = string(text)
	return nil
}

// conversationHead is the record of a conversation.
type conversationHead struct {
	Title     string   `json:"title"`
	Named     bool     `json:"named,omitempty"`
	Created   int64    `json:"created"`
	Updated   int64    `json:"updated"`
	Head      ID       `json:"head,omitempty"`
	Trashed   int64    `json:"trashed,omitempty"`
	Folder    ID       `json:"folder,omitempty"`
	Assistant ID       `json:"assistant,omitempty"`
	Pinned    bool     `json:"pinned,omitempty"`
	Tags      []string `json:"tags,omitempty"`
}

func encodeConversation(c *Conversation) ([]byte, error) {
	head := conversationHead{
		Title: c.Title, Named: c.Named, Head: c.Head,
		Folder: c.Folder, Assistant: c.Assistant, Pinned: c.Pinned, Tags: c.Tags,
		Created: c.Created.UnixMilli(), Updated: c.Updated.UnixMilli(),
	}
	if !c.Trashed.IsZero() {
		head.Trashed = c.Trashed.UnixMilli()
	}
	return json.Marshal(head)
}

func decodeConversation(content []byte, c *Conversation) error {
	var head conversationHead
	if err := json.Unmarshal(content, &head); err != nil {
		return err
	}
	c.Title, c.Named, c.Head = head.Title, head.Named, head.Head
	c.Folder, c.Assistant, c.Pinned, c.Tags = head.Folder, head.Assistant, head.Pinned, head.Tags
	c.Created, c.Updated = time.UnixMilli(head.Created), time.UnixMilli(head.Updated)
	if head.Trashed != 0 {
		c.Trashed = time.UnixMilli(head.Trashed)
	}
	return nil
}
