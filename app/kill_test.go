package app_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"beyonder/app"
	"beyonder/app/apptest"
)

// TestKill kills a program that chats, at random moments, and looks at what the
// next one finds: the database opens every time, every message that was
// acknowledged is there, of a reply at most a tenth of a second is missing, and
// it is interrupted. BEYONDER_SOAK sets the number of kills (`make soak`: 200).
//
// The program is this test itself. It tells on its output what its consumer has
// seen, a line for each event; a line that is not whole was not seen.
func TestKill(t *testing.T) {
	if dir := os.Getenv("BEYONDER_KILL_IN"); dir != "" {
		chatUntilKilled(t, dir)
		return
	}
	dir := t.TempDir()
	c := open(t, dir, killEngine())
	id := c.conversation()
	check(t, c.Close())
	h := &hindsight{users: map[app.ID]string{}, replies: map[app.ID]*seenReply{}}
	rounds := killRounds(t)
	interrupted := 0
	for round := range rounds {
		killed := h.killOne(t, dir, id, time.Duration(rand.IntN(600))*time.Millisecond)
		interrupted += h.verify(t, dir, id, killed)
		if t.Failed() {
			t.Fatalf("in round %d of %d", round+1, rounds)
		}
	}
	if interrupted == 0 {
		t.Errorf("in %d rounds not one reply was interrupted: nothing was tested", rounds)
	}
	t.Logf("%d kills, %d replies interrupted, at most %v of text missing; %d messages are all there",
		rounds, interrupted, h.longest.Round(time.Millisecond), len(h.users))
}

func killRounds(t *testing.T) int {
	soak := os.Getenv("BEYONDER_SOAK")
	if soak == "" {
		return 10
	}
	n, err := strconv.Atoi(soak)
	check(t, err)
	return n
}

const killWords = 150

// killEngine answers numbered words, so that a reply's length says when it was.
func killEngine() *apptest.Engine {
	words := make([]string, killWords)
	for i := range words {
		words[i] = fmt.Sprintf("w%d", i)
	}
	return apptest.New(words, 2*time.Millisecond)
}

func chatUntilKilled(t *testing.T, dir string) {
	conversation, err := strconv.Atoi(os.Getenv("BEYONDER_KILL_CONVERSATION"))
	check(t, err)
	slack := watchStalls(t, dir)
	b := open(t, dir, killEngine())
	for n := 0; ; n++ {
		var reply app.ID
		bytes := 0
		for e, err := range b.Send(context.Background(), app.ID(conversation), fmt.Sprintf("question %d", n)) {
			check(t, err)
			switch {
			case e.User != nil:
				fmt.Printf("user %d %d\n", e.User.ID, n)
			case e.Started != nil:
				reply = e.Started.ID
				fmt.Printf("started %d\n", reply)
			case e.Finished != nil:
			default:
				bytes += len(e.Text)
				fmt.Printf("text %d %d %d %d\n", reply, bytes, time.Now().UnixNano(), slack.Allowance())
			}
		}
		fmt.Printf("finished %d\n", reply)
	}
}

// hindsight is what the programs that were killed have said.
type hindsight struct {
	users   map[app.ID]string
	replies map[app.ID]*seenReply
	longest time.Duration // of text that was missing
}

type seenReply struct {
	finished  bool
	text      []seenText
	allowance time.Duration

	settled bool   // its program was killed and this is what was left:
	kept    string // it must not change any more
}

type seenText struct {
	bytes int // of the reply, so far
	at    time.Time
}

// killOne runs a program, kills it after a while and takes down what it said.
func (h *hindsight) killOne(t *testing.T, dir string, id app.ID, after time.Duration) (killed time.Time) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestKill$")
	child.Env = append(os.Environ(), "BEYONDER_KILL_IN="+dir, fmt.Sprintf("BEYONDER_KILL_CONVERSATION=%d", id))
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	check(t, err)
	check(t, child.Start())
	heard := make(chan string)
	go func() {
		all, _ := io.ReadAll(out)
		heard <- string(all)
	}()
	time.Sleep(after)
	killed = time.Now()
	check(t, child.Process.Kill())
	h.listen(t, <-heard)
	_ = child.Wait()
	return killed
}

func (h *hindsight) listen(t *testing.T, said string) {
	t.Helper()
	said = said[:strings.LastIndexByte(said, '\n')+1]
	lines := bufio.NewScanner(strings.NewReader(said))
	for lines.Scan() {
		var id, bytes, at, slack int64
		var n int
		line := lines.Text()
		switch {
		case scan(line, "user %d %d", &id, &n):
			h.users[app.ID(id)] = fmt.Sprintf("question %d", n)
		case scan(line, "started %d", &id):
			h.replies[app.ID(id)] = &seenReply{}
		case scan(line, "finished %d", &id):
			h.replies[app.ID(id)].finished = true
		case scan(line, "text %d %d %d %d", &id, &bytes, &at, &slack):
			r := h.replies[app.ID(id)]
			r.text = append(r.text, seenText{int(bytes), time.Unix(0, at)})
			r.allowance = time.Duration(slack)
		default:
			t.Fatalf("the program said %q", line)
		}
	}
}

func scan(line, format string, to ...any) bool {
	n, err := fmt.Sscanf(line, format, to...)
	return err == nil && n == len(to)
}

// verify opens the database and compares it with all that was ever said. It
// returns how many replies the last kill interrupted.
func (h *hindsight) verify(t *testing.T, dir string, id app.ID, killed time.Time) (interrupted int) {
	t.Helper()
	b := open(t, dir, killEngine())
	defer b.Close()
	whole := b.engine.Text()
	found := map[app.ID]app.Message{}
	for _, m := range b.messages(id) {
		found[m.ID] = m
		if !strings.HasPrefix(whole, m.Text) && m.Role == "assistant" || m.State == app.Streaming || m.State == app.Failed {
			t.Errorf("message %d is %s %q", m.ID, m.State, m.Text)
		}
	}
	for user, text := range h.users {
		if found[user].Text != text {
			t.Errorf("message %d, %q, was acknowledged and is %+v", user, text, found[user])
		}
	}
	for reply, seen := range h.replies {
		m, ok := found[reply]
		if !ok || seen.finished && (m.State != app.Complete || m.Text != whole) {
			t.Errorf("reply %d is %+v, finished: %v", reply, m, seen.finished)
		}
		if seen.settled && m.Text != seen.kept {
			t.Errorf("reply %d was %q and is %q", reply, seen.kept, m.Text)
		}
		if m.State == app.Interrupted && !seen.settled {
			interrupted++
			h.measure(t, m, seen, killed)
		}
		seen.settled, seen.kept = true, m.Text
	}
	return interrupted
}

// measure compares the text of a reply with what was seen of it, and when. The
// engine says a word every 2 ms, so the last one seen is when the program last
// ran: a machine that is busy may have let it wait before it was killed.
func (h *hindsight) measure(t *testing.T, m app.Message, seen *seenReply, killed time.Time) {
	t.Helper()
	if n := len(seen.text); n > 0 && seen.text[n-1].at.Before(killed) {
		killed = seen.text[n-1].at
	}
	for _, text := range seen.text {
		if text.bytes <= len(m.Text) {
			continue
		}
		missing := killed.Sub(text.at)
		h.longest = max(h.longest, missing)
		if missing > 100*time.Millisecond+seen.allowance {
			t.Errorf("of reply %d %v of text are missing (%d of %d bytes are there), want at most 100 ms (and %v for the disk)",
				m.ID, missing, len(m.Text), seen.text[len(seen.text)-1].bytes, seen.allowance)
		}
		return
	}
}
