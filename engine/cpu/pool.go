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
	left  atomic.Int64 // workers still busy in this round
	fault atomic.Bool  // memory that should be there was not
	work  task

	shares []share // of the parts, one for each goroutine

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
	p := &pool{workers: threads - 1, stop: new(atomic.Bool), shares: make([]share, threads)}
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
	p.work = work
	if parts <= 1 || p.workers == 0 {
		for i := range p.shares {
			p.shares[i].set(0, 0)
		}
		p.shares[0].set(0, parts)
		p.draw(0)
		return
	}
	for i, n := 0, len(p.shares); i < n; i++ {
		p.shares[i].set(parts*i/n, parts*(i+1)/n)
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
		i := p.take(worker)
		if i < 0 {
			return
		}
		p.work.part(i, worker)
		p.shares[worker].done.Add(1)
	}
}

// take returns the next part of a goroutine's share, when that is done the last of
// another's, and -1 when none is left.
func (p *pool) take(worker int) int {
	if i := p.shares[worker].first(); i >= 0 {
		return i
	}
	for k := 1; k < len(p.shares); k++ {
		if i := p.shares[(worker+k)%len(p.shares)].last(); i >= 0 {
			return i
		}
	}
	return -1
}

// share is a stretch of parts, from the upper half of the number to the lower.
// Neighbouring parts read neighbouring weights: a goroutine that takes them one
// after the other is a sixth faster than several that take turns, because what is
// fetched ahead is then its own. The padding keeps shares in lines of their own: to
// write to one that another core reads takes as long as to multiply some kilobytes.
type share struct {
	left atomic.Uint64
	done atomic.Int64 // parts that its goroutine has finished since the start
	_    [112]byte
}

// done counts the parts finished since the start: a sign of life.
func (p *pool) done() (n int64) {
	for i := range p.shares {
		n += p.shares[i].done.Load()
	}
	return n
}

func (s *share) set(from, to int) { s.left.Store(uint64(from)<<32 | uint64(to)) }

// first takes the first part that is left, last the last; -1: there is none.
func (s *share) first() int {
	for {
		was := s.left.Load()
		from, to := was>>32, was&(1<<32-1)
		if from >= to {
			return -1
		}
		if s.left.CompareAndSwap(was, (from+1)<<32|to) {
			return int(from)
		}
	}
}

func (s *share) last() int {
	for {
		was := s.left.Load()
		from, to := was>>32, was&(1<<32-1)
		if from >= to {
			return -1
		}
		if s.left.CompareAndSwap(was, from<<32|(to-1)) {
			return int(to - 1)
		}
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
