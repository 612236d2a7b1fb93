//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// talk loads a model, sends a message, waits for its end and quits.
func talk(p *program) {
	p.wait("window-shown")
	p.wait("model-loaded")
	p.click("composer")
	p.typeText("tell me a story")
	p.key("Return")
	p.wait("reply-started")
	for range 20 {
		p.wait("piece")
	}
	p.key("Escape")
	p.wait("reply-finished")
}

// The whole program, its engine included, works where there is no network at all:
// in a network namespace without an interface.
func TestWithoutANetwork(t *testing.T) {
	path := needWindow(t)
	s := newScreen(t)
	apart := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Getuid() != 0 {
		apart.Cloneflags |= syscall.CLONE_NEWUSER
		apart.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		apart.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	}
	probe := exec.Command("/bin/true")
	probe.SysProcAttr = apart
	if err := probe.Run(); err != nil {
		t.Skipf("SKIPPED: this system does not let a program have a network namespace of its own (%v)", err)
	}
	s.prepare = func(cmd *exec.Cmd) { cmd.SysProcAttr = apart }
	data := t.TempDir()
	endless(t, data)
	p := s.open(path, data, tinyModel)
	talk(p)
	interfaces, err := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/net/dev")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(interfaces)) {
		if name, _, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) != "lo" {
			t.Errorf("there is a network: %s", line)
		}
	}
	p.endBy("ctrl+q")
	if !p.cmd.ProcessState.Success() || p.stderr.Len() > 0 {
		t.Errorf("%v, %s", p.cmd.ProcessState, p.stderr.String())
	}
}

var (
	// A call that strace tells in two lines has its arguments in the first.
	calls = regexp.MustCompile(`^\d+ +(\w+)\((.*)$`)
	// What a window needs: the display, the session bus, and what the C library asks
	// for the user's name.
	allowed = regexp.MustCompile(`sun_path=@?"(/tmp/\.X11-unix/|/tmp/dbus-|/run/user/\d+/(bus|at-spi/)|/var/run/nscd/socket|[^"]*/bus")`)
)

// No socket but those of the display and of the session bus is opened, by the window
// or by the engine, from the start to the end of a conversation.
func TestNoSocketButTheDisplays(t *testing.T) {
	path := needWindow(t)
	strace, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command(strace, "-f", "-qq", "-o", "/dev/null", "/bin/true").Run()
	}
	if err != nil {
		t.Skipf("SKIPPED: strace does not work here (%v): which sockets are opened is not looked at", err)
	}
	s, log := newScreen(t), filepath.Join(t.TempDir(), "strace")
	s.prepare = func(cmd *exec.Cmd) {
		cmd.Args = append([]string{strace, "-f", "-qq", "-e", "trace=%network", "-o", log, cmd.Path}, cmd.Args[1:]...)
		cmd.Path = strace
	}
	data := t.TempDir()
	endless(t, data)
	p := s.open(path, data, tinyModel)
	t.Cleanup(func() { // strace, killed, lets go of what it has watched
		select {
		case <-p.ended:
			return
		default:
		}
		for _, id := range children(t, p.cmd.Process.Pid) {
			syscall.Kill(id, syscall.SIGKILL)
		}
	})
	talk(p)
	p.endBy("ctrl+q")
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	display := false
	for line := range strings.Lines(string(text)) {
		call := calls.FindStringSubmatch(strings.TrimSpace(line))
		if call == nil {
			continue
		}
		switch call[1] {
		case "socket", "socketpair":
			if !strings.HasPrefix(call[2], "AF_UNIX") {
				t.Errorf("a socket that is none of this machine's own: %s", line)
			}
		case "connect", "bind", "listen", "accept", "accept4", "sendto":
			if strings.Contains(call[2], "sa_family") && !allowed.MatchString(call[2]) || call[1] == "listen" || call[1] == "bind" {
				t.Errorf("%s", line)
			}
			display = display || strings.Contains(call[2], "X11-unix")
		}
	}
	if !display {
		t.Errorf("not even the display's socket was seen: nothing was tested\n%.2000s", text)
	}
	t.Logf("%d calls, all of the display's and the session bus's sockets", strings.Count(string(text), "\n"))
}
