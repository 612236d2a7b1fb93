package cpu

import (
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// pool runs the parts of one verb on several goroutines. A token is about three
// hundred verbs of a few microseconds each, so workers spin between verbs (a
// wake-up costs more than the verb) and park once nothing has come for a while.
type pool struct {
	workers int          // goroutines besides the caller
	stop    *atomic.Bool // set: parts not yet drawn are dropped; changed only between verbs

	round atomic.Int64 // counts the verbs
	next  atomic.Int64 // the next part to draw
	left  atomic.Int64 // workers still busy in this round
	fault atomic.Bool  // memory that should be there was not
	done  atomic.Int64 // parts finished since the start: a sign of life
	work  task
	parts int

	mu     sync.Mutex // guards parking
	wake   *sync.Cond
	parked int
	closed atomic.Bool
}

// spins is how often a goroutine polls before it gives the core back: some fifty
// microseconds, longer than most of what lies between two verbs of a token. Much
// more is lost where other programs want the core.
const spins = 50000

func newPool(threads int) *pool {
	p := &pool{workers: threads - 1, stop: new(atomic.Bool)}
	p.wake = sync.NewCond(&p.mu)
	for i := range p.workers {
		go p.serve(i + 1)
	}
	return p
}

// task is a verb's work, in parts. Verbs of a token keep theirs in the device, so
// that nothing is allocated for them.
type task interface {
	part(part, worker int)
}

// taskFunc is a task that need not be kept.
type taskFunc func(part, worker int)

func (f taskFunc) part(part, worker int) { f(part, worker) }

// run calls work for every part and returns when all are done, or dropped
// because stop was set. part's second argument is the number of the goroutine,
// 0 to workers, for its scratch memory.
func (p *pool) run(parts int, work task) {
	p.work, p.parts = work, parts
	p.next.Store(0)
	if parts <= 1 || p.workers == 0 {
		p.draw(0)
		return
	}
	p.left.Store(int64(p.workers))
	p.nextRound()
	p.draw(0)
	for polls := 0; p.left.Load() > 0; polls++ {
		if polls > spins {
			runtime.Gosched()
		}
	}
}

// draw does parts until none is left. A fault in mapped weights ends the step
// instead of the process.
func (p *pool) draw(worker int) {
	defer p.caught(debug.SetPanicOnFault(true))
	for !p.stop.Load() {
		i := int(p.next.Add(1)) - 1
		if i >= p.parts {
			return
		}
		p.work.part(i, worker)
		p.done.Add(1)
	}
}

func (p *pool) caught(before bool) {
	debug.SetPanicOnFault(before)
	switch x := recover().(type) {
	case nil:
	case interface{ Addr() uintptr }: // a fault
		p.fault.Store(true)
		p.stop.Store(true)
	default:
		panic(x)
	}
}

func (p *pool) serve(worker int) {
	for seen := int64(0); p.await(seen); seen++ {
		p.draw(worker)
		p.left.Add(-1)
	}
}

// await returns true once a round after seen has begun, false when the pool is closed.
func (p *pool) await(seen int64) bool {
	for range spins {
		if p.round.Load() != seen {
			return !p.closed.Load()
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.round.Load() == seen {
		p.parked++
		p.wake.Wait()
		p.parked--
	}
	return !p.closed.Load()
}

func (p *pool) nextRound() {
	p.round.Add(1)
	p.mu.Lock()
	if p.parked > 0 {
		p.wake.Broadcast()
	}
	p.mu.Unlock()
}

func (p *pool) close() {
	p.closed.Store(true)
	p.nextRound()
}
