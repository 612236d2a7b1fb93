package ui

import (
	"sync"
	"sync/atomic"
	"time"
)

// Events is how the driver waits for what the user does. Fyne looks 60 times a
// second, whatever happens; a window at rest waits instead.
type Events struct {
	Wait func(atMost time.Duration) // on the main goroutine, handling what came
	Wake func()                     // ends a Wait, from any goroutine
}

const (
	dozeAfter = 2 * time.Second // without a picture; longer than what is shown for a while without moving (confirm, tipDelay)
	// Fyne posts by itself, for a tap that could have become a double one or when the
	// system's theme or the sign in the tray says something, and wakes nobody: so much
	// later it is done at most. Each wait costs a millisecond of Go's runtime, which looks
	// for 10 ms every few microseconds whether the call has come back.
	dozeMost = 500 * time.Millisecond
	dozeGap  = 25 * time.Millisecond // between two waits: Fyne's loop comes round
)

// doze has the main goroutine wait for events where nothing moves.
type doze struct {
	Events
	posted atomic.Int32 // functions on their way to the main goroutine

	mu      sync.Mutex
	waiting bool // Wake is called with mu and only then: the driver is there

	stirred time.Time // when something moved last; of the main goroutine
}

// stir is called on the main goroutine whenever the window is painted.
func (d *doze) stir() { d.stirred = time.Now() }

// rouse ends a wait, after something has been posted.
func (d *doze) rouse() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waiting {
		d.Wake()
	}
}

// nap waits for events if nothing has moved for a while, and says when to come
// again. It is called on the main goroutine.
func (d *doze) nap() time.Duration {
	if left := dozeAfter - time.Since(d.stirred); left > 0 {
		return left
	}
	begun := time.Now()
	d.setWaiting(true) // before posted is looked at: what comes later wakes
	if d.posted.Load() == 0 {
		d.Wait(dozeMost)
	}
	d.setWaiting(false)
	if d.posted.Load() == 0 && time.Since(begun) < dozeMost {
		d.stir() // by the user
	}
	return dozeGap
}

func (d *doze) setWaiting(waiting bool) {
	d.mu.Lock()
	d.waiting = waiting
	d.mu.Unlock()
}
