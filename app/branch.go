package app

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"beyonder/engine/prompt"
	"beyonder/store"
)

// EditReply stores another version of a reply with a text of the user's; the
// version that was there stays. The result can be gone on with.
func (a *App) EditReply(id, message ID, text string) (Message, error) {
	m, err := a.store.Message(id, message)
	if err != nil {
		return Message{}, err
	}
	if strings.TrimSpace(text) == "" {
		return Message{}, ErrEmpty
	}
	var reply Reply
	if was := a.message(m).Reply; was != nil {
		reply = Reply{By: was.By, Model: was.Model, ModelHash: was.ModelHash, Template: was.Template}
	}
	reply.Edited = true
	record, err := json.Marshal(reply)
	if err != nil {
		return Message{}, fmt.Errorf("what is known of the reply cannot be kept: %w", err)
	}
	m, err = a.store.AddSoon(store.Message{
		Conversation: id, Parent: m.Parent, Role: prompt.Assistant, Text: text, State: Complete, Created: time.Now(), Reply: record,
	})
	return a.message(m), err
}

// SetExcluded says whether a message is left out of what the model gets to see.
// The one that is answered or gone on with is never left out.
func (a *App) SetExcluded(id, message ID, excluded bool) error {
	return a.store.SetExcluded(id, message, excluded)
}

// Variants returns the versions of a message's turn, the oldest first.
func (a *App) Variants(id, message ID) ([]ID, error) { return a.store.Variants(id, message) }

// Branch returns a message and what was last added below it.
func (a *App) Branch(id, message ID) ([]Message, error) {
	branch, err := a.store.Branch(id, message)
	messages := make([]Message, len(branch))
	for i, m := range branch {
		messages[i] = a.message(m)
	}
	return messages, err
}

const queueName = "queue"

// Queue returns the messages of a conversation that wait to be sent.
func (a *App) Queue(id ID) (texts []string, err error) {
	data, err := a.store.Extra(id, 0, queueName)
	if err != nil || data == nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &texts); err != nil {
		return nil, fmt.Errorf("the messages that waited to be sent cannot be read: %w", err)
	}
	return texts, nil
}

// SetQueue keeps the messages of a conversation that wait to be sent, so that
// they are there after a crash.
func (a *App) SetQueue(id ID, texts []string) error {
	if len(texts) == 0 {
		return a.store.SetExtra(id, 0, queueName, nil)
	}
	data, err := json.Marshal(texts)
	if err != nil {
		return fmt.Errorf("the messages that wait to be sent cannot be kept: %w", err)
	}
	return a.store.SetExtra(id, 0, queueName, data)
}
