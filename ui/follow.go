package ui

import (
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
)

// frameTime is the least time between two deliveries: 30 a second look smooth
// and leave the main goroutine to the reader's own clicks.
const frameTime = time.Second / 30

// A poster runs f on the main goroutine, later, in the order of the calls. It
// is the only way back from any other goroutine to a widget.
type poster func(f func())

// gate is the poster of the running program. Once the window is gone, what comes
// too late is dropped: Fyne would run it on whichever goroutine it comes from,
// with a display that has been given back.
type gate struct {
	closed atomic.Bool
	do     poster // fyne.Do
	doze   doze
}

func newGate(e Events) *gate { return &gate{do: fyne.Do, doze: doze{Events: e}} }

func (g *gate) post(f func()) {
	g.doze.posted.Add(1)
	g.do(func() {
		g.doze.posted.Add(-1)
		if !g.closed.Load() {
			f()
		}
	})
	g.doze.rouse()
}

// rest lets the main goroutine wait where nothing moves, until the window closes.
func (g *gate) rest() {
	if g.doze.Wait != nil {
		g.doze.stir()
		g.restIn(dozeAfter)
	}
}

// restIn does not count as posted, which is what would keep it from waiting.
func (g *gate) restIn(d time.Duration) {
	g.do.after(d, func() {
		if !g.closed.Load() {
			g.restIn(g.doze.nap())
		}
	})
}

// shut is called on the main goroutine when the window closes.
func (g *gate) shut() { g.closed.Store(true) }

// after posts f once d has passed; stop the timer to call it off.
func (p poster) after(d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(d, func() { p(f) })
}

// follow ranges over seq on a goroutine of its own. What comes is handed to
// deliver on the main goroutine, in order and in batches, at most every
// frameTime; finished is called there once, last, after everything delivered.
//
// Posted functions queue up without bound, so at most one delivery is under
// way at any time, however fast the pieces come.
func follow[T any](post poster, seq iter.Seq2[T, error], deliver func([]T), finished func(error)) {
	f := &follower[T]{post: post, deliver: deliver}
	go func() {
		err := f.drain(seq)
		post(func() {
			f.flush()
			finished(err)
		})
	}()
}

// follower gathers pieces between two deliveries.
type follower[T any] struct {
	post    poster
	deliver func([]T)

	mu       sync.Mutex
	pending  []T
	underWay bool // a delivery has been asked for and has not happened yet
	last     time.Time
}

func (f *follower[T]) drain(seq iter.Seq2[T, error]) error {
	for piece, err := range seq {
		if err != nil {
			return err
		}
		f.add(piece)
	}
	return nil
}

func (f *follower[T]) add(piece T) {
	f.mu.Lock()
	f.pending = append(f.pending, piece)
	wait := frameTime - time.Since(f.last)
	ask := !f.underWay
	f.underWay = true
	f.mu.Unlock()
	switch {
	case !ask:
	case wait <= 0:
		f.post(f.flush)
	default:
		f.post.after(wait, f.flush)
	}
}

// flush runs on the main goroutine. The lock is not held while delivering, so
// a slow widget never holds up the engine.
func (f *follower[T]) flush() {
	f.mu.Lock()
	batch := f.pending
	f.pending, f.underWay, f.last = nil, false, time.Now()
	f.mu.Unlock()
	if len(batch) > 0 {
		f.deliver(batch)
	}
}

// pause does the latest of several things asked for in quick succession, once
// nothing more has been asked for a while. It is used on the main goroutine.
type pause struct {
	post  poster
	wait  time.Duration
	timer *time.Timer
	next  func()
}

// do asks for f, in the place of what was asked for before.
func (p *pause) do(f func()) {
	if p.timer != nil {
		p.timer.Stop()
	}
	p.next = f
	p.timer = p.post.after(p.wait, p.flush)
}

// flush does now what is waiting, if anything is.
func (p *pause) flush() {
	if f := p.next; f != nil {
		p.next = nil
		p.timer.Stop()
		f()
	}
}

// drop forgets what is waiting.
func (p *pause) drop() { p.next = nil }
