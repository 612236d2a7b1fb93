//go:build unix

package worker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"beyonder/engine"
)

// within fails the test if do takes longer than any deadline of these tests.
func within(t *testing.T, what string, do func()) {
	t.Helper()
	ended := make(chan struct{})
	go func() { defer close(ended); do() }()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatalf("%s does not end", what)
	}
}

// freeze stops a process. The signal is dealt with by one of its threads when it
// comes to run, which on a busy machine is after the others have answered calls.
func freeze(t *testing.T, pid int) {
	t.Helper()
	syscall.Kill(pid, syscall.SIGSTOP)
	stat := fmt.Sprintf("/proc/%d/stat", pid)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		text, err := os.ReadFile(stat)
		if _, state, found := strings.Cut(string(text), ") "); err != nil || found && state[0] == 'T' {
			return // or this system does not say
		}
		if time.Now().After(end) {
			t.Fatal("the child is not to be stopped")
		}
	}
}

// A parent that uses an id twice gets two answers.
func TestRepeatedIDs(t *testing.T) {
	in, calls := io.Pipe()
	out, answers := io.Pipe()
	go Serve(in, answers, &scripted{loaded: true})
	lines := bufio.NewScanner(out)
	go fmt.Fprint(calls, strings.Repeat(`{"id":1,"reply":{"prompt":"fail"}}`+"\n", 3))
	within(t, "the third answer", func() {
		for ends := 0; ends < 3 && lines.Scan(); {
			ends += strings.Count(lines.Text(), `"end"`)
		}
	})
	calls.Close()
}

// A child that no longer reads: not even a request larger than the pipe's room
// holds the parent up.
func TestChildThatDoesNotRead(t *testing.T) {
	c := client(t, "scripted", Options{StopDeadline: 200 * time.Millisecond})
	if err := load(c, "model"); err != nil {
		t.Fatal(err)
	}
	freeze(t, c.PID())
	ctx, stop := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer stop()
	within(t, "the reply", func() {
		_, _, err := reply(ctx, c, strings.Repeat("x", 1<<20), 0, nil)
		if lost := (*engine.LostError)(nil); !errors.As(err, &lost) {
			t.Errorf("got %v", err)
		}
	})
	if err := load(c, "model"); err != nil {
		t.Errorf("loading again: %v", err)
	}
}

// A child that leaves a process behind which holds its pipes open (a driver's
// helper, say) is gone all the same.
func TestChildThatLeavesAProcessBehind(t *testing.T) {
	c := New(Options{Command: []string{"sh", "-c", "sleep 20 & exit 1"}, StartDeadline: 200 * time.Millisecond})
	within(t, "loading", func() {
		err := load(c, "model")
		if lost := (*engine.LostError)(nil); !errors.As(err, &lost) {
			t.Errorf("got %v", err)
		}
	})
}

func TestStopWhileTheChildStarts(t *testing.T) {
	c := client(t, "silent", Options{StartDeadline: time.Minute})
	ctx, stop := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer stop()
	within(t, "loading", func() {
		for _, err := range c.Load(ctx, engine.LoadOptions{Path: "model"}) {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		}
	})
	if c.PID() != 0 {
		t.Error("the child is kept")
	}
}

// Close may come at any time: a reply under way ends as if it were stopped.
func TestCloseEndsAReply(t *testing.T) {
	c := client(t, "scripted", Options{})
	if err := load(c, "model"); err != nil {
		t.Fatal(err)
	}
	closed := make(chan struct{})
	within(t, "the reply", func() {
		text, done, err := reply(context.Background(), c, "", 50, func() {
			go func() { c.Close(); close(closed) }()
		})
		if err != nil || done == nil || done.Reason != engine.StopCancelled || len(text) < 50 {
			t.Errorf("%q, %+v, %v", text, done, err)
		}
	})
	within(t, "Close", func() { <-closed })
	if _, ok := c.Info(); ok || c.PID() != 0 {
		t.Error("there is still a model")
	}
}

// A consumer that panics, or a goroutine that exits, in the middle of a reply
// ends that reply; the next one does not wait for it.
func TestConsumerThatPanics(t *testing.T) {
	c := client(t, "scripted", Options{})
	if err := load(c, "model"); err != nil {
		t.Fatal(err)
	}
	for _, end := range []func(){func() { panic("a mistake") }, runtime.Goexit} {
		within(t, "the consumer", func() {
			defer func() { recover() }()
			for range c.Reply(context.Background(), engine.Request{}) {
				end()
			}
		})
	}
	within(t, "the next reply", func() {
		ctx, stop := context.WithCancel(context.Background())
		if text, _, err := reply(ctx, c, "", 10, stop); err != nil || !strings.HasPrefix(text, "0") {
			t.Errorf("%q, %v", text, err)
		}
	})
}

// Loading that is left by break loads nothing, even if the child was quicker.
func TestLoadLeftByBreak(t *testing.T) {
	c := client(t, "scripted", Options{})
	for range c.Load(context.Background(), engine.LoadOptions{Path: "model"}) {
		time.Sleep(20 * time.Millisecond)
		break
	}
	if _, ok := c.Info(); ok {
		t.Error("the model is loaded")
	}
	if _, _, err := reply(context.Background(), c, "", 0, nil); !errors.Is(err, engine.ErrNoModel) {
		t.Errorf("a reply: %v", err)
	}
}

// While another model is being loaded, there is none.
func TestNoModelWhileLoading(t *testing.T) {
	c := client(t, "scripted", Options{})
	if err := load(c, "model"); err != nil {
		t.Fatal(err)
	}
	for range c.Load(context.Background(), engine.LoadOptions{Path: "model"}) {
		if _, ok := c.Info(); ok {
			t.Error("the old model is said to be loaded")
		}
	}
}

// Killed at any moment, the child takes nothing with it but its call.
func TestKilledAtAnyMoment(t *testing.T) {
	before := runtime.NumGoroutine()
	c := client(t, "scripted", Options{})
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range 25 {
		delay := time.Duration(rng.IntN(40)) * time.Millisecond
		within(t, fmt.Sprint("round ", i), func() {
			killed := time.AfterFunc(delay, func() {
				if pid := c.PID(); pid != 0 {
					syscall.Kill(pid, syscall.SIGKILL)
				}
			})
			defer killed.Stop()
			c.forgive()
			err := load(c, "model")
			if err == nil {
				ctx, stop := context.WithTimeout(context.Background(), 30*time.Millisecond)
				defer stop()
				_, _, err = reply(ctx, c, "", 0, nil)
			}
			var lost *engine.LostError
			if err != nil && !errors.As(err, &lost) && !errors.Is(err, engine.ErrNoModel) {
				t.Errorf("round %d, killed after %v: %v", i, delay, err)
			}
		})
	}
	within(t, "Close", func() { c.Close() })
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

// forgive forgets the losses, so that the next child starts without a pause.
func (c *Client) forgive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.losses = 0
}
