//go:build linux

package store

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// TestFullDisk fills a small file system of its own, where the kernel lets it
// have one.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("NOT TESTED: a file system that is full (%v); TestFileLimit stands in for it", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	ballast := dir + "/ballast"
	check(t, os.WriteFile(ballast, make([]byte, 1500<<10), 0o600))
	fillUp(t, dir, func() { check(t, os.Remove(ballast)) })
}

// TestFileLimit does the same in a child process whose files may not grow beyond
// a limit, which needs no privilege.
func TestFileLimit(t *testing.T) {
	if dir := os.Getenv("BEYONDER_FILE_LIMIT_IN"); dir != "" {
		signal.Ignore(syscall.SIGXFSZ)
		limit := func(bytes uint64) {
			r := syscall.Rlimit{}
			check(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &r))
			r.Cur = bytes
			check(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &r))
		}
		limit(256 << 10)
		fillUp(t, dir, func() { limit(1 << 30) })
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^TestFileLimit$", "-test.v")
	child.Env = append(os.Environ(), "BEYONDER_FILE_LIMIT_IN="+t.TempDir())
	out, err := child.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}

// fillUp writes until nothing more can be written, and expects a sentence, all
// that was stored, and to be able to go on once there is space.
func fillUp(t *testing.T, dir string, makeSpace func()) {
	s := openStore(t, dir)
	m, j := begin(t, s)
	check(t, j.Append("begun; "))
	chunk := strings.Repeat("0123456789abcdef", 256)
	var err error
	stored := "begun; "
	for range 1000 {
		if err = j.Append(chunk); err != nil {
			break
		}
		stored += chunk
	}
	if !errors.Is(err, ErrFull) || !strings.HasPrefix(err.Error(), "the disk is full: ") || strings.Contains(err.Error(), "\n") {
		t.Fatalf("the full disk gave %v", err)
	}
	if _, err := j.Finish(chunk, Complete, "", nil); !errors.Is(err, ErrFull) {
		t.Errorf("Finish returned %v", err)
	}
	if got := load(t, s, m); got.Text != stored || got.State != Streaming {
		t.Errorf("of %d bytes %d are there, state %s", len(stored), len(got.Text), got.State)
	}
	check(t, s.Close())

	s = openStore(t, dir) // with no space to fold the journal in
	if got := load(t, s, m); got.Text != stored || got.State != Interrupted {
		t.Errorf("reopened, of %d bytes %d are there, state %s", len(stored), len(got.Text), got.State)
	}
	makeSpace()
	_, j, err = s.Resume(m.Conversation, m.ID, nil)
	check(t, err)
	check(t, j.Append(chunk))
	finished := must[Message](t)(j.Finish("the end", Complete, "", nil))
	if finished.Text != stored+chunk+"the end" || load(t, s, m).Text != finished.Text {
		t.Error("what was written after there was space is not all there")
	}
	whole(t, s)
}
