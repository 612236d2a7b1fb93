package app

import "time"

// OnDisk reads a message past what memory knows of it, as the next program would
// find it.
func (a *App) OnDisk(conversation, message ID) (text string, state State, err error) {
	m, err := a.store.Message(conversation, message)
	return m.Text, m.State, err
}

var (
	TitleOf = titleOf
	History = history

	EncodeTrail = encodeTrail
	DecodeTrail = decodeTrail
)

// LateWait is how long a reply that could not be stored waits to be tried again.
const LateWait = lateWait

// Stall is called in each transaction before it is committed.
func (a *App) Stall(f func()) error {
	err := a.store.Sync()
	a.store.Stall = f
	return err
}

// TrailSize is how many bytes a reply's trail takes on disk.
func (a *App) TrailSize(conversation, message ID) (int, error) {
	data, err := a.store.Extra(conversation, message, trailName)
	return len(data), err
}

// ConversationOfBefore is one without a setup, as earlier versions made them.
func (a *App) ConversationOfBefore() (ID, error) {
	c, err := a.store.Create(time.Now())
	return c.ID, err
}

// SpoilSetup puts something else in the place of what a conversation keeps.
func (a *App) SpoilSetup(id ID, data string) error { return a.store.SetSetup(id, []byte(data)) }

var (
	CutPicture    = cutPicture
	ReadAssistant = readAssistant
)

// Read is a message as the store has it now; shown is what becomes of that.
func (a *App) Read(conversation, message ID) (shown func() Message, err error) {
	m, err := a.store.Message(conversation, message)
	return func() Message { return a.message(m) }, err
}
