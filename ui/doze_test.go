package ui

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Whatever is posted while the main goroutine waits, or is about to, ends the wait.
func TestDozeMissesNothing(t *testing.T) {
	wake, late := make(chan struct{}, 1), atomic.Bool{}
	q := make(chan func(), 100)
	g := newGate(Events{
		Wait: func(time.Duration) {
			select {
			case <-wake:
			case <-time.After(5 * time.Second):
				late.Store(true)
			}
		},
		Wake: func() {
			select {
			case wake <- struct{}{}:
			default:
			}
		},
	})
	g.do = func(f func()) { q <- f }
	var over atomic.Bool
	ended := make(chan struct{})
	go func() { // the main goroutine
		defer close(ended)
		for !over.Load() {
			select {
			case f := <-q:
				f()
			default:
				g.doze.stirred = time.Time{}
				g.doze.nap()
			}
		}
	}()
	var posters sync.WaitGroup
	for range 4 {
		posters.Go(func() {
			for range 500 {
				ran := make(chan struct{})
				g.post(func() { close(ran) })
				<-ran
				time.Sleep(time.Duration(rand.IntN(50)) * time.Microsecond)
			}
		})
	}
	posters.Wait()
	g.post(func() { over.Store(true) })
	<-ended
	if late.Load() {
		t.Error("something that was posted had to wait for the end of a wait")
	}
}

// Nothing waits while pictures come, after the user did something, or for functions
// that are on their way.
func TestDozeOnlyAtRest(t *testing.T) {
	var waits int
	wait := func(d time.Duration) { waits++; time.Sleep(d) }
	d := &doze{Events: Events{Wait: func(d time.Duration) { wait(d) }, Wake: func() {}}}
	d.stir()
	if next := d.nap(); waits != 0 || next <= dozeGap || next > dozeAfter {
		t.Errorf("after a picture: %d waits, the next look in %v", waits, next)
	}
	d.stirred = time.Now().Add(-dozeAfter)
	if next := d.nap(); waits != 1 || next != dozeGap {
		t.Errorf("at rest: %d waits, the next look in %v", waits, next)
	}
	d.posted.Store(1)
	if d.nap(); waits != 1 {
		t.Error("it waited though something was posted")
	}
	d.posted.Store(0)
	wait = func(time.Duration) { waits++ } // an event
	d.nap()
	if next := d.nap(); waits != 2 || next <= dozeGap {
		t.Errorf("after an event: %d waits, the next look in %v", waits, next)
	}
}

// The window's own layout is asked whenever it is painted.
func TestPaintingIsNoticed(t *testing.T) {
	painted := 0
	f := &frame{painted: func() { painted++ }}
	if f.MinSize(nil); painted != 1 {
		t.Errorf("told %d times", painted)
	}
}
