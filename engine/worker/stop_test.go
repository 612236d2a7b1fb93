//go:build unix

package worker

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"beyonder/engine"
)

// stopLoading cancels a load after a while and returns how long it took to end.
func stopLoading(t *testing.T, c *Client, path string, after time.Duration) (took time.Duration, loaded bool) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	asked := make(chan time.Time, 1)
	time.AfterFunc(after, func() { asked <- time.Now(); stop() })
	for _, err := range c.Load(ctx, engine.LoadOptions{Path: path}) {
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatalf("a load stopped after %v ended with %v", after, err)
		}
		if err != nil {
			ended := time.Now()
			return ended.Sub(<-asked), false
		}
	}
	return 0, true
}

// A child that cannot answer (here it is frozen, as by a disk or a driver) does
// not hold up who stops a load; the next load works, with a child of its own, and
// without the pause that follows a loss.
func TestStopLoadingWhateverTheChildIsAt(t *testing.T) {
	for _, stop := range []string{"by its context", "by break"} {
		c := client(t, "scripted", Options{LoadGrace: 20 * time.Millisecond})
		if err := load(c, "model"); err != nil {
			t.Fatal(err)
		}
		frozen := c.PID()
		freeze(t, frozen)
		within(t, "the load", func() {
			if stop == "by break" {
				go func() { time.Sleep(30 * time.Millisecond); syscall.Kill(frozen, syscall.SIGCONT) }()
				for range c.Load(context.Background(), engine.LoadOptions{Path: "stubborn"}) {
					break
				}
			} else if _, loaded := stopLoading(t, c, "model", 30*time.Millisecond); loaded {
				t.Error("a frozen child has loaded a model")
			}
		})
		if _, loaded := c.Info(); loaded || c.PID() != 0 {
			t.Errorf("stopped %s, a model is said to be loaded, by process %d", stop, c.PID())
		}
		within(t, "the next load", func() {
			if err := load(c, "model"); err != nil || c.PID() == frozen {
				t.Errorf("stopped %s, then: %v, process %d", stop, err, c.PID())
			}
		})
		if c.losses != 0 || c.card.cause != "" {
			t.Errorf("stopped %s, it counts as a loss: %d, %q", stop, c.losses, c.card.cause)
		}
	}
}

// A child that is slow to end does not hold up who stops a load either, but the
// next load waits for its memory.
func TestTheNextLoadWaitsForTheChildThatWasLeft(t *testing.T) {
	c := client(t, "scripted", Options{})
	leaving := make(chan struct{})
	c.leaving = leaving
	if took, loaded := stopLoading(t, c, "model", 20*time.Millisecond); loaded || took > time.Second {
		t.Errorf("loaded %v, stopped after %v", loaded, took)
	}
	time.AfterFunc(50*time.Millisecond, func() { close(leaving) })
	began := time.Now()
	if err := load(c, "model"); err != nil || time.Since(began) < 50*time.Millisecond {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
}

// How long it takes to stop the loading of a large file: BEYONDER_STOP_MODEL names
// it, and is asked to leave the cache before every other time.
func TestStopLoadingOfALargeFile(t *testing.T) {
	path := os.Getenv("BEYONDER_STOP_MODEL")
	if path == "" {
		t.Skip("BEYONDER_STOP_MODEL names no large file: how quickly its loading is stopped is not measured")
	}
	path, _ = filepath.Abs(path)
	c := client(t, "real", Options{})
	var took []time.Duration
	for i := range 60 {
		if i%2 == 0 {
			forgetCached(t, path)
		}
		d, loaded := stopLoading(t, c, path, rand.N(700*time.Millisecond))
		if loaded {
			c.Unload()
			continue
		}
		took = append(took, d)
	}
	slices.Sort(took)
	t.Logf("%d stops: median %v, 90 of 100 %v, longest %v", len(took), took[len(took)/2], took[len(took)*9/10], took[len(took)-1])
}
