package app

import (
	"errors"
	"slices"

	"beyonder/engine"
	"beyonder/engine/prompt"
	"beyonder/store"
)

const assistant = prompt.Assistant

var errNothing = errors.New("there is nothing to answer: all messages of the conversation are damaged")

// alternatives is how many of the likeliest tokens are kept of each place.
const alternatives = 5

// request asks for what follows a path: a reply to its last message if that is
// the user's, which begins with given words, or more of it if it is a reply.
func (s *stream) request(path []store.Message, opening string) (*engine.Request, error) {
	c, err := s.app.store.Conversation(s.conversation)
	if err != nil {
		return nil, err
	}
	var messages []prompt.Message
	var damaged int
	force := s.app.begin(c)
	s.by = force.Assistant.speaker()
	messages, s.path, damaged = history(force.System, path)
	if len(messages) == 0 || messages[len(messages)-1].Role == prompt.System {
		return nil, errNothing
	}
	if damaged > 0 && !s.emit(Event{Notice: &engine.Notice{Kind: NoticeDamaged, Dropped: damaged}}) {
		return nil, errGone
	}
	if opening != "" {
		messages = append(messages, prompt.Message{Role: assistant, Content: opening})
	}
	r := &engine.Request{
		Messages: messages,
		Continue: messages[len(messages)-1].Role == assistant,
		Sampling: force.Sampling.Settings.Applied(),
		Policy:   force.Policy,
		Routes:   true,
		Record:   true,
	}
	if info, ok := s.app.Model(); ok {
		r.Mix = s.mixFor(info)
	}
	if s.mix != nil && s.seed >= 0 {
		r.Sampling.Seed = s.seed
	}
	if !s.app.Encrypted() { // who encrypts what was written wants none of it in plain
		r.Prefixes = s.app.prompts()
	}
	if s.app.Settings().Alternatives {
		r.Alternatives = alternatives
	}
	return r, nil
}

// places says where on the path each of a request's messages begins, the system
// prompt aside.
type places []int

// place makes a notice of the engine's count messages of the path.
func (p places) place(n *engine.Notice) {
	if n != nil && n.Kind == "rolled" && n.Dropped < len(p) {
		n.Dropped = p[n.Dropped]
	}
}

// history makes a prompt's messages of a path. Replies that brought no text are
// left out, and what the user has excluded, unless it is what is to be answered.
// What then stands side by side from the same role becomes one message, because
// many templates insist on taking turns. damaged counts the messages whose text
// cannot be read.
func history(system string, path []store.Message) (messages []prompt.Message, from places, damaged int) {
	for i, m := range path {
		if m.Damage != nil {
			damaged++
			continue
		}
		if m.Text == "" || m.Excluded && i < len(path)-1 {
			continue
		}
		if n := len(messages); n > 0 && messages[n-1].Role == m.Role {
			messages[n-1].Content += "\n\n" + m.Text
			continue
		}
		messages, from = append(messages, prompt.Message{Role: m.Role, Content: m.Text}), append(from, i)
	}
	if system != "" {
		messages = slices.Insert(messages, 0, prompt.Message{Role: prompt.System, Content: system})
	}
	return messages, from, damaged
}
