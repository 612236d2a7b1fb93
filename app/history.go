package app

import (
	"errors"

	"beyonder/engine"
	"beyonder/engine/prompt"
	"beyonder/store"
)

const assistant = prompt.Assistant

var errNothing = errors.New("there is nothing to answer: all messages of the conversation are damaged")

// request asks for what follows a path: a reply to its last message if that is
// the user's, more of it if it is a reply.
func (s *stream) request(path []store.Message) (*engine.Request, error) {
	c, err := s.app.store.Conversation(s.conversation)
	if err != nil {
		return nil, err
	}
	messages, damaged := history(c.System, path)
	if len(messages) == 0 || messages[len(messages)-1].Role == prompt.System {
		return nil, errNothing
	}
	if damaged > 0 && !s.emit(Event{Notice: &engine.Notice{Kind: NoticeDamaged, Dropped: damaged}}) {
		return nil, errGone
	}
	settings := s.app.Settings()
	return &engine.Request{
		Messages: messages,
		Continue: messages[len(messages)-1].Role == assistant,
		Sampling: settings.Sampling,
		Policy:   settings.Policy,
		Routes:   true,
	}, nil
}

// history makes a prompt's messages of a path. Replies that brought no text are
// left out, and what then stands side by side from the same role becomes one
// message, because many templates insist on taking turns. damaged counts the
// messages whose text cannot be read.
func history(system string, path []store.Message) (messages []prompt.Message, damaged int) {
	if system != "" {
		messages = append(messages, prompt.Message{Role: prompt.System, Content: system})
	}
	for _, m := range path {
		if m.Damage != nil {
			damaged++
			continue
		}
		if m.Text == "" {
			continue
		}
		if n := len(messages); n > 0 && messages[n-1].Role == m.Role {
			messages[n-1].Content += "\n\n" + m.Text
			continue
		}
		messages = append(messages, prompt.Message{Role: m.Role, Content: m.Text})
	}
	return messages, damaged
}
