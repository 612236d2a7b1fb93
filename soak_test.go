package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"beyonder/app"
	"beyonder/app/apptest"
)

// The whole program is killed while a reply streams, again and again, in one
// folder: the database opens every time, every message that was sent is there,
// at most a tenth of a second of text is missing, and the reply is marked as
// interrupted. BEYONDER_SOAK says how often (make soak: 200).
func TestKillSoak(t *testing.T) {
	path := needWindow(t)
	rounds := 3
	if n, err := strconv.Atoi(os.Getenv("BEYONDER_SOAK")); err == nil {
		rounds = n
	}
	s, data := newScreen(t), t.TempDir()
	probe, err := os.Create(filepath.Join(data, "probe"))
	if err != nil {
		t.Fatal(err)
	}
	slack := apptest.WatchStalls(probe)
	defer slack.Stop()
	for round := range rounds {
		text := "round " + strconv.Itoa(round)
		p := s.open(path, data, tinyModel)
		p.wait("model-loaded")
		p.click("new-conversation")
		p.click("composer")
		p.typeText(text)
		p.key("Return")
		p.wait("piece")
		time.Sleep(time.Duration(rand.IntN(700)) * time.Millisecond)
		killed, allowed := time.Now(), slack.Allowance()
		p.kill()
		checkKilled(t, p, data, text, killed, allowed, round+1)
		if t.Failed() {
			return
		}
	}
}

// checkKilled looks at what a killed program has left. allowed is what two
// transactions may have taken on this machine, on top of the tenth of a second.
func checkKilled(t *testing.T, p *program, data, text string, killed time.Time, allowed time.Duration, rounds int) {
	t.Helper()
	conversations, messages := stored(t, data)
	if len(conversations) != rounds {
		t.Fatalf("%d conversations after %d rounds", len(conversations), rounds)
	}
	last := messages[0]
	if len(last) != 2 || last[0].Text != text {
		t.Fatalf("of the message %q there is %+v", text, last)
	}
	reply := last[1]
	if reply.State != app.Interrupted && !strings.HasPrefix(string(reply.State), "complete") {
		t.Errorf("the reply is %s", reply.State)
	}
	missing := p.missing(len(reply.Text))
	t.Logf("%q: %v of text are missing, %v are allowed for the disk", text, missing.Round(time.Millisecond), allowed.Round(time.Millisecond))
	if missing > 100*time.Millisecond+allowed {
		t.Errorf("%v of text are missing (%d bytes are kept), want at most 100 ms (and %v for the disk)", missing, len(reply.Text), allowed)
	}
}

// missing is how long a killed program went on to write after the first text that
// was not kept. It counts to the last sign of life: a busy machine may have let the
// program wait before it was killed.
func (p *program) missing(kept int) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	var lost, last time.Time
	bytes := 0
	for _, e := range p.events {
		if e.name() != "piece" {
			continue
		}
		last = at(p.T, e)
		n, _ := e["bytes"].(float64)
		if bytes += int(n); bytes > kept && lost.IsZero() {
			lost = last
		}
	}
	if lost.IsZero() {
		return 0
	}
	return last.Sub(lost)
}
