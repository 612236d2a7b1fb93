package app

import (
	"errors"
	"time"

	"beyonder/engine"
	"beyonder/engine/sample"
)

var errUnwritten = errors.New("not written yet")

// ID names a conversation or a message. 0 names none.
type ID uint64

// Conversation is the head of a conversation, without its messages.
type Conversation struct {
	ID      ID
	Title   string
	Created time.Time
	Updated time.Time
	Draft   string // what stands in its composer
	Head    ID     // the newest message of the path that is shown
	System  string // its system prompt
	Error   string // "", or why a part of it cannot be read
}

// State says how far a message has come.
type State string

const (
	Complete    State = "complete"
	Streaming   State = "streaming"   // is being written now
	Interrupted State = "interrupted" // the program or the engine was lost in the middle of it
	Stopped     State = "stopped"     // by the user
	Failed      State = "failed"      // Message.Error says why
)

// Message is one version of one turn.
type Message struct {
	ID, Parent ID
	Role       string // prompt.User or prompt.Assistant
	Text       string
	State      State
	Error      string // of a failed, interrupted or damaged message: why, one sentence
	Created    time.Time
	Siblings   int    // how many versions of this turn there are, at least 1
	Sibling    int    // which one this is, from 0
	Reply      *Reply // of the assistant's: what was in force and what came out
}

// Reply is what was in force when a reply was written and what came out.
type Reply struct {
	Model     string          `json:"model"`
	ModelHash string          `json:"model_hash"`
	Device    string          `json:"device"`
	Template  string          `json:"template"`
	Settings  sample.Settings `json:"settings"` // as they were set; Done.Sampling as they were applied
	Done      engine.Done     `json:"done"`     // of the last part; Reason "" while it is not known
	Earlier   []engine.Done   `json:"earlier,omitempty"`
	Notices   []engine.Notice `json:"notices,omitempty"`
}

// Conversations returns all conversations but the trash, the newest first.
func (a *App) Conversations() ([]Conversation, error) { return nil, errUnwritten }

// Conversation returns one of them.
func (a *App) Conversation(id ID) (Conversation, error) { return Conversation{}, errUnwritten }

// NewConversation creates an empty one. It gets its title from its first message.
func (a *App) NewConversation() (Conversation, error) { return Conversation{}, errUnwritten }

// Rename gives a conversation a title that stays.
func (a *App) Rename(id ID, title string) error { return errUnwritten }

// SetSystem sets its system prompt, from the next reply on.
func (a *App) SetSystem(id ID, text string) error { return errUnwritten }

// Delete puts a conversation into the trash; a reply being written in it is stopped.
func (a *App) Delete(id ID) error { return errUnwritten }

// Restore takes it out again.
func (a *App) Restore(id ID) error { return errUnwritten }

// Trash returns the conversations in the trash, the newest first.
func (a *App) Trash() ([]Conversation, error) { return nil, errUnwritten }

// EmptyTrash deletes them for good.
func (a *App) EmptyTrash() error { return errUnwritten }

// SaveDraft keeps what stands in a conversation's composer. Send clears it.
func (a *App) SaveDraft(id ID, text string) error { return errUnwritten }

// Messages returns the shown path of a conversation, oldest first. A reply that
// is being written comes with its text so far.
func (a *App) Messages(id ID) ([]Message, error) { return nil, errUnwritten }

// ShowSibling shows the version of a message that is step versions further on
// (+1) or back (-1), with what follows it.
func (a *App) ShowSibling(id, message ID, step int) error { return errUnwritten }
