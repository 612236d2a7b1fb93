//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestStopLoadingInTheWindow takes the time from Esc to the stop being shown while a
// large file is loaded, which leaves the system's cache before every other time.
// BEYONDER_STOP_MODEL names the file. It is for a machine that does nothing else.
func TestStopLoadingInTheWindow(t *testing.T) {
	model := os.Getenv("BEYONDER_STOP_MODEL")
	if model == "" {
		t.Skip("BEYONDER_STOP_MODEL names no large file: how quickly the window stops its loading is not measured")
	}
	path := needWindow(t)
	s, data := newScreen(t), t.TempDir()
	p := s.open(path, data, tinyModel)
	p.wait("model-loaded")
	hand := newHand(t, p)
	var took []time.Duration
	for i := range 60 {
		if i%2 == 0 {
			leaveCache(t, model)
		}
		p.raise(model)
		time.Sleep(rand.N(700 * time.Millisecond))
		pressed := time.Now()
		fmt.Fprintln(hand, "key Escape")
		if shown, stopped := p.stoppedLoading(); stopped {
			took = append(took, shown.Sub(pressed))
		}
	}
	slices.Sort(took)
	n := len(took)
	if n == 0 {
		t.Fatalf("%s was loaded each time before it could be stopped: a larger file is needed", model)
	}
	t.Logf("%d stops: median %v, 90 of 100 %v, longest %v", n, took[n/2], took[n*9/10], took[n-1])
	if took[n-1] > 100*time.Millisecond {
		t.Errorf("a stop took %v to be shown, want at most 100 ms", took[n-1])
	}
}

// raise has the program load a model as a second instance would.
func (p *program) raise(model string) {
	p.Helper()
	file := filepath.Join(p.data, "raise.json")
	err := os.WriteFile(file+".part", fmt.Appendf(nil, `{"model":%q}`, model), 0o600)
	if err == nil {
		err = os.Rename(file+".part", file)
	}
	if err != nil {
		p.Fatal(err)
	}
	p.wait("raised")
}

// stoppedLoading waits for the end of a loading; false: it had ended by itself.
func (p *program) stoppedLoading() (shown time.Time, stopped bool) {
	p.Helper()
	p.until("the end of the loading", func() bool {
		for p.seen < len(p.events) {
			e := p.events[p.seen]
			p.seen++
			if name := e.name(); name == "loading-stopped" || name == "model-loaded" {
				stopped = name == "loading-stopped"
				shown = at(p.T, e)
				return true
			}
		}
		return false
	})
	return shown, stopped
}

// leaveCache asks the system to drop a file from its cache.
func leaveCache(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED); err != nil {
		t.Logf("the cache is not emptied: %v", err)
	}
}

// TestStopReplyInTheWindow takes the time from Esc to the end of a reply that is
// stopped while its prompt is read and while it is written, with the same file.
func TestStopReplyInTheWindow(t *testing.T) {
	model := os.Getenv("BEYONDER_STOP_MODEL")
	if model == "" {
		t.Skip("BEYONDER_STOP_MODEL names no large file: how quickly the window stops a reply is not measured")
	}
	path := needWindow(t)
	s, data := newScreen(t), t.TempDir()
	p := s.open(path, data, model)
	p.wait("model-loaded")
	p.click("composer")
	hand := newHand(t, p)
	var reading, writing []time.Duration
	for i := range 40 {
		words := 1
		if i%2 == 0 {
			words = 60
		}
		text := ""
		for range words {
			text += fmt.Sprintf("%c%c ", 'a'+rand.N(26), 'a'+rand.N(26))
		}
		p.typeText(text)
		p.key("Return")
		p.wait("reply-started")
		if words == 1 {
			p.wait("piece")
		}
		time.Sleep(100*time.Millisecond + rand.N(500*time.Millisecond))
		pressed := time.Now()
		fmt.Fprintln(hand, "key Escape")
		finished, wrote := p.stoppedReply()
		if took := finished.Sub(pressed); wrote || words == 1 {
			writing = append(writing, took)
		} else {
			reading = append(reading, took)
		}
	}
	for name, took := range map[string][]time.Duration{"reading": reading, "writing": writing} {
		slices.Sort(took)
		n := len(took)
		if n < 5 {
			t.Fatalf("only %d stops while %s", n, name)
		}
		t.Logf("%d stops while %s: median %v, 90 of 100 %v, longest %v", n, name, took[n/2], took[n*9/10], took[n-1])
		if took[n-1] > 100*time.Millisecond {
			t.Errorf("a stop while %s took %v, want at most 100 ms", name, took[n-1])
		}
	}
}

// stoppedReply waits for the end of a reply, and says whether some of it came before.
func (p *program) stoppedReply() (finished time.Time, wrote bool) {
	p.Helper()
	p.until("the end of the reply", func() bool {
		for p.seen < len(p.events) {
			e := p.events[p.seen]
			p.seen++
			if wrote = wrote || e.name() == "piece"; e.name() == "reply-finished" {
				finished = at(p.T, e)
				return true
			}
		}
		return false
	})
	return finished, wrote
}
