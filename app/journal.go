package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"beyonder/engine"
	"beyonder/store"
)

const (
	// journalPause is how long text waits for more. Half of the tenth of a second
	// that may be lost, because the transaction takes its time too.
	journalPause = 50 * time.Millisecond
	// fullPause is how long a failed transaction waits before it is tried again.
	fullPause = time.Second
	// asidePause is the least time between two writings of what the experts did:
	// all of it is written anew each time, so that it is not done as often as for
	// text. asideShare times as long as it takes goes by, too: it costs half a
	// percent of a core however long the reply.
	asidePause = 2 * time.Second
	asideShare = 200
)

// writing is a reply that grows, in memory and, through a goroutine of its own,
// on disk: a slow disk does not hold up the text, and text that came is stored
// even when nothing comes after it.
type writing struct {
	begun   store.Message // as it was when it began; with Continue, with its text
	journal *store.Journal
	aside   func(*writing) // keeps what is known beside the text, now and then
	wake    chan struct{}  // there is text to be stored
	stop    chan struct{}
	idle    chan struct{} // the goroutine has ended

	finishing sync.Mutex // held to end it, which is done once

	mu     sync.Mutex
	text   strings.Builder // all that came
	saved  int             // bytes of text that are in the journal
	reply  Reply
	routes Routes // what the experts did, if it is a mixture that answers
	trail  Trail  // how it is made
	routed bool   // routes holds something that is not on disk
	state  State  // Streaming until it has ended
	cause  string
	full   error          // why the last transaction failed, nil: it did not
	kept   *store.Message // as it was finished on disk, nil: it was not yet
}

func newWriting(m store.Message, j *store.Journal, reply Reply, aside func(*writing)) *writing {
	w := &writing{
		begun: m, journal: j, reply: reply, aside: aside, state: Streaming,
		wake: make(chan struct{}, 1), stop: make(chan struct{}), idle: make(chan struct{}),
	}
	go w.keep()
	return w
}

// add takes text that came.
func (w *writing) add(text string) {
	if text == "" {
		return
	}
	w.mu.Lock()
	w.text.WriteString(text)
	w.mu.Unlock()
	w.nudge()
}

func (w *writing) nudge() {
	select {
	case w.wake <- struct{}{}:
	default: // it is awake
	}
}

// keep stores what add takes, until stop.
func (w *writing) keep() {
	defer close(w.idle)
	pause, next := journalPause, time.Now().Add(asidePause)
	for {
		select {
		case <-w.wake:
		case <-w.stop:
			return
		}
		select {
		case <-time.After(pause):
		case <-w.stop:
			return
		}
		pause = journalPause
		if w.save() != nil {
			pause = fullPause
			w.nudge()
		} else if begun := time.Now(); begun.After(next) {
			w.aside(w)
			next = time.Now().Add(max(asidePause, asideShare*time.Since(begun)))
		}
	}
}

// save appends to the journal what it does not have yet.
func (w *writing) save() error {
	w.mu.Lock()
	pending := w.text.String()[w.saved:]
	w.mu.Unlock()
	if pending == "" {
		return nil
	}
	err := w.journal.Append(pending)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.saved += len(pending)
	}
	w.full = err
	return err
}

// trouble returns why the text is not being stored at present, nil if it is.
func (w *writing) trouble() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.full
}

func (w *writing) change(f func(r *Reply)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(&w.reply)
}

// settle ends the reply in memory with a state and, if it failed, the cause. The
// first call decides.
func (w *writing) settle(state State, cause string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.state == Streaming {
		w.state, w.cause = state, cause
		close(w.stop)
	}
}

// end settles the reply and stores it. Later calls only try again what a full
// disk prevented.
func (w *writing) end(state State, cause string) error {
	w.settle(state, cause)
	w.finishing.Lock()
	defer w.finishing.Unlock()
	<-w.idle
	if w.kept != nil {
		return nil
	}
	return w.finish()
}

func (w *writing) finish() error {
	w.mu.Lock()
	tail, state, cause := w.text.String()[w.saved:], w.state, w.cause
	reply, err := json.Marshal(w.reply)
	w.mu.Unlock()
	if err != nil {
		return fmt.Errorf("what is known of the reply cannot be kept: %w", err)
	}
	m, err := w.journal.Finish(tail, state, cause, reply)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil && !errors.Is(err, ErrNotFound) {
		w.full = err
		return err
	}
	w.kept, w.full = &m, nil
	return nil
}

// onto shows in m what memory has and the disk may not have yet.
func (w *writing) onto(m *Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	reply := w.reply
	m.Text = w.begun.Text + w.text.String()
	m.State, m.Error, m.Reply = w.state, w.cause, &reply
	if w.kept != nil {
		m.Error = w.kept.Error
	}
}

// figures are those of a reply whose engine did not live, or was not asked, to
// tell its own.
type figures struct {
	start, first, last time.Time
	tokens             int
}

func (f *figures) count(tokens int) {
	f.last = time.Now()
	if f.first.IsZero() {
		f.first = f.last
	}
	f.tokens += tokens
}

func (f *figures) fill(d *engine.Done) {
	d.NewTokens = f.tokens
	if !f.first.IsZero() {
		d.WriteSeconds = f.last.Sub(f.first).Seconds()
	}
}
