package app

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"
	"time"

	"beyonder/engine"
	"beyonder/engine/prompt"
	"beyonder/store"
)

// Event is a step of an answer. Exactly one of the pointers is set, or none and
// then it is text with its tokens.
type Event struct {
	User     *Message // the user's message, already committed
	Started  *Message // the reply, empty so far; with Continue: its text so far
	Loading  *engine.Progress
	Reading  *engine.Reading
	Notice   *engine.Notice // of the engine's, or of a kind below
	Text     string
	Tokens   []engine.Token
	First    float64   // with the first tokens: seconds that they were waited for
	Finished *Message  // the reply as it is kept now
	Replayed *Replayed // of Replay alone: how it ended
}

// Kinds of engine.Notice that come from the application.
const (
	// NoticeUnsaved: the text that comes cannot be stored at present. It is tried
	// again all the time, and Send ends with the error if it fails to the end.
	NoticeUnsaved = "unsaved"
	// NoticeDamaged: Dropped messages of the conversation are damaged on disk, and
	// the model does not see them.
	NoticeDamaged = "damaged"
	// NoticeCard: the graphics card was lost, and the reply goes on with less of it
	// or without; Text says so.
	NoticeCard = "card"
)

// Send stores the user's message and streams its answer: User, Loading when the
// model has to be loaded first, Started, text, Finished.
//
// Whatever ends it, the text that came is kept. Stopping it (by ctx or by break)
// is no error: after ctx, Finished still comes, unless it ended before Started.
// Finished does not wait for the disk: the sequence ends once the reply is stored,
// and until then Messages tells it from memory and a crash leaves it Interrupted.
// After any other trouble Finished comes first and then the error. Errors to
// branch on: ErrBusy, ErrEmpty and ErrNotFound, with which nothing was stored;
// ErrNoModel; ErrFull; *engine.MemoryError; *engine.LostError.
func (a *App) Send(ctx context.Context, id ID, text string) iter.Seq2[Event, error] {
	return a.SendFrom(ctx, id, text, "")
}

// SendFrom is Send with a reply that begins with given words.
func (a *App) SendFrom(ctx context.Context, id ID, text, opening string) iter.Seq2[Event, error] {
	return a.send(ctx, id, text, opening, a.store.Add)
}

// SendQueued is Send for a message that has waited: what stands in the composer
// by now stays there.
func (a *App) SendQueued(ctx context.Context, id ID, text string) iter.Seq2[Event, error] {
	return a.send(ctx, id, text, "", a.store.AddBeside)
}

// add is how a message is stored.
type add func(m store.Message, title string) (store.Message, error)

func (a *App) send(ctx context.Context, id ID, text, opening string, add add) iter.Seq2[Event, error] {
	return a.stream(ctx, id, func(s *stream) error {
		path, err := a.store.Messages(id)
		if err != nil {
			return err
		}
		var parent ID
		if len(path) > 0 {
			parent = path[len(path)-1].ID
		}
		return s.ask(parent, text, opening, add)
	})
}

// Edit stores another version of a user's message and streams its answer, as
// Send does.
func (a *App) Edit(ctx context.Context, id, message ID, text string) iter.Seq2[Event, error] {
	return a.stream(ctx, id, func(s *stream) error {
		m, err := a.store.Message(id, message)
		if err != nil {
			return err
		}
		return s.ask(m.Parent, text, "", a.store.Add)
	})
}

// Regenerate writes another version of a reply. Given a user's message, it
// answers that one.
func (a *App) Regenerate(ctx context.Context, id, message ID) iter.Seq2[Event, error] {
	return a.RegenerateFrom(ctx, id, message, "")
}

// RegenerateFrom is Regenerate with a reply that begins with given words.
func (a *App) RegenerateFrom(ctx context.Context, id, message ID, opening string) iter.Seq2[Event, error] {
	return a.stream(ctx, id, func(s *stream) error {
		m, err := a.store.Message(id, message)
		if err != nil {
			return err
		}
		if m.Role == prompt.User {
			return s.answer(m.ID, opening)
		}
		return s.answer(m.Parent, opening)
	})
}

// Continue goes on with a reply that was interrupted, stopped or cut by its
// length. It must be the last message that is shown, or it fails with ErrNotLast.
func (a *App) Continue(ctx context.Context, id, message ID) iter.Seq2[Event, error] {
	return a.stream(ctx, id, func(s *stream) error {
		path, err := a.store.Messages(id)
		if err != nil {
			return err
		}
		if len(path) == 0 || path[len(path)-1].ID != message || path[len(path)-1].Role != prompt.Assistant {
			return ErrNotLast
		}
		return s.goOn(path)
	})
}

// stream is one answer on its way to its consumer.
type stream struct {
	app          *App
	ctx          context.Context
	turn         *turn
	conversation ID
	yield        func(Event, error) bool
	path         places      // of what was asked last
	by           *Speaker    // the assistant that was asked last, nil: none
	seed         int64       // with mix: instead of the settings', -1: theirs
	mix          *engine.Mix // instead of the conversation's experiment
	asked        time.Time   // when the answer was asked for
	first        float64     // seconds from then to the first token, 0: none came yet
	gone         bool        // the consumer has left: it must not be called any more
}

var (
	errGone    = errors.New("the consumer has left")
	errStopped = errors.New("stopped before the reply was begun")
	errUsed    = errors.New("this answer was streamed already: ask for another one")
)

// stream makes the single-use iterator of an answer.
func (a *App) stream(ctx context.Context, id ID, work func(*stream) error) iter.Seq2[Event, error] {
	var used atomic.Bool
	return func(yield func(Event, error) bool) {
		if used.Swap(true) {
			yield(Event{}, errUsed)
			return
		}
		asked := time.Now()
		ctx, t, err := a.claim(ctx, id)
		if err != nil {
			yield(Event{}, err)
			return
		}
		defer a.release(t)
		s := &stream{app: a, ctx: ctx, turn: t, conversation: id, yield: yield, asked: asked}
		a.saveLate() // what is written next stands after what has ended
		err = work(s)
		a.release(t) // so that who sees the error may try again at once
		if err != nil && !s.gone && !errors.Is(err, errStopped) {
			yield(Event{}, err)
		}
	}
}

// emit gives an event to the consumer; false: it has left.
func (s *stream) emit(e Event) bool {
	if !s.gone {
		s.gone = !s.yield(e, nil)
	}
	return !s.gone
}

// ask stores a user's message and answers it.
func (s *stream) ask(parent ID, text, opening string, add add) error {
	if strings.TrimSpace(text) == "" {
		return ErrEmpty
	}
	m, err := add(store.Message{
		Conversation: s.conversation, Parent: parent, Role: prompt.User, Text: text, State: Complete, Created: time.Now(),
	}, titleOf(text))
	if err != nil {
		return fmt.Errorf("the message could not be stored and was not sent: %w", err)
	}
	shown := s.app.message(m)
	if !s.emit(Event{User: &shown}) {
		return errGone
	}
	return s.answer(m.ID, opening)
}
