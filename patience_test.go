package main

import (
	"sync/atomic"
	"testing"
	"time"
)

// A window that does not come up is given up after so many ticks without progress,
// however far apart a busy machine lets them come; what the program computes
// meanwhile is progress.
func TestPatience(t *testing.T) {
	for _, test := range []struct {
		what  string
		ticks int           // that come
		each  time.Duration // of the processors' time, between two
		busy  int           // ticks with that; after them nothing is used
		up    int           // the tick before which the window is up; 0: never
		lost  bool
		after int // the tick at which it is given up
	}{
		{"a display that does not answer", 1000, 0, 0, 0, true, 200},
		{"next to nothing is no progress", 1000, time.Microsecond, 1000, 0, true, 200},
		{"a window that comes", 1000, 0, 0, 150, false, 0},
		{"a starved program that draws", 5000, 2 * time.Millisecond, 5000, 4000, false, 0},
		{"one that hangs after its work", 1000, 50 * time.Millisecond, 300, 0, true, 500},
	} {
		ticks, up := make(chan time.Time), make(chan struct{})
		var used atomic.Int64
		sent := 0
		over := make(chan bool)
		asked := make(chan bool)
		go func() {
			over <- lost(ticks, up, func() time.Duration {
				now := time.Duration(used.Load())
				asked <- true // what is used from now on is the next tick's
				return now
			})
		}()
		<-asked
		lost := false
		for ended := false; !ended; {
			if sent+1 == test.up {
				close(up)
				lost = <-over
				break
			}
			if sent < test.busy {
				used.Add(int64(test.each))
			}
			select {
			case ticks <- time.Time{}:
				sent++
				<-asked
			case lost = <-over:
				ended = true
			}
		}
		if lost != test.lost || lost && sent != test.after {
			t.Errorf("%s: lost %v after %d ticks, want %v after %d", test.what, lost, sent, test.lost, test.after)
		}
	}
}
