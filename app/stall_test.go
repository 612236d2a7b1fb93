package app_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// stalls measures how long this machine keeps a program waiting, so that a test
// of a promise in milliseconds does not fail for a disk or a processor that is
// busy with something else. The promises are about the program: they hold plus
// the time that two transactions take (one that is under way, and one's own).
type stalls struct {
	mu    sync.Mutex
	began time.Time // of the measurement under way
	worst time.Duration
	stop  chan struct{}
}

// watchStalls begins to measure with a file in a folder.
func watchStalls(t testing.TB, dir string) *stalls {
	t.Helper()
	probe, err := os.Create(filepath.Join(dir, "probe"))
	check(t, err)
	s := &stalls{began: time.Now(), stop: make(chan struct{})}
	over := make(chan struct{})
	go func() {
		defer close(over)
		defer probe.Close()
		for {
			select {
			case <-s.stop:
				return
			default:
				s.measure(probe)
			}
		}
	}()
	t.Cleanup(func() { close(s.stop); <-over })
	return s
}

// stallPause lies between two measurements.
const stallPause = 10 * time.Millisecond

// measure does what a transaction does: it writes and syncs twice.
func (s *stalls) measure(probe *os.File) {
	time.Sleep(stallPause)
	for range 2 {
		_, _ = probe.WriteAt(make([]byte, 16<<10), 0)
		_ = probe.Sync()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.worst, s.began = max(s.worst, now.Sub(s.began)-stallPause), now
}

// allowance is what may come on top of a promise. A measurement under way counts as
// far as it has come: what holds it up may have held up the program.
func (s *stalls) allowance() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return 2 * max(s.worst, time.Since(s.began)-stallPause)
}
