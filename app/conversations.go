package app

import (
	"encoding/json"
	"errors"
	"time"

	"beyonder/engine"
	"beyonder/engine/sample"
	"beyonder/store"
)

// ID names a conversation or a message. 0 names none.
type ID = store.ID

// Conversation is a conversation without its messages.
type Conversation struct {
	ID        ID
	Title     string // "" before its first message
	Created   time.Time
	Updated   time.Time // when its last message was added
	Draft     string    // what stands in its composer
	Head      ID        // the newest message of the path that is shown
	System    string    // its own system prompt; App.System says which one is in force
	Folder    ID        // the folder it is in, 0: none
	Assistant ID        // who answers in it, 0: nobody in particular
	Pinned    bool      // it stands before the others
	Tags      []string
	Error     string // why its title cannot be read, "" if it can; its messages may be
}

// State says how far a message has come.
type State = store.State

// The states of a message.
const (
	Complete    = store.Complete
	Streaming   = store.Streaming   // is being written now
	Interrupted = store.Interrupted // the program or the engine was gone in the middle of it
	Stopped     = store.Stopped     // by the user
	Failed      = store.Failed      // Message.Error says why
)

// Message is one version of one turn.
type Message struct {
	ID, Parent ID
	Role       string // prompt.User or prompt.Assistant, "" if it is damaged
	Text       string
	State      State
	Error      string // of a failed, interrupted or damaged message: why, one sentence
	Created    time.Time
	Excluded   bool   // it is left out of what the model gets to see
	Siblings   int    // how many versions of this turn there are, at least 1
	Sibling    int    // which one this is, from 0
	Reply      *Reply // of the assistant's: what was in force and what came out
}

// Reply is what was in force when a reply was written and what came out.
type Reply struct {
	Model     string `json:"model"`
	ModelHash string `json:"model_hash"`
	Device    string `json:"device"`
	Template  string `json:"template"`
	KV        string `json:"kv,omitempty"`     // the type of the KV cache
	Build     string `json:"build,omitempty"`  // of this program
	Edited    bool   `json:"edited,omitempty"` // its text was changed by the user

	By       *Speaker        `json:"by,omitempty"`      // the assistant; nil: none
	Experts  []string        `json:"experts,omitempty"` // of a mixture: what its experts were called
	Mix      engine.Mix      `json:"mix,omitzero"`      // the experiment with the experts, if it was one
	Settings sample.Settings `json:"settings"`          // as they were set; Done.Sampling: as they were applied
	// Done is what the engine said at the end. While a reply grows, and after the
	// program or the engine was lost, Reason is empty and the figures are the
	// application's own, as far as it got.
	Done    engine.Done     `json:"done"`
	Earlier []engine.Done   `json:"earlier,omitempty"` // with Continue: of the parts before, oldest first
	Notices []engine.Notice `json:"notices,omitempty"`
}

// Conversations returns all conversations but the trash, the newest first.
func (a *App) Conversations() ([]Conversation, error) { return a.list(false) }

// Trash returns the conversations in the trash, the newest first.
func (a *App) Trash() ([]Conversation, error) { return a.list(true) }

func (a *App) list(trashed bool) ([]Conversation, error) {
	all, err := a.store.Conversations()
	list := make([]Conversation, 0, len(all))
	for _, c := range all {
		if !c.Trashed.IsZero() == trashed {
			list = append(list, conversation(c))
		}
	}
	return list, err
}

func conversation(c store.Conversation) Conversation {
	return Conversation{
		ID: c.ID, Title: c.Title, Created: c.Created, Updated: c.Updated,
		Draft: c.Draft, Head: c.Head, System: c.System, Error: sentence(c.Damage),
		Folder: c.Folder, Assistant: c.Assistant, Pinned: c.Pinned, Tags: c.Tags,
	}
}

// Conversation returns one of them.
func (a *App) Conversation(id ID) (Conversation, error) {
	c, err := a.store.Conversation(id)
	return conversation(c), err
}

// NewConversation creates an empty one. It gets its title from its first message.
func (a *App) NewConversation() (Conversation, error) { return a.NewConversationWith(0, 0) }

// Rename gives a conversation a title that stays.
func (a *App) Rename(id ID, title string) error { return a.store.Rename(id, plain(title)) }

// SetSystem sets its system prompt, from the next reply on.
func (a *App) SetSystem(id ID, text string) error { return a.store.SetSystem(id, text) }

// SaveDraft keeps what stands in a conversation's composer. Send clears it.
func (a *App) SaveDraft(id ID, text string) error { return a.store.SetDraft(id, text) }

// Delete puts a conversation into the trash; a reply being written in it is
// stopped.
func (a *App) Delete(id ID) error {
	a.stopIn(id)
	return a.store.Trash(id, time.Now())
}

// Restore takes it out again; out of its folder, too, if that is in the trash.
func (a *App) Restore(id ID) error {
	c, err := a.store.Conversation(id)
	if err != nil {
		return err
	}
	if f, err := a.store.Folder(c.Folder); c.Folder != 0 && (err != nil || !f.Trashed.IsZero()) {
		if err := a.store.Move(id, 0); err != nil {
			return err
		}
	}
	return a.store.Restore(id)
}

// EmptyTrash deletes what is in the trash for good. What is restored meanwhile stays.
func (a *App) EmptyTrash() error {
	all, err := a.store.Conversations()
	for _, c := range all {
		if !c.Trashed.IsZero() {
			a.stopIn(c.ID)
			err = errors.Join(err, a.store.DeleteTrashed(c.ID))
		}
	}
	folders, failed := a.TrashedFolders()
	err = errors.Join(err, failed)
	for _, f := range folders {
		err = errors.Join(err, a.store.DeleteTrashedFolder(f.ID))
	}
	return err
}

// Messages returns the shown path of a conversation, oldest first. A reply that
// is being written comes with its text so far.
func (a *App) Messages(id ID) ([]Message, error) {
	path, err := a.store.Messages(id)
	messages := make([]Message, len(path))
	for i, m := range path {
		messages[i] = a.message(m)
	}
	return messages, err
}

// ShowSibling shows the version of a message that is step versions further on
// (+1) or back (-1), with what follows it. At the ends nothing changes.
func (a *App) ShowSibling(id, message ID, step int) error {
	return a.store.ShowSibling(id, message, step)
}

// message makes the window's message of the store's. A reply that was read while it
// grew and has been stored since is read again: nobody would tell of its end.
func (a *App) message(s store.Message) Message {
	w := a.writingOf(s.ID)
	if w == nil && s.State == Streaming {
		if now, err := a.store.Message(s.Conversation, s.ID); err == nil {
			s = now
		}
	}
	m := Message{
		ID: s.ID, Parent: s.Parent, Role: s.Role, Text: s.Text, State: s.State, Error: s.Error,
		Created: s.Created, Siblings: s.Siblings, Sibling: s.Sibling, Excluded: s.Excluded,
	}
	if s.Damage != nil {
		m.State, m.Error = Failed, sentence(s.Damage)
		return m
	}
	if len(s.Reply) > 0 {
		m.Reply = new(Reply)
		if err := json.Unmarshal(s.Reply, m.Reply); err != nil {
			m.Reply = nil // the text is what counts
		}
	}
	if w != nil {
		w.onto(&m)
	}
	return m
}

func sentence(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
