package engine

import (
	"context"
	"errors"
	"iter"
	"math"
	"time"

	"beyonder/engine/gl"
	"beyonder/engine/grammar"
	"beyonder/engine/sample"
)

// Reply answers a request, piece by piece. The last piece has Done set, unless
// an error ends the sequence. When ctx ends, what was held back comes out and
// Done says StopCancelled; the sequence may also be left by break.
func (l *Local) Reply(ctx context.Context, r Request) iter.Seq2[Piece, error] {
	return func(yield func(Piece, error) bool) {
		l.busy.Lock()
		defer l.busy.Unlock()
		m := l.current()
		if m == nil {
			yield(Piece{}, ErrNoModel)
			return
		}
		w := &writer{m: m, r: r, yield: yield, began: time.Now()}
		if err := w.run(ctx); err != nil && !errors.Is(err, errBreak) {
			yield(Piece{}, l.afterLoss(err))
		}
	}
}

// afterLoss gives a model up whose graphics card is gone: nothing of it can be
// used again, and the next Load looks for a device anew.
func (l *Local) afterLoss(err error) error {
	var card *gl.LostError
	if !errors.As(err, &card) {
		return err
	}
	l.replace(nil) // what closing says adds nothing to err
	return &LostError{Cause: card.Error(), Card: true}
}

// writer writes one reply.
type writer struct {
	m     *loaded
	r     Request
	yield func(Piece, error) bool
	began time.Time
	wrote time.Time // when the first token came

	sampler   *sample.Sampler
	form      *grammar.Matcher // nil: the reply may be any text
	out       *outbox
	logits    []float32
	ids       []int32         // of the reply
	forbidden map[int][]int32 // by length of ids: tokens that led to banned text
	done      Done
}

func (w *writer) run(ctx context.Context) error {
	var err error
	if w.sampler, err = sample.New(w.r.Sampling, w.m.tok); err != nil {
		return err
	}
	if err := w.m.mix(w.r.Mix); err != nil {
		return err
	}
	w.done.Seed, w.done.Sampling = w.sampler.Seed(), w.r.Sampling
	plain, goesOn := len(w.r.Messages) == 0, w.r.Continue
	if s := w.r.Replay; s != nil {
		plain, goesOn = s.Plain, s.Continue
	}
	w.out = newOutbox(w.m.tok, goesOn || plain, append(w.m.stops(plain), w.r.Sampling.Stop...), w.r.Sampling.Banned)
	if w.form, err = w.m.form(w.r, w.m.tok.Opens() && !goesOn && !plain); err != nil {
		return err
	}
	w.logits = make([]float32, w.m.info.Vocabulary)
	w.forbidden = map[int][]int32{}
	p, err := w.prepare()
	if err != nil {
		return err
	}
	if len(p.ids) == 0 {
		return errors.New("there is nothing to answer: the conversation is empty")
	}
	w.done.PromptTokens = len(p.ids)
	if len(p.ids) >= w.m.info.Context {
		return w.close(StopContext, len(p.ids))
	}
	for _, id := range p.ids {
		w.sampler.Accept(id)
	}
	if w.form != nil {
		w.sampler.Constrain(w.form)
	}
	if err := w.read(ctx, p); err != nil {
		return w.ended(ctx, err)
	}
	return w.ended(ctx, w.write(ctx))
}

// stops are the texts that end a turn in the template's family, for
// vocabularies in which they are not tokens of their own.
func (m *loaded) stops(plain bool) []string {
	if plain {
		return nil
	}
	return m.tmpl.Stops()
}

// ended turns the end of ctx into a reply that was stopped. Before any other
// error comes what was held back.
func (w *writer) ended(ctx context.Context, err error) error {
	switch {
	case err == nil || errors.Is(err, errBreak):
		return err
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return w.finish(StopCancelled)
	}
	if broke := w.flush(w.out.rest()); broke != nil {
		return broke
	}
	return err
}

func (w *writer) send(p Piece) error {
	if !w.yield(p, nil) {
		return errBreak
	}
	return nil
}

// read brings the prompt into the cache, what is there already left out. The
// last token is read alone: a device may round a batch otherwise than a single
// row, and a reply must not depend on how much of its prompt was reused.
func (w *writer) read(ctx context.Context, p prepared) error {
	if p.dropped > 0 {
		if err := w.send(Piece{Notice: &Notice{Kind: "rolled", Dropped: p.dropped}}); err != nil {
			return err
		}
	}
	began := time.Now()
	s := &w.m.session
	if w.r.Replay != nil {
		return w.readAgain(ctx, w.r.Replay)
	}
	reused := s.reuse(p.ids)
	var note error
	if reused, note = w.m.recall(ctx, w.r, p.ids, reused); note != nil {
		if err := w.send(Piece{Notice: &Notice{Kind: "prefix", Text: note.Error()}}); err != nil {
			return err
		}
	}
	s.prompt, s.begin = p.text, len(p.ids)-p.tail
	rest := p.ids[reused:]
	progress, first := Reading{Total: len(rest), Reused: reused}, time.Now()
	for len(rest) > 0 {
		if err := w.send(Piece{Reading: &Reading{Done: progress.Done, Total: progress.Total, Reused: reused, Seconds: time.Since(first).Seconds()}}); err != nil {
			return err
		}
		n, logits := min(len(rest)-1, w.m.batch), []float32(nil)
		if n == 0 {
			n, logits = 1, w.logits
		}
		if err := s.step(ctx, rest[:n], logits); err != nil {
			return err
		}
		rest = rest[n:]
		progress.Done += n
	}
	if w.wrote.IsZero() { // of the prompt, not of what is read again when the window rolls
		w.done.ReusedTokens = reused
	}
	w.done.ReadSeconds += time.Since(began).Seconds()
	if w.r.Record {
		if err := w.send(Piece{Sent: w.m.sent(w.r, p)}); err != nil {
			return err
		}
	}
	w.m.keep(ctx, w.r, p.ids)
	progress.Seconds = time.Since(first).Seconds()
	return w.send(Piece{Reading: &progress})
}

// write samples tokens until something ends the reply.
func (w *writer) write(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if w.form != nil && w.form.Over() {
			return w.finish(w.formEnd())
		}
		t, err := w.choose()
		if errors.Is(err, sample.ErrDeadEnd) {
			return w.finish(w.formEnd())
		}
		if err != nil {
			return err
		}
		if w.m.tok.EndOfGeneration(t.ID) {
			return w.finish(StopEnd)
		}
		switch v, err := w.accept(ctx, t); {
		case err != nil || v == ended:
			return err
		case v == takenBack:
			continue
		}
		if len(w.m.session.ids)+1 > w.m.info.Context {
			if rolled, err := w.makeRoom(ctx); !rolled || err != nil {
				return err
			}
			continue
		}
		if err := w.m.session.step(ctx, w.ids[len(w.ids)-1:], w.logits); err != nil {
			return err
		}
	}
}

// choose draws the next token from the logits.
func (w *writer) choose() (Token, error) {
	if !finite(w.logits) {
		return Token{}, &NumbersError{Position: len(w.m.session.ids)}
	}
	w.sampler.Forbid(w.forbidden[len(w.ids)]...)
	id, err := w.sampler.Sample(w.logits)
	if err != nil {
		return Token{}, err
	}
	if w.wrote.IsZero() {
		w.wrote = time.Now()
		w.done.FirstSeconds = w.wrote.Sub(w.began).Seconds()
	}
	t := Token{ID: id}
	if w.r.Alternatives > 0 {
		w.rank(&t)
	}
	if w.r.Routes {
		err = w.routes(&t)
	}
	return t, err
}

func finite(xs []float32) bool {
	sum := float32(0)
	for _, x := range xs {
		sum += x * 0 // NaN if x is NaN or infinite
	}
	return !math.IsNaN(float64(sum))
}

func (w *writer) rank(t *Token) {
	logprob, top := sample.Logprobs(w.logits, t.ID, w.r.Alternatives)
	t.Logprob = logprob
	for _, r := range top {
		t.Top = append(t.Top, Alternative{ID: r.ID, Text: w.m.tok.Readable(r.ID), Logprob: r.Logprob, Control: w.m.tok.Control(r.ID)})
	}
}

// routes reports the experts that computed the logits t was drawn from.
func (w *writer) routes(t *Token) error {
	rs, err := w.m.model.Routes()
	for _, r := range rs {
		t.Routes = append(t.Routes, Route{Experts: r.Experts, Weights: r.Weights})
	}
	return err
}

// verdict says how a reply goes on after a token.
type verdict int

const (
	goesOn    verdict = iota
	takenBack         // the token and perhaps some before it are gone; the logits are new
	ended
)

// accept adds a token to the reply and sends what is certain.
func (w *writer) accept(ctx context.Context, t Token) (verdict, error) {
	w.sampler.Accept(t.ID)
	w.ids = append(w.ids, t.ID)
	w.out.push(t)
	if at := w.out.find(w.out.banned); at >= 0 {
		return takenBack, w.takeBack(ctx, at)
	}
	if at := w.out.find(w.out.stops); at >= 0 {
		if err := w.flush(w.out.cutAt(at)); err != nil {
			return ended, err
		}
		return ended, w.finish(StopText)
	}
	if err := w.flush(w.out.release()); err != nil {
		return ended, err
	}
	if most := w.r.Sampling.MaxTokens; most > 0 && len(w.ids) >= most {
		return ended, w.finish(StopLength)
	}
	return goesOn, nil
}

func (w *writer) flush(p Piece) error {
	if p.Text == "" && len(p.Tokens) == 0 {
		return nil
	}
	return w.send(p)
}

// finish sends what is left and the closing piece.
func (w *writer) finish(why StopReason) error {
	if err := w.flush(w.out.rest()); err != nil {
		return err
	}
	w.m.session.settle(w.m.tok)
	return w.close(why, len(w.m.session.ids))
}

// close sends the closing piece. used is how much of the window is taken, or
// would be.
func (w *writer) close(why StopReason, used int) error {
	d := &w.done
	d.Reason, d.NewTokens = why, len(w.ids)
	d.ContextUsed, d.ContextSize = used, w.m.info.Context
	if !w.wrote.IsZero() {
		d.WriteSeconds = time.Since(w.wrote).Seconds()
	}
	return w.send(Piece{Done: d})
}
