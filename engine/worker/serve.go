package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
	"time"

	"beyonder/engine"
)

// beatEvery is how often a busy child tells that it is alive.
const beatEvery = 500 * time.Millisecond

// Serve answers calls from in on out until in ends, which is how the parent's
// end, whatever it died of, ends the child. It returns at once then, with calls
// still running; the process should exit.
func Serve(in io.Reader, out io.Writer, e Engine) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	s := &server{e: e, out: newSender(out), calls: map[uint64]context.CancelFunc{}}
	if err := s.out.send(frame{Hello: protocolVersion}); err != nil {
		return err
	}
	go s.beat(ctx)
	dec := json.NewDecoder(in)
	for {
		var r request
		if err := dec.Decode(&r); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("reading a call: %w", err)
		}
		s.handle(ctx, r)
	}
}

type server struct {
	e   Engine
	out *sender

	mu    sync.Mutex
	calls map[uint64]context.CancelFunc
}

func (s *server) handle(ctx context.Context, r request) {
	if r.Cancel {
		s.mu.Lock()
		cancel := s.calls[r.ID]
		s.mu.Unlock()
		if cancel != nil {
			cancel()
		}
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	s.mu.Lock()
	s.calls[r.ID] = cancel
	s.mu.Unlock()
	go func() {
		defer cancel()
		s.call(ctx, r)
	}()
}

func (s *server) call(ctx context.Context, r request) {
	err := s.answer(ctx, r)
	s.mu.Lock()
	delete(s.calls, r.ID)
	s.mu.Unlock()
	e := &end{Error: pack(err)}
	if info, ok := s.e.Info(); ok {
		e.Info = &info
	}
	s.out.send(frame{ID: r.ID, End: e}) // if this fails, the parent is gone and so are we
}

func (s *server) answer(ctx context.Context, r request) error {
	switch {
	case r.Load != nil:
		for p, err := range s.e.Load(ctx, *r.Load) {
			if err != nil {
				return err
			}
			if err := s.out.send(frame{ID: r.ID, Progress: &p}); err != nil {
				return err
			}
		}
		return nil
	case r.Reply != nil:
		return s.reply(r.ID, s.e.Reply(ctx, *r.Reply))
	case r.Count != nil:
		n, err := s.e.Count(*r.Count)
		if err != nil {
			return err
		}
		return s.out.send(frame{ID: r.ID, Tokens: n})
	case r.Unload:
		return s.e.Unload()
	}
	return errors.New("the call asks for nothing")
}

func (s *server) reply(id uint64, pieces iter.Seq2[engine.Piece, error]) error {
	for p, err := range pieces {
		if err != nil {
			return err
		}
		if err := s.out.send(frame{ID: id, Piece: &p}); err != nil {
			return err
		}
	}
	return nil
}

// beat tells the parent that work goes on, as long as it does.
func (s *server) beat(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	last := int64(0)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if now := s.e.Beat(); now != last {
			last = now
			s.out.send(frame{Beat: now})
		}
	}
}
