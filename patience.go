package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// A display that does not answer keeps Fyne waiting for ever, without a word. It
// is given up after a while in which the program did nothing. The while is
// counted in ticks and not by the clock, and what the program computes begins it
// anew: on a machine that is busy with other things a window takes its time.
const (
	patienceTick  = 100 * time.Millisecond
	patienceTicks = 200                   // without progress, that is 20 s on an idle machine
	progress      = 20 * time.Millisecond // of the processors' time is progress
)

// watch ends the program if its window does not come up; giveUp, which may be nil,
// is called before. The function it returns, which may be called twice, calls it off.
func watch(giveUp func()) (shown func()) {
	up := make(chan struct{})
	tick := time.NewTicker(patienceTick)
	go func() {
		defer tick.Stop()
		if !lost(tick.C, up, processorTime) {
			return
		}
		if giveUp != nil {
			giveUp()
		}
		fmt.Fprintln(os.Stderr, "beyonder: no window could be opened: this display does not answer; `beyonder chat` talks in the terminal")
		os.Exit(1)
	}()
	return sync.OnceFunc(func() { close(up) })
}

// lost waits until the window is up, or says that it will not be.
func lost(ticks <-chan time.Time, up <-chan struct{}, used func() time.Duration) bool {
	last, idle := used(), 0
	for idle < patienceTicks {
		select {
		case <-up:
			return false
		case <-ticks:
		}
		if now := used(); now-last >= progress {
			last, idle = now, 0
		} else {
			idle++
		}
	}
	return true
}
