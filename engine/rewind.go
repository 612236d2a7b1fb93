package engine

import "context"

// takeBack undoes the tokens that banned text was made of and forbids the first
// of them in its place. The logits there are computed anew.
func (w *writer) takeBack(ctx context.Context, at int) error {
	dropped := w.out.unwind(at, w.ids)
	w.ids = w.ids[:len(w.ids)-len(dropped)]
	w.sampler.Rewind(len(dropped))
	for n := range w.forbidden {
		if n > len(w.ids) {
			delete(w.forbidden, n)
		}
	}
	w.forbidden[len(w.ids)] = append(w.forbidden[len(w.ids)], dropped[0].ID)
	s := &w.m.session
	s.cut(len(s.ids) - (len(dropped) - 1)) // the last one has not been read yet
	return s.again(ctx, w.logits)
}

// makeRoom rolls the window in the middle of a reply: the oldest turns go, the
// rest and what was written so far are read again. If nothing can go, the reply
// ends for lack of room.
func (w *writer) makeRoom(ctx context.Context) (rolled bool, err error) {
	if w.r.Policy != RollWhenFull || len(w.r.Messages) == 0 || w.r.Replay != nil {
		return false, w.finish(StopContext)
	}
	p, err := w.m.roll(w.r, w.ids)
	if err != nil {
		return false, w.finish(StopContext)
	}
	return true, w.read(ctx, p)
}
