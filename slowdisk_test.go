//go:build linux

package main

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"beyonder/app"
	"beyonder/app/apptest"
)

// On a disk that takes seconds for each commit, a stopped reply is shown as stopped
// before it is stored; a program that is killed in between leaves it interrupted,
// with its text.
func TestStopOnASlowDisk(t *testing.T) {
	path, s, data := needWindow(t), newScreen(t), t.TempDir()
	endless(t, data)
	p, end := s.openOnSlowDisk(path, data, 2*time.Second, tinyModel)
	p.wait("window-shown") // the model may be there before it
	p.click("composer")
	p.typeText("tell me a story")
	p.key("Return")
	p.wait("reply-started")
	for began := time.Now(); time.Since(began) < 4*time.Second; { // so that the journal has some
		p.wait("piece")
	}
	p.key("Escape")
	p.wait("reply-shown")
	end()
	for _, e := range p.events {
		if e.name() == "reply-stored" {
			t.Error("it was stored first: nothing was tested")
		}
	}
	_, messages := stored(t, data)
	if len(messages) != 1 || len(messages[0]) != 2 || messages[0][1].State != app.Interrupted || messages[0][1].Text == "" {
		t.Errorf("stored: %+v", messages)
	}
}

// On such a disk the palette and the settings do at once what they are asked for;
// closing waits until it is stored.
func TestSettingsOnASlowDisk(t *testing.T) {
	path, s, data := needWindow(t), newScreen(t), t.TempDir()
	endless(t, data)
	const sync = 6 * time.Second
	const commit = 2 * sync // of what is new, and then of where it is
	p, _ := s.openOnSlowDisk(path, data, sync, tinyModel)
	p.wait("window-shown")
	gone := func(widget string) func() bool {
		return func() bool { _, there := p.places[widget]; return !there }
	}
	// One that waited for its own commit would take as long as that; all of them
	// together may, on a busy machine.
	at := time.Now()
	done := func(what string, done func() bool) {
		p.until(what, done)
		if took := time.Since(at); took >= commit {
			t.Errorf("%s took %v, a commit %v", what, took, commit)
		}
		at = time.Now()
	}
	p.key("ctrl+k")
	p.wait("palette-opened")
	p.typeText("show settings")
	p.key("Return")
	done("the settings", func() bool { return !gone("settings")() })
	p.key("ctrl+b")
	done("the conversations' end", gone("sidebar"))
	before := 0
	p.until("the field", func() bool { before = p.places["composer"][3]; return before > 0 })
	p.key("ctrl+plus")
	done("larger letters", func() bool { return p.places["composer"][3] > before })
	p.endBy("ctrl+q")
	a, err := app.Open(app.Options{Dir: data, Engine: apptest.New(nil, 0)})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if s := a.Settings(); s.PanelOpen != "settings" || !s.SidebarHidden || s.Scale <= 1 || len(s.Recent) != 1 || s.Recent[0] != "view.settings" {
		t.Errorf("stored are the panel %q, the sidebar hidden %v, the scale %g, the commands %q", s.PanelOpen, s.SidebarHidden, s.Scale, s.Recent)
	}
}

// openOnSlowDisk opens the program on a disk that takes so long for each sync, of which
// a commit has two. end kills it.
func (s *screen) openOnSlowDisk(path, data string, sync time.Duration, args ...string) (p *program, end func()) {
	s.Helper()
	strace, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command(strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=1", "/bin/true").Run()
	}
	if err != nil {
		s.Skipf("SKIPPED: strace does not work here (%v): no slow disk is made", err)
	}
	s.prepare = func(cmd *exec.Cmd) {
		cmd.Args = append([]string{strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync",
			"-e", fmt.Sprintf("inject=fdatasync:delay_enter=%d", sync.Microseconds()), cmd.Path}, cmd.Args[1:]...)
		cmd.Path = strace
	}
	p = s.open(path, data, args...)
	end = func() {
		for _, id := range children(s.T, p.cmd.Process.Pid) { // strace, killed, would let go of it
			syscall.Kill(id, syscall.SIGKILL)
		}
		<-p.ended
	}
	s.Cleanup(func() {
		select {
		case <-p.ended:
		default:
			end()
		}
	})
	return p, end
}

// endless makes replies of the tiny model go on until they are stopped.
func endless(t *testing.T, data string) {
	t.Helper()
	a, err := app.Open(app.Options{Dir: data, Engine: apptest.New(nil, 0)})
	if err != nil {
		t.Fatal(err)
	}
	s := a.Settings()
	s.Sampling.LogitBias = map[int32]float64{2: -1000} // </s>
	if err := errors.Join(a.SetSettings(s), a.Close()); err != nil {
		t.Fatal(err)
	}
}
