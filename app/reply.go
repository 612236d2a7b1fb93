package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"beyonder/engine"
	"beyonder/store"
)

// answer writes a new reply, which begins with given words, to a user's message.
func (s *stream) answer(to ID, opening string) error {
	info, err := s.model()
	if err != nil {
		return err
	}
	path, err := s.app.store.Path(s.conversation, to)
	if err != nil {
		return err
	}
	request, err := s.request(path, opening)
	if err != nil {
		return err
	}
	reply := s.app.replyOf(info, request, s.by)
	m := store.Message{Conversation: s.conversation, Parent: to, Role: assistant, Text: opening, Created: time.Now()}
	if m.Reply, err = json.Marshal(reply); err != nil {
		return fmt.Errorf("what is known of the reply cannot be kept: %w", err)
	}
	m, journal, err := s.app.store.Begin(m)
	if err != nil {
		return fmt.Errorf("the reply could not be begun: %w", err)
	}
	w := s.app.newWriting(m, journal, reply, Trail{})
	w.routes = newRoutes(info)
	return s.write(w, request)
}

// goOn goes on with the reply at the end of path.
func (s *stream) goOn(path []store.Message) error {
	info, err := s.model()
	if err != nil {
		return err
	}
	request, err := s.request(path, "")
	if err != nil {
		return err
	}
	last := s.app.message(path[len(path)-1])
	reply := s.app.replyOf(info, request, s.by)
	reply.after(last.Reply)
	record, err := json.Marshal(reply)
	if err != nil {
		return fmt.Errorf("what is known of the reply cannot be kept: %w", err)
	}
	m, journal, err := s.app.store.Resume(s.conversation, last.ID, record)
	if err != nil {
		return fmt.Errorf("the reply could not be gone on with: %w", err)
	}
	trail, _ := s.app.Trail(s.conversation, last.ID) // what was not kept is missing from then on
	w := s.app.newWriting(m, journal, reply, trail)
	w.routes = s.app.routesBefore(s.conversation, last.ID, info)
	return s.write(w, request)
}

// replyOf is what is known of a reply before it begins. The seed is drawn here
// and not by the engine, so that it is on disk whatever becomes of the reply.
func (a *App) replyOf(info engine.Info, r *engine.Request, by *Speaker) Reply {
	settings := r.Sampling
	if r.Sampling.Seed < 0 {
		r.Sampling.Seed = rand.Int64N(1 << 32)
	}
	var experts []string
	for _, e := range a.Experts(info.Hash, info.Experts, info.ExpertNames) {
		experts = append(experts, e.Name)
	}
	return Reply{
		By: by, Experts: experts,
		Model: info.Name, ModelHash: info.Hash, Device: info.Device, Template: info.Template,
		KV: a.kv(), Build: a.build, Mix: r.Mix,
		Settings: settings, Done: engine.Done{Seed: r.Sampling.Seed, Sampling: r.Sampling},
	}
}

// after takes over what is to be kept of the reply that r goes on with.
func (r *Reply) after(before *Reply) {
	if before == nil {
		return
	}
	r.Earlier = append(before.Earlier, before.Done)
	r.Notices = before.Notices
}

// model returns the model that is to answer, and loads it if it is not there or
// if the settings want it otherwise by now.
func (s *stream) model() (engine.Info, error) {
	info, ok := s.app.Model()
	path, force, outdated := s.app.outdated()
	if ok && !outdated {
		return info, nil
	}
	if path == "" {
		s.app.LookForModels(modelsWait)
		path = s.app.LastModel()
	}
	if path == "" {
		return info, ErrNoModel
	}
	for progress, err := range s.app.load(s.ctx, path, force) {
		if s.ctx.Err() != nil {
			return info, errStopped
		}
		if err != nil {
			return info, err
		}
		if !s.emit(Event{Loading: &progress}) {
			return info, errGone
		}
	}
	if s.ctx.Err() != nil { // the engine was quicker
		return info, errStopped
	}
	if info, ok = s.app.Model(); !ok {
		return info, ErrNoModel
	}
	return info, nil
}

// write relays the engine's reply to the consumer and to the disk.
func (s *stream) write(w *writing, r *engine.Request) error {
	s.app.track(w)
	defer func() {
		if !w.ended() { // the consumer left by panic or runtime.Goexit
			s.app.end(w, Interrupted, "")
		}
	}()
	s.app.trace("reply-started", w.fields())
	started := s.app.shown(w)
	if !s.emit(Event{Started: started}) {
		return s.finish(w, nil)
	}
	err := s.relay(w, r)
	for range engine.MostCardLosses {
		var lost *engine.LostError
		if !errors.As(err, &lost) || !lost.Card || s.ctx.Err() != nil || s.gone {
			break
		}
		s.app.traceLost(err)
		err = s.afterCard(w, r, lost)
	}
	return s.finish(w, err)
}

// afterCard goes on with a reply whose engine was lost by its graphics card.
func (s *stream) afterCard(w *writing, r *engine.Request, lost *engine.LostError) error {
	info, err := s.model()
	switch {
	case errors.Is(err, errGone):
		return nil
	case errors.Is(err, errStopped):
		return s.ctx.Err()
	case err != nil:
		return fmt.Errorf("%w; loading the model again: %w", lost, err)
	}
	n := engine.Notice{Kind: NoticeCard, Text: fmt.Sprintf("the graphics card was lost (%s); the reply goes on with %s", lost.Cause, info.Device)}
	w.change(func(reply *Reply) {
		reply.Device, reply.Notices = info.Device, append(reply.Notices, n)
		if reply.Done.NewTokens > 0 {
			reply.Earlier = append(reply.Earlier, reply.Done)
		}
		reply.Done = engine.Done{Seed: r.Sampling.Seed, Sampling: r.Sampling}
	})
	if !s.emit(Event{Notice: &n}) {
		return nil
	}
	return s.relay(w, r)
}

// relay returns what broke the reply off, nil if the engine or the consumer
// ended it. Afterwards r asks for what comes after the text that came.
func (s *stream) relay(w *writing, r *engine.Request) error {
	f := figures{start: time.Now()}
	warned := false
	var text strings.Builder
	defer func() { r.Resume(text.String()) }()
	for piece, err := range s.app.engine.Reply(s.ctx, *r) {
		if err != nil {
			return err
		}
		s.path.place(piece.Notice)
		w.take(piece, &f)
		first := s.waited(w, piece)
		text.WriteString(piece.Text)
		if piece.Done != nil || piece.Sent != nil {
			continue // the engine ends by itself; to break here would be to stop it
		}
		s.app.tracePiece(w, piece, &f)
		e := event(piece)
		e.First = first
		if !s.emit(e) {
			return nil
		}
		if w.trouble() != nil && !warned {
			warned = true
			if !s.emit(Event{Notice: &engine.Notice{Kind: NoticeUnsaved}}) {
				return nil
			}
		}
	}
	return s.ctx.Err()
}

// waited keeps with the reply how long its first token was waited for: from the
// asking, so that loading the model and the way to and from the engine, which
// cannot know of them, are in it. It returns that with the first tokens, else 0.
func (s *stream) waited(w *writing, p engine.Piece) float64 {
	first := 0.0
	if s.first == 0 && (p.Text != "" || len(p.Tokens) > 0) {
		s.first = time.Since(s.asked).Seconds()
		first = s.first
	}
	w.change(func(r *Reply) { r.Done.FirstSeconds = s.first })
	return first
}

func event(p engine.Piece) Event {
	return Event{Reading: p.Reading, Notice: p.Notice, Text: p.Text, Tokens: p.Tokens}
}

// take keeps what a piece brings.
func (w *writing) take(p engine.Piece, f *figures) {
	switch {
	case p.Reading != nil:
	case p.Notice != nil:
		w.change(func(r *Reply) { r.Notices = append(r.Notices, *p.Notice) })
	case p.Sent != nil:
		w.record(func(t *Trail) { t.sent(*p.Sent) })
	case p.Done != nil:
		w.change(func(r *Reply) { r.Done = *p.Done })
	default:
		w.route(p)
		w.record(func(t *Trail) { t.tokens(p.Tokens) })
		w.add(p.Text)
		f.count(len(p.Tokens))
		w.change(func(r *Reply) { f.fill(&r.Done) })
	}
}

// finish ends the reply, tells the consumer and stores it.
func (s *stream) finish(w *writing, failure error) error {
	state, failure := s.outcome(w, failure)
	w.settle(state, sentence(failure))
	s.app.traceLost(failure)
	s.app.troubles.note("reply", failure)
	s.app.trace("reply-finished", w.fields())
	s.app.release(s.turn) // so that who sees the end may send the next message at once
	s.emit(Event{Finished: s.app.shown(w)})
	unsaved := s.app.end(w, state, sentence(failure)) // a busy disk takes seconds
	s.app.troubles.note("store", unsaved)
	if unsaved == nil {
		s.app.trace("reply-stored", map[string]any{"conversation": w.begun.Conversation, "message": w.begun.ID})
	}
	switch {
	case s.gone:
		return errGone
	case unsaved == nil:
		return failure
	case failure == nil:
		return unsaved
	}
	return fmt.Errorf("%w; besides, %w", failure, unsaved)
}

// outcome says how a reply ended, and what failed if something did.
func (s *stream) outcome(w *writing, failure error) (State, error) {
	var lost *engine.LostError
	reason := w.reason()
	switch {
	case reason == engine.StopCancelled:
		return Stopped, nil
	case reason != "":
		return Complete, nil
	case context.Cause(s.ctx) == errClosing:
		return Interrupted, nil
	case s.gone || s.ctx.Err() != nil:
		w.change(func(r *Reply) { r.Done.Reason = engine.StopCancelled })
		return Stopped, nil
	case failure == nil:
		return Failed, errors.New("the engine ended the reply without a reason")
	case errors.As(failure, &lost):
		return Interrupted, failure
	}
	return Failed, failure
}

func (w *writing) reason() engine.StopReason {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.reply.Done.Reason
}

// shown is the reply as the window is to show it now.
func (a *App) shown(w *writing) *Message {
	m := a.message(w.begun)
	w.onto(&m)
	return &m
}
