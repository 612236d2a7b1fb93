//go:build linux

package main

import (
	"errors"
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
	path := needWindow(t)
	strace, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command(strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=1", "/bin/true").Run()
	}
	if err != nil {
		t.Skipf("SKIPPED: strace does not work here (%v): no slow disk is made", err)
	}
	s, data := newScreen(t), t.TempDir()
	endless(t, data)
	s.prepare = func(cmd *exec.Cmd) {
		cmd.Args = append([]string{strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=2000000", cmd.Path}, cmd.Args[1:]...)
		cmd.Path = strace
	}
	p := s.open(path, data, tinyModel)
	end := func() {
		for _, id := range children(t, p.cmd.Process.Pid) { // strace, killed, would let go of it
			syscall.Kill(id, syscall.SIGKILL)
		}
		<-p.ended
	}
	t.Cleanup(func() {
		select {
		case <-p.ended:
		default:
			end()
		}
	})
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
