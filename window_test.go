package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"beyonder/app"
	"beyonder/app/apptest"
)

// stored reads what a data folder holds, once the program is gone.
func stored(t *testing.T, data string) (conversations []app.Conversation, messages [][]app.Message) {
	t.Helper()
	a, err := app.Open(app.Options{Dir: data, Engine: apptest.New(nil, 0)})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	conversations, err = a.Conversations()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range conversations {
		ms, err := a.Messages(c.ID)
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, ms)
	}
	return conversations, messages
}

// The whole line: a model is loaded, a message typed, the reply streams, Escape
// stops it, the window closes, and everything is there the next time.
func TestWindow(t *testing.T) {
	path := needWindow(t)
	s, data := newScreen(t), t.TempDir()
	endless(t, data)
	p := s.open(path, data, tinyModel)
	p.wait("window-shown")
	p.wait("model-loaded")
	p.screenshot("loaded")
	p.click("composer")
	p.typeText("tell me a story")
	p.screenshot("typed")
	p.key("Return")
	p.wait("reply-started")
	for range 20 {
		p.wait("piece")
	}
	p.key("Escape")
	done := p.wait("reply-finished")
	if done["state"] != string(app.Stopped) {
		t.Errorf("Escape left the reply %v", done["state"])
	}
	p.screenshot("stopped")
	p.typeText("and a draft")
	time.Sleep(time.Second) // a draft is kept half a second after the last key
	p.kill()

	_, messages := stored(t, data)
	if len(messages) != 1 || len(messages[0]) != 2 || messages[0][0].Text != "tell me a story" || messages[0][1].Text == "" {
		t.Fatalf("after the first run: %+v", messages)
	}
	p = s.open(path, data)
	p.wait("window-shown")
	p.click("composer")
	p.key("End")
	p.typeText(", sent")
	p.key("Return")
	p.wait("model-loaded") // the last one, by itself
	p.wait("reply-started")
	p.wait("piece")
	p.key("Escape")
	p.wait("reply-finished")
	p.screenshot("second")
	p.kill()
	conversations, messages := stored(t, data)
	if len(messages) != 1 || len(messages[0]) != 4 || messages[0][2].Text != "and a draft, sent" {
		t.Errorf("after the second run: %+v %+v", conversations, messages)
	}
}

// The engine's process is killed in the middle of a reply: what came stays, and
// the next message works.
func TestWindowEngineKilled(t *testing.T) {
	path := needWindow(t)
	s, data := newScreen(t), t.TempDir()
	endless(t, data)
	p := s.open(path, data, tinyModel)
	p.wait("model-loaded")
	p.click("composer")
	p.typeText("one")
	p.key("Return")
	for range 10 {
		p.wait("piece")
	}
	engines := children(t, p.cmd.Process.Pid)
	if len(engines) != 1 {
		t.Fatalf("the program has the children %v", engines)
	}
	syscall.Kill(engines[0], syscall.SIGKILL)
	p.wait("engine-lost")
	p.screenshot("engine-lost")
	p.click("composer")
	p.typeText("two")
	p.key("Return")
	p.wait("model-loaded")
	p.wait("piece")
	p.key("Escape")
	p.wait("reply-finished")
	p.screenshot("after-engine-lost")
	p.kill()
	_, messages := stored(t, data)
	if len(messages) != 1 || len(messages[0]) != 4 || messages[0][1].Text == "" || messages[0][2].Text != "two" {
		t.Errorf("%+v", messages)
	}
}

// children are the processes that one has started.
func children(t *testing.T, pid int) (ids []int) {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil || len(lists) == 0 {
		t.Fatalf("the children of process %d are not told: %v", pid, err)
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue // a thread that has ended
		}
		for _, f := range strings.Fields(string(text)) {
			n, err := strconv.Atoi(f)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, n)
		}
	}
	return ids
}

// Ctrl+C in the terminal, a session's end: the window closes in good order in the
// middle of a reply, which is kept.
func TestWindowIsAskedToEnd(t *testing.T) {
	path := needWindow(t)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		s, data := newScreen(t), t.TempDir()
		p := s.open(path, data, tinyModel)
		p.wait("model-loaded")
		p.click("composer")
		p.typeText("one")
		p.key("Return")
		for range 10 {
			p.wait("piece")
		}
		p.cmd.Process.Signal(sig)
		select {
		case <-p.ended:
		case <-time.After(patience):
			p.kill()
			t.Fatalf("%v does not end the program", sig)
		}
		if !p.cmd.ProcessState.Success() || p.stderr.Len() > 0 {
			t.Errorf("%v: %v, %.2000s", sig, p.cmd.ProcessState, p.stderr.String())
		}
		_, messages := stored(t, data)
		if len(messages) != 1 || len(messages[0]) != 2 || messages[0][1].Text == "" || messages[0][1].State != app.Stopped {
			t.Errorf("%v: %+v", sig, messages)
		}
	}
}

// Ctrl+C in the first second, in a program that was started behind a shell's "&" and
// so is to ignore it: a signal was lost now and then while those of Fyne were taken
// away from it, a hundred times over.
func TestWindowHearsTheFirstCtrlC(t *testing.T) {
	path := needWindow(t)
	s := newScreen(t)
	s.prepare = func(cmd *exec.Cmd) {
		cmd.Args = append([]string{"sh", "-c", `trap "" INT; exec "$0" "$@"`, path}, cmd.Args[1:]...)
		cmd.Path = "/bin/sh"
	}
	for i := range 6 {
		p := s.open(path, t.TempDir())
		p.wait("window-shown")
		time.Sleep(time.Duration(i) * 70 * time.Millisecond)
		p.cmd.Process.Signal(syscall.SIGINT)
		select {
		case <-p.ended:
		case <-time.After(patience / 2):
			p.kill()
			t.Fatalf("a signal %d ms after the window was not heard", i*70)
		}
		if !p.cmd.ProcessState.Success() || p.stderr.Len() > 0 {
			t.Errorf("%v, %.2000s", p.cmd.ProcessState, p.stderr.String())
		}
	}
}

// A second instance brings the window of the first one to the front, with the model
// that it was to open, and ends without a word.
func TestSecondInstance(t *testing.T) {
	path := needWindow(t)
	s, data := newScreen(t), t.TempDir()
	p := s.open(path, data)
	p.wait("window-shown")
	cmd := exec.Command(path, "--data", data, tinyModel)
	cmd.Env = append(cmd.Environ(), "DISPLAY="+s.display, "HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("a second instance: %v, %q", err, out)
	}
	p.wait("raised")
	if e := p.wait("model-loaded"); !strings.HasSuffix(fmt.Sprint(e["path"]), tinyModel) {
		t.Errorf("loaded is %v", e["path"])
	}
	p.kill()
	if left, _ := filepath.Glob(filepath.Join(data, "raise*")); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
}

// What keeps the program from starting is said on standard error at once, and in a
// window until that is closed.
func TestFailureAtTheStart(t *testing.T) {
	path := needWindow(t)
	s := newScreen(t)
	for what, test := range map[string]struct {
		make func(data string) error
		says string
	}{
		"a file instead of the folder": {func(data string) error { return os.WriteFile(data, nil, 0o600) }, "folder"},
		"a damaged database": {func(data string) error {
			if err := os.Mkdir(data, 0o700); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(data, "beyonder.db"), bytes.Repeat([]byte("no database "), 1000), 0o600)
		}, "damaged"},
		"an instance that does not answer": {func(data string) error {
			first := s.open(path, data)
			first.wait("window-shown")
			return first.cmd.Process.Signal(syscall.SIGSTOP)
		}, "already running"},
	} {
		data := filepath.Join(t.TempDir(), "data")
		if err := test.make(data); err != nil {
			t.Fatal(err)
		}
		p := s.open(path, data)
		p.wait("failure-shown")
		p.screenshot("failure-" + strings.ReplaceAll(what, " ", "-"))
		p.endBy("Escape")
		if said := p.stderr.String(); p.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(said, test.says) || strings.Count(said, "\n") != 1 {
			t.Errorf("%s: status %d, %q", what, p.cmd.ProcessState.ExitCode(), said)
		}
	}
}

// A display without OpenGL has no window, which is said at once.
func TestNoOpenGL(t *testing.T) {
	path := needWindow(t)
	s := newScreen(t, "-extension", "GLX")
	began := time.Now()
	cmd := exec.Command(path, "--data", filepath.Join(t.TempDir(), "data"))
	cmd.Env = append(cmd.Environ(), "DISPLAY="+s.display, "WAYLAND_DISPLAY=", "HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "OpenGL 2.1") || time.Since(began) > patience {
		t.Errorf("after %v: %v, %q", time.Since(began), err, out)
	}
}

// A command's standard error is its own, whatever the locale.
func TestCommandsAreQuiet(t *testing.T) {
	path := needWindow(t)
	for _, locale := range []string{"C", "C.UTF-8", "POSIX", "de_DE.UTF-8", ""} {
		cmd := exec.Command(path, "tokenize", "-m", tinyModel)
		cmd.Env = append(cmd.Environ(), "LC_ALL="+locale, "LANG="+locale)
		cmd.Stdin = strings.NewReader("hello")
		var stderr strings.Builder
		cmd.Stderr = &stderr
		if out, err := cmd.Output(); err != nil || len(out) == 0 || stderr.String() != "" {
			t.Errorf("in the locale %q: %v, %q, %q", locale, err, out, stderr.String())
		}
	}
}

// With no display, or one that does not answer, a sentence says what to do.
func TestNoDisplay(t *testing.T) {
	path := needWindow(t)
	for _, display := range []string{"", ":4242"} {
		cmd := exec.Command(path, "--data", filepath.Join(t.TempDir(), "data"))
		cmd.Env = append(cmd.Environ(), "DISPLAY="+display, "WAYLAND_DISPLAY=")
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "beyonder chat") || strings.Contains(string(out), "goroutine") {
			t.Errorf("DISPLAY=%s: %v, %q", display, err, out)
		}
	}
}
