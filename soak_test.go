package main

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"beyonder/app"
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
		killed := time.Now()
		p.kill()
		checkKilled(t, p, data, text, killed, round+1)
		if t.Failed() {
			return
		}
	}
}

// grace is what a commit and the way of an event may take on a busy machine, on
// top of the tenth of a second that may be lost.
const grace = 300 * time.Millisecond

func checkKilled(t *testing.T, p *program, data, text string, killed time.Time, rounds int) {
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
	due := 0 // bytes that were there early enough to be kept
	for _, e := range p.events {
		at, err := time.Parse(time.RFC3339Nano, e["time"].(string))
		if e.name() == "piece" && err == nil && killed.Sub(at) > 100*time.Millisecond+grace {
			n, _ := e["bytes"].(float64)
			due += int(n)
		}
	}
	if len(reply.Text) < due {
		t.Errorf("%d bytes were written more than %v before the kill, %d are kept", due, 100*time.Millisecond+grace, len(reply.Text))
	}
}
