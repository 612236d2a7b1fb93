package apptest

import (
	"os"
	"slices"
	"sync"
	"time"
)

// Stalls measures how long this machine keeps a program waiting, so that a test
// of a promise in milliseconds does not fail for a disk or a processor that is
// busy with something else. The promises are about the program: they hold plus
// the time that two transactions take (one that is under way, and one's own).
type Stalls struct {
	probe *os.File
	stop  chan struct{}
	over  chan struct{}

	mu    sync.Mutex
	seen  []stall   // of late
	since time.Time // the measurement under way began; zero: none is
}

type stall struct {
	ended time.Time
	took  time.Duration
}

// stallsCount is how long a stall is of account after its end: what the program
// does now may have waited for what waited for it.
const stallsCount = 2 * time.Second

// WatchStalls begins to measure with a file, which Stop closes.
func WatchStalls(probe *os.File) *Stalls {
	s := &Stalls{probe: probe, stop: make(chan struct{}), over: make(chan struct{})}
	go func() {
		defer close(s.over)
		defer probe.Close()
		for {
			select {
			case <-s.stop:
				return
			default:
				s.measure()
			}
		}
	}()
	return s
}

// Stop ends the measuring.
func (s *Stalls) Stop() {
	close(s.stop)
	<-s.over
}

// measure does what a transaction does: it writes and syncs twice.
func (s *Stalls) measure() {
	const pause = 10 * time.Millisecond
	s.begin(time.Now().Add(pause)) // who sleeps longer than that is kept waiting, too
	time.Sleep(pause)
	for range 2 {
		_, _ = s.probe.WriteAt(make([]byte, 16<<10), 0)
		_ = s.probe.Sync()
	}
	s.end(time.Now())
}

func (s *Stalls) begin(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = at
}

func (s *Stalls) end(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, stall{now, now.Sub(s.since)})
	s.since = time.Time{}
	s.seen = slices.DeleteFunc(s.seen, func(x stall) bool { return now.Sub(x.ended) > stallsCount })
}

// Allowance is what may come on top of a promise. A measurement that has not come
// back counts as long as it has taken so far: what holds it up holds the program's
// transaction up, and of a program that is killed then nothing else would tell.
func (s *Stalls) Allowance() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, worst := time.Now(), time.Duration(0)
	if !s.since.IsZero() {
		worst = now.Sub(s.since)
	}
	for _, x := range s.seen {
		if now.Sub(x.ended) <= stallsCount {
			worst = max(worst, x.took)
		}
	}
	return 2 * worst
}
