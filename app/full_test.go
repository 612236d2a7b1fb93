//go:build linux

package app_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"beyonder/app"
	"beyonder/app/apptest"
)

// TestFullDisk lets a reply grow in a child process whose files may not: its text
// stays on the screen, what was stored stays stored, and the rest follows when
// there is space.
func TestFullDisk(t *testing.T) {
	if dir := os.Getenv("BEYONDER_FULL_DISK_IN"); dir != "" {
		fillUp(t, dir)
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
	child.Env = append(os.Environ(), "BEYONDER_FULL_DISK_IN="+t.TempDir())
	out, err := child.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}

func limitFiles(t *testing.T, bytes uint64) {
	r := syscall.Rlimit{}
	check(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &r))
	r.Cur = bytes
	check(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &r))
}

func fillUp(t *testing.T, dir string) {
	signal.Ignore(syscall.SIGXFSZ)
	long := strings.Repeat("long word ", 1000)
	b := open(t, dir, apptest.New([]string{"one", long, "two", long, "three", long, "four", long, "end"}, 60*time.Millisecond))
	id, other := b.conversation(), b.conversation()
	earlier := b.send(id, "before")
	check(t, earlier.err)

	limitFiles(t, 0) // not a byte more than there are
	r := b.send(other, "not stored")
	if !errors.Is(r.err, app.ErrFull) || r.user != nil || strings.Contains(r.err.Error(), "\n") {
		t.Errorf("a message that cannot be stored gave %q, %v", r.kinds, r.err)
	}

	limitFiles(t, 1<<30)
	r = answer{}
	for e, err := range b.Send(context.Background(), id, "after") {
		if err != nil {
			r.err = err
			break
		}
		if r.take(e); e.Started != nil {
			limitFiles(t, 0)
		}
	}
	if !errors.Is(r.err, app.ErrFull) || r.text != b.engine.Text() || r.finished.Text != r.text {
		t.Errorf("streamed %d of %d bytes, finished with %d, then %v", len(r.text), len(b.engine.Text()), len(r.finished.Text), r.err)
	}
	if traced := b.traced.String(); strings.HasSuffix(traced, "reply-stored") {
		t.Errorf("it is said to be stored: %s", traced)
	}
	if b.Unstored() == nil || !errors.Is(b.StoreNow(), app.ErrFull) {
		t.Errorf("what would be lost is told as %v", b.Unstored())
	}
	if len(r.notices) != 1 || r.notices[0].Kind != app.NoticeUnsaved {
		t.Errorf("the notices are %+v", r.notices)
	}
	if path := b.messages(id); len(path) != 4 || path[1].Text != earlier.text || path[3].Text != r.text {
		t.Errorf("the conversation on the screen is %d messages, %+v", len(path), path)
	}

	limitFiles(t, 1<<30)
	text, state := "", app.Streaming
	for start := time.Now(); state == app.Streaming && time.Since(start) < app.LateWait+5*time.Second; {
		time.Sleep(10 * time.Millisecond)
		text, state = b.onDisk(id, r.finished.ID)
	}
	check(t, b.StoreNow())
	if text != r.text || state != app.Complete {
		t.Errorf("in the end there are %d of %d bytes on disk, %s", len(text), len(r.text), state)
	}
}
