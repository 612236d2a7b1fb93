package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/go-gl/glfw/v3.3/glfw"

	"beyonder/ui"
)

// heapRoom is how much of what is in use the heap may grow by before it is collected,
// in percent. Of what is in use, 34 MB, 24 MB are fonts, which are never garbage: with
// Go's 100 the heap is as large again.
const heapRoom = 40

// restPeriod is how long the window has to do next to nothing before it rests.
const restPeriod = 5 * time.Second

// giveBackAtRest gives memory that nothing uses back to the system whenever the
// window rests: what building a page, reading fonts anew or writing a reply left
// behind. also gives back what Go does not know of. It returns when done is closed.
func giveBackAtRest(done <-chan struct{}, also func()) {
	ticks := time.NewTicker(restPeriod)
	defer ticks.Stop()
	for r := (rest{}); ; {
		select {
		case <-done:
			return
		case <-ticks.C:
			if r.begins(allocatedSoFar()) {
				debug.FreeOSMemory()
				also()
			}
		}
	}
}

// rest knows the bytes that had been allocated at the end of the last period, and
// those when memory was given back for the last time.
type rest struct{ before, given uint64 }

const (
	restQuiet = 1 << 20 // allocated in a period of rest, at most
	restWorth = 8 << 20 // allocated since memory was given back, at least
)

// begins says whether memory is to be given back at the end of a period, from the
// bytes allocated since the program started.
func (r *rest) begins(allocated uint64) bool {
	quiet := allocated-r.before < restQuiet
	r.before = allocated
	if !quiet || allocated-r.given < restWorth {
		return false
	}
	r.given = allocated
	return true
}

func allocatedSoFar() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// events waits as GLFW does, where that was tried: Fyne has only the looking.
func events() ui.Events {
	if runtime.GOOS != "linux" {
		return ui.Events{}
	}
	return ui.Events{Wait: func(d time.Duration) { glfw.WaitEventsTimeout(d.Seconds()) }, Wake: glfw.PostEmptyEvent}
}
