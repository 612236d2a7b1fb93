package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Memory is given back once when work has ended, and not while it goes on.
func TestMemoryIsGivenBackAtRest(t *testing.T) {
	r := rest{}
	const mega = 1 << 20
	for _, period := range []struct {
		allocated uint64 // since the start
		want      bool
	}{
		{100 * mega, false}, // the window is built
		{100*mega + 500, true},
		{100*mega + 900, false}, // still at rest
		{103 * mega, false},
		{103*mega + 500, false}, // too little to be worth it
		{120 * mega, false},     // a reply
		{160 * mega, false},
		{160*mega + 500, true},
	} {
		if got := r.begins(period.allocated); got != period.want {
			t.Errorf("at %d bytes: %v", period.allocated, got)
		}
	}
	if allocatedSoFar() == 0 {
		t.Error("nothing has been allocated")
	}
}

// A window in which nothing moves waits for events: Fyne's own loop would wake its
// thread 60 times a second. A key is answered at once all the same, and so is the engine.
func TestTheWindowWaitsAtRest(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the window waits on Linux only")
	}
	s := newScreen(t)
	p := s.open(needWindow(t), t.TempDir(), tinyModel)
	p.wait("model-loaded")
	for range 2 {
		const look = 4 * time.Second
		for begun := time.Now(); ; {
			before := waits(t, p.cmd.Process.Pid)
			time.Sleep(look)
			if n := waits(t, p.cmd.Process.Pid) - before; n < 25*look.Seconds() {
				t.Logf("the main thread slept %.0f times in %v", n, look)
				break
			} else if time.Since(begun) > patience {
				t.Fatalf("the main thread still slept %.0f times in %v", n, look)
			}
		}
		p.typeText("Hello")
		p.key("Return")
		p.wait("piece")
		p.key("Escape") // a reply of random weights may fill the whole context
		p.wait("reply-shown")
	}
}

// waits is how often the main thread of a process has gone to sleep.
func waits(t *testing.T, pid int) float64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(b), "\nvoluntary_ctxt_switches:")
	n, err := strconv.ParseFloat(strings.Fields(after)[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
