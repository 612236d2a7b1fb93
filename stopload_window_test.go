//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestStopLoadingInTheWindow takes the time from Esc to the stop being shown while a
// large file is loaded, which leaves the system's cache before every other time.
// BEYONDER_STOP_MODEL names the file. It is for a machine that does nothing else.
// Stops from which the machine itself took something are told, and not judged.
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
	stops := newStops(t)
	for i := range 60 {
		if i%2 == 0 {
			leaveCache(t, model)
		}
		p.raise(model)
		time.Sleep(rand.N(700 * time.Millisecond))
		pressed := time.Now()
		fmt.Fprintln(hand, "key Escape")
		if shown, stopped := p.stoppedLoading(); stopped {
			stops.took("loading", pressed, shown)
		}
	}
	stops.judge("loading", 20)
}

// stops are how long stops took, beside a control.
type stops struct {
	*testing.T
	control *control
	own     map[string][]time.Duration // by what was stopped
	lost    map[string]int             // from which the machine took too much
}

func newStops(t *testing.T) *stops {
	t.Helper()
	if m, err := unix.SchedGetAttr(0, 0); err == nil && m.Policy == unix.SCHED_RR {
		b, _ := os.ReadFile("/proc/sys/kernel/sched_rr_timeslice_ms")
		if turn, _ := strconv.Atoi(strings.TrimSpace(string(b))); turn > 10 {
			t.Fatalf("programs of equal real-time priority take turns of %d ms here: sched_rr_timeslice_ms must be 10 at most", turn)
		}
	}
	return &stops{T: t, control: newControl(t), own: map[string][]time.Duration{}, lost: map[string]int{}}
}

// took notes a stop, and tells of a slow one.
func (s *stops) took(what string, pressed, shown time.Time) {
	s.Helper()
	took, away := shown.Sub(pressed), s.control.during(pressed, shown)
	if away.much() {
		s.lost[what]++
	} else {
		s.own[what] = append(s.own[what], took)
	}
	if took > 40*time.Millisecond || away.much() {
		s.Logf("%s: a stop took %v; meanwhile %v", what, took.Round(100*time.Microsecond), away)
	}
}

// judge wants a number of stops that say something, and none of these over 100 ms.
func (s *stops) judge(what string, least int) {
	s.Helper()
	took := s.own[what]
	slices.Sort(took)
	n := len(took)
	if n < least {
		s.Errorf("%s: %d stops that say something, want %d (the machine took too much from %d more; a larger file takes longer to load)", what, n, least, s.lost[what])
		return
	}
	s.Logf("%s: %d stops: median %v, 90 of 100 %v, longest %v; the machine took too much from %d more", what, n, took[n/2], took[n*9/10], took[n-1], s.lost[what])
	if took[n-1] > 100*time.Millisecond {
		s.Errorf("%s: a stop took %v, want at most 100 ms", what, took[n-1])
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
	stops := newStops(t)
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
		if wrote || words == 1 {
			stops.took("writing", pressed, finished)
		} else {
			stops.took("reading", pressed, finished)
		}
	}
	stops.judge("reading", 5)
	stops.judge("writing", 5)
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
