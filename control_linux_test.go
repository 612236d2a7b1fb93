package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// control is a program beside the one that is measured: it sleeps for a millisecond,
// touches a few pages that it has in memory, and notes when either takes longer. On a
// thread that nothing of ours can keep waiting, that is what the machine takes from
// every program: its host's other guests, and memory that the host has put away.
type control struct {
	memory []byte
	above  bool // its thread comes before all others
	stop   chan struct{}
	over   chan struct{}

	mu   sync.Mutex
	lost []loss
}

// loss is a look at the clock or at memory that took too long.
type loss struct {
	begun, ended time.Time
	asleep       bool // it woke up late; else memory was slow
}

const (
	controlSleep = time.Millisecond
	controlLate  = time.Millisecond     // so much later than asked for is a loss
	controlSlow  = 5 * time.Microsecond // so much for a page is one; 0.1 µs is usual
	controlPages = 16                   // touched at a time
	controlBytes = 16 << 20             // gone through in a third of a second
)

// newControl begins to measure, until the test ends.
func newControl(t *testing.T) *control {
	t.Helper()
	memory, err := unix.Mmap(-1, 0, controlBytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	_ = unix.Madvise(memory, unix.MADV_NOHUGEPAGE) // a kernel without large pages has nothing to refuse
	for at := 0; at < len(memory); at += os.Getpagesize() {
		memory[at] = 1
	}
	c := &control{memory: memory, stop: make(chan struct{}), over: make(chan struct{})}
	ready := make(chan struct{})
	go c.run(ready)
	<-ready
	if !c.above {
		t.Log("the control is a thread like others here: what it tells may be the program's own doing")
	}
	t.Cleanup(func() {
		close(c.stop)
		<-c.over
		unix.Munmap(memory)
	})
	return c
}

func (c *control) run(ready chan<- struct{}) {
	defer close(c.over)
	runtime.LockOSThread() // and not unlocked: the thread ends with the goroutine
	c.above = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 99}, 0) == nil
	close(ready)
	page := os.Getpagesize()
	for at := 0; ; {
		select {
		case <-c.stop:
			return
		default:
		}
		begun := time.Now()
		sleep := unix.NsecToTimespec(int64(controlSleep))
		for errors.Is(unix.Nanosleep(&sleep, &sleep), unix.EINTR) {
		}
		woken := time.Now()
		for range controlPages {
			c.memory[at]++
			at = (at + page) % len(c.memory)
		}
		touched := time.Now()
		if late := woken.Sub(begun) - controlSleep; late > controlLate {
			c.note(loss{woken.Add(-late), woken, true})
		}
		if touched.Sub(woken) > controlPages*controlSlow {
			c.note(loss{woken, touched, false})
		}
	}
}

func (c *control) note(l loss) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost = append(c.lost, l)
}

// taken is what the machine took of a stretch of time.
type taken struct{ late, slow time.Duration }

// during is what was lost from one moment to another.
func (c *control) during(from, to time.Time) (sum taken) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.lost {
		begun, ended := l.begun, l.ended
		if begun.Before(from) {
			begun = from
		}
		if ended.After(to) {
			ended = to
		}
		if n := ended.Sub(begun); n > 0 && l.asleep {
			sum.late += n
		} else if n > 0 {
			sum.slow += n
		}
	}
	return sum
}

// much says that what took this long beside it says nothing of the program.
func (t taken) much() bool { return t.late+t.slow >= 5*time.Millisecond }

func (t taken) String() string {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return fmt.Sprintf("a sleeping thread woke %.1f ms late, 16 pages at a time took %.1f ms", ms(t.late), ms(t.slow))
}

// What was lost counts as far as it lies in the stretch that is asked about.
func TestControl(t *testing.T) {
	at := func(ms int) time.Time { return time.UnixMilli(int64(ms)) }
	c := &control{lost: []loss{
		{at(10), at(20), true},
		{at(30), at(34), false},
		{at(90), at(130), true},
	}}
	for _, x := range []struct {
		from, to   int
		late, slow time.Duration
		much       bool
	}{
		{0, 10, 0, 0, false},
		{0, 14, 4 * time.Millisecond, 0, false},
		{15, 33, 5 * time.Millisecond, 3 * time.Millisecond, true},
		{32, 92, 2 * time.Millisecond, 2 * time.Millisecond, false},
		{100, 110, 10 * time.Millisecond, 0, true},
		{130, 200, 0, 0, false},
	} {
		if got := c.during(at(x.from), at(x.to)); got != (taken{x.late, x.slow}) || got.much() != x.much {
			t.Errorf("from %d to %d: %v (much: %v), want %v and %v (much: %v)", x.from, x.to, got, got.much(), x.late, x.slow, x.much)
		}
	}
}
