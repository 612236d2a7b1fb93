package app

import (
	"context"
	"errors"
	"time"
)

// Why a turn was cancelled by the application itself.
var (
	errClosing = errors.New("the application was closed")
	errDeleted = errors.New("the conversation was deleted")
)

// turn is the engine at work: there is one at a time, because an engine has one
// model and one KV cache.
type turn struct {
	conversation ID // 0: a model is being loaded
	cancel       context.CancelCauseFunc
	over         chan struct{}
}

// claim makes the engine the caller's until release.
func (a *App) claim(ctx context.Context, conversation ID) (context.Context, *turn, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.closed:
		return ctx, nil, ErrClosed
	case a.turn != nil:
		return ctx, nil, ErrBusy
	}
	ctx, cancel := context.WithCancelCause(ctx)
	a.turn = &turn{conversation: conversation, cancel: cancel, over: make(chan struct{})}
	return ctx, a.turn, nil
}

// release gives the engine free; a second call does nothing.
func (a *App) release(t *turn) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.turn == t {
		a.turn = nil
		close(t.over)
		t.cancel(nil)
	}
}

// stopIn cancels a reply in a conversation.
func (a *App) stopIn(conversation ID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.turn != nil && a.turn.conversation == conversation {
		a.turn.cancel(errDeleted)
	}
}

func (t *turn) wait(limit time.Duration) {
	select {
	case <-t.over:
	case <-time.After(limit):
	}
}
