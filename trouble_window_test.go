//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"beyonder/app"
)

// smallDisk is a folder on a file system of its own.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("NOT TESTED: the window on a disk that is full (%v)", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// fill leaves no room on a small disk until the file that it returns is removed.
func fill(t *testing.T, dir string) (ballast string) {
	t.Helper()
	ballast = filepath.Join(dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for page := make([]byte, 4096); err == nil; {
		_, err = f.Write(page)
	}
	return ballast
}

// On a full disk the program says so in a sentence and leaves nothing behind.
func TestFullDiskAtTheStart(t *testing.T) {
	path := needWindow(t)
	disk := smallDisk(t, "256k")
	fill(t, disk)
	s := newScreen(t)
	p := s.open(path, filepath.Join(disk, "data"))
	p.wait("failure-shown")
	p.screenshot("failure-full-disk")
	p.endBy("Escape")
	if said := p.stderr.String(); p.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(said, "disk is full") || strings.Count(said, "\n") != 1 {
		t.Errorf("status %d, %q", p.cmd.ProcessState.ExitCode(), said)
	}
	if _, err := os.Stat(filepath.Join(disk, "data", "beyonder.db")); err == nil {
		t.Error("a database is there that is not whole")
	}
}

// The disk fills up while a reply is written: the window says so, goes on, and
// stores all of it once there is room.
func TestDiskFillsUpInUse(t *testing.T) {
	path := needWindow(t)
	disk := smallDisk(t, "8m")
	s, data := newScreen(t), filepath.Join(disk, "data")
	endless(t, data)
	p := s.open(path, data, tinyModel)
	p.wait("model-loaded")
	p.click("composer")
	p.typeText("tell me a story")
	p.key("Return")
	p.wait("piece")
	ballast := fill(t, disk)
	p.until("the sentence about the disk", func() bool { _, ok := p.places["card-error"]; return ok })
	p.screenshot("full-disk")
	p.key("Escape")
	ended := p.wait("reply-finished")
	p.key("ctrl+q")
	p.wait("close-asked") // and not closed: it would take text with it
	p.screenshot("close-asked")
	p.key("Escape")
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
	_, messages := stored(t, data)
	if len(messages) != 1 || len(messages[0]) != 2 || messages[0][1].State != app.Stopped || float64(len([]rune(messages[0][1].Text))) != ended["characters"] {
		t.Errorf("of %v characters there are %+v", ended["characters"], messages)
	}
}

// What may not be read is named in a sentence and stays as it is.
func TestForbiddenAtTheStart(t *testing.T) {
	path := needWindow(t)
	s := newScreen(t)
	if os.Geteuid() == 0 { // who may all
		setpriv, err := exec.LookPath("setpriv")
		if err != nil {
			t.Skipf("NOT TESTED: a folder that may not be read, by root, without setpriv (%v)", err)
		}
		s.prepare = func(cmd *exec.Cmd) {
			cmd.Args = append([]string{setpriv, "--bounding-set=-dac_override,-dac_read_search", cmd.Path}, cmd.Args[1:]...)
			cmd.Path = setpriv
		}
	}
	for _, forbidden := range []string{"", "beyonder.db"} {
		data := t.TempDir()
		_, _ = stored(t, data) // makes it
		file := filepath.Join(data, forbidden)
		was, err := os.Stat(file)
		if err == nil {
			err = os.Chmod(file, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
		p := s.open(path, data)
		p.wait("failure-shown")
		p.screenshot("failure-forbidden" + forbidden)
		p.endBy("Escape")
		if said := p.stderr.String(); p.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(said, file) || strings.Count(said, "\n") != 1 {
			t.Errorf("%q: status %d, %q", forbidden, p.cmd.ProcessState.ExitCode(), said)
		}
		if err := os.Chmod(file, was.Mode()); err != nil {
			t.Fatal(err)
		}
		stored(t, data)
	}
}
