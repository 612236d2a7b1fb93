// Package archive writes conversations into files that others can read, and reads
// those of other programs.
//
// Its one rule: the JSON that it writes is complete, so that reading it gives the
// conversations back with all their versions, and a file of ours that cannot be read whole
// is not read at all. It knows nothing of the database and of the window.
package archive

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Archive is what one file holds.
type Archive struct {
	Format        string         `json:"format"`  // formatName
	Version       int            `json:"version"` // formatVersion
	Exported      time.Time      `json:"exported"`
	Folders       []Folder       `json:"folders,omitempty"`
	Conversations []Conversation `json:"conversations"`
	Skipped       int            `json:"-"` // those of a file of another program that could not be read
}

const (
	formatName    = "beyonder-conversations"
	formatVersion = 1
)

// Folder is a folder that some of the conversations are in. Ids, here and below,
// mean something within the file only.
type Folder struct {
	ID     uint64 `json:"id"`
	Name   string `json:"name"`
	System string `json:"system,omitempty"`
}

// Conversation is one conversation with all its messages, those that are not shown
// too.
type Conversation struct {
	Title    string          `json:"title"`
	Named    bool            `json:"named,omitempty"` // by the user
	Created  time.Time       `json:"created"`
	Updated  time.Time       `json:"updated"`
	Folder   uint64          `json:"folder,omitempty"`
	Pinned   bool            `json:"pinned,omitempty"`
	Tags     []string        `json:"tags,omitempty"`
	System   string          `json:"system,omitempty"`
	Setup    json.RawMessage `json:"setup,omitempty"` // how its replies are to be written
	Draft    string          `json:"draft,omitempty"`
	Head     uint64          `json:"head,omitempty"` // the last message of the path that is shown
	Messages []Message       `json:"messages"`       // a parent comes before its children
}

// Message is one version of one turn.
type Message struct {
	ID       uint64          `json:"id"`
	Parent   uint64          `json:"parent,omitempty"`
	Role     string          `json:"role"` // user or assistant
	Text     string          `json:"text"`
	State    string          `json:"state,omitempty"` // "": complete
	Error    string          `json:"error,omitempty"`
	Created  time.Time       `json:"created"`
	Excluded bool            `json:"excluded,omitempty"` // it is left out of what a model gets to see
	Reply    json.RawMessage `json:"reply,omitempty"`    // what was in force when it was written
}

// Path returns the messages that are shown, oldest first.
func (c *Conversation) Path() []Message {
	at := map[uint64]int{}
	for i, m := range c.Messages {
		at[m.ID] = i + 1
	}
	head := c.Head
	if at[head] == 0 && len(c.Messages) > 0 {
		head = c.Messages[len(c.Messages)-1].ID
	}
	var path []Message
	for i := at[head]; i > 0 && len(path) < len(c.Messages); i = at[c.Messages[i-1].Parent] {
		path = append([]Message{c.Messages[i-1]}, path...)
	}
	return path
}

func (c *Conversation) title() string {
	if c.Title == "" {
		return "Conversation of " + c.Created.Format("2 January 2006")
	}
	return c.Title
}

// WriteJSON writes everything.
func (a *Archive) WriteJSON(w io.Writer) error {
	a.Format, a.Version = formatName, formatVersion
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(a)
}

// Speaker is who a message is from, in words.
func (m *Message) speaker() string {
	if m.Role == "user" {
		return "You"
	}
	var reply struct {
		Model string `json:"model"`
	}
	if json.Unmarshal(m.Reply, &reply) == nil && reply.Model != "" {
		return reply.Model
	}
	return "Assistant"
}

// How reading fails.
var (
	errEmpty   = errors.New("the file is empty")
	errNotJSON = errors.New("it is no JSON file, or was cut short")
	errUnknown = errors.New("it is neither Beyonder's own JSON nor an export of ChatGPT (conversations.json) or LM Studio (….conversation.json)")
	errNothing = errors.New("there are no conversations in it")
)

func newer(version int) error {
	return fmt.Errorf("it was written by a newer Beyonder (version %d of the format, this one knows %d)", version, formatVersion)
}
