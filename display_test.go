package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The tests of the real window start the program on a display of its own
// (Xvfb), wait for the events of --trace and act through xdotool. They need the
// built program; `make test` sees to all of it.

// tinyModel is a mixture of four experts that writes nonsense, quickly.
const tinyModel = "engine/testdata/mixtral-Q2_K.gguf"

// needWindow skips, loudly, where no window can be tested; under `make test`
// that is a failure.
func needWindow(t *testing.T) (program string) {
	t.Helper()
	give := t.Skipf
	if os.Getenv("BEYONDER_WINDOW_TESTS") == "required" {
		give = t.Fatalf
	}
	if testing.Short() {
		t.Skip("the window is not tested with -short")
	}
	for _, tool := range []string{"Xvfb", "xdotool"} {
		if _, err := exec.LookPath(tool); err != nil {
			give("the real window is not tested: %s is missing; run make test", tool)
		}
	}
	program = os.Getenv("BEYONDER_BINARY")
	if program == "" {
		give("the real window is not tested: BEYONDER_BINARY names no program; run make test")
	}
	return program
}

// screen is a display without a window manager. Its keys do not repeat: on a busy
// machine xdotool may hold one for long, and Ctrl is let go before the letter.
type screen struct {
	*testing.T
	display string
	prepare func(*exec.Cmd) // is shown a program before it is started; may be nil
}

func newScreen(t *testing.T, args ...string) *screen {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	x := exec.Command("Xvfb", append([]string{"-displayfd", "3", "-r", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"}, args...)...)
	x.ExtraFiles = []*os.File{w}
	if err := x.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	t.Cleanup(func() { x.Process.Kill(); x.Wait() })
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb did not start: %v", err)
	}
	return &screen{T: t, display: ":" + strings.TrimSpace(number)}
}

// program is Beyonder running on a screen.
type program struct {
	*screen
	cmd    *exec.Cmd
	data   string
	stderr bytes.Buffer
	ended  chan struct{}

	mu     sync.Mutex
	events []event
	places map[string][4]int // where the named widgets are
	wake   chan struct{}
	seen   int // events that wait has gone past
}

type event map[string]any

func (e event) name() string { s, _ := e["event"].(string); return s }

// open starts the program with its data in a folder, which may have been used before.
func (s *screen) open(path, data string, args ...string) *program {
	s.Helper()
	trace := filepath.Join(s.TempDir(), "trace")
	if err := syscall.Mkfifo(trace, 0o600); err != nil {
		s.Fatal(err)
	}
	p := &program{screen: s, data: data, ended: make(chan struct{}), wake: make(chan struct{}, 1)}
	p.cmd = exec.Command(path, append([]string{"--data", data, "--trace", trace, "--trace-rectangles"}, args...)...)
	p.cmd.Stderr = &p.stderr
	home := s.TempDir()
	p.cmd.Env = append(os.Environ(), "DISPLAY="+s.display, "WAYLAND_DISPLAY=", "HOME="+home, "XDG_CONFIG_HOME="+home,
		"XDG_RUNTIME_DIR="+home, "LIBGL_ALWAYS_SOFTWARE=1", "LP_NUM_THREADS=1", "FYNE_SCALE=1", "LC_ALL=C")
	// Opened for both ways, so that it neither blocks nor ends with the writer.
	f, err := os.OpenFile(trace, os.O_RDWR, 0)
	if err != nil {
		s.Fatal(err)
	}
	if s.prepare != nil {
		s.prepare(p.cmd)
	}
	if err := p.cmd.Start(); err != nil {
		s.Fatal(err)
	}
	go p.follow(f)
	go func() { p.cmd.Wait(); close(p.ended) }()
	s.Cleanup(func() { p.kill(); f.Close() })
	return p
}

func (p *program) follow(f *os.File) {
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		p.mu.Lock()
		p.events = append(p.events, e)
		if e.name() == "rectangles" {
			p.places = rectangles(e)
		}
		p.mu.Unlock()
		select {
		case p.wake <- struct{}{}:
		default:
		}
	}
}

func rectangles(e event) map[string][4]int {
	places := map[string][4]int{}
	widgets, _ := e["widgets"].(map[string]any)
	for name, v := range widgets {
		list, _ := v.([]any)
		var r [4]int
		for i := range min(4, len(list)) {
			n, _ := list[i].(float64)
			r[i] = int(n)
		}
		places[name] = r
	}
	return places
}

// patience is how long an event may take on a machine that is busy otherwise.
const patience = 60 * time.Second

// wait returns the next event of that name, after those it returned before.
func (p *program) wait(name string) event {
	p.Helper()
	var found event
	p.until("the event "+name, func() bool {
		for p.seen < len(p.events) {
			e := p.events[p.seen]
			p.seen++
			if e.name() == name {
				found = e
				return true
			}
		}
		return false
	})
	return found
}

// until waits for a condition over events and places.
func (p *program) until(what string, ready func() bool) {
	p.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		p.mu.Lock()
		ok := ready()
		p.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-p.wake:
		case <-p.ended:
			p.Fatalf("the program ended while waiting for %s: %s", what, p.stderr.String())
		case <-late.C:
			p.Fatalf("%s did not come; the last events were %v; %s", what, p.lastEvents(), p.stderr.String())
		}
	}
}

func (p *program) lastEvents() []event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.events[max(0, len(p.events)-5):]
}

// click presses the left button in the middle of a named widget.
func (p *program) click(widget string) {
	p.Helper()
	var r [4]int
	p.until("the place of "+widget, func() bool { var ok bool; r, ok = p.places[widget]; return ok })
	p.xdotool("mousemove", fmt.Sprint(r[0]+r[2]/2), fmt.Sprint(r[1]+r[3]/2), "click", "1")
}

func (p *program) typeText(text string) { p.Helper(); p.xdotool("type", "--delay", "15", text) }
func (p *program) key(names ...string) {
	p.Helper()
	p.xdotool(append([]string{"key", "--delay", "30"}, names...)...)
}

func (p *program) xdotool(args ...string) {
	p.Helper()
	cmd := exec.Command("xdotool", args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+p.display)
	if out, err := cmd.CombinedOutput(); err != nil {
		p.Fatalf("xdotool %v: %v: %s", args, err, out)
	}
}

// endBy presses a key until the program has ended: without a window manager, the
// first one may come before the window has the focus.
func (p *program) endBy(key string) {
	p.Helper()
	for late := time.Now().Add(patience); ; {
		p.key(key)
		select {
		case <-p.ended:
			return
		case <-time.After(200 * time.Millisecond):
		}
		if time.Now().After(late) {
			p.kill()
			p.Fatalf("%s does not end the program", key)
		}
	}
}

// kill is kill -9, for the program and whatever it started.
func (p *program) kill() {
	p.cmd.Process.Kill()
	<-p.ended
}

// screenshot keeps a picture in the folder that BEYONDER_SCREENSHOTS names.
func (p *program) screenshot(name string) {
	folder := os.Getenv("BEYONDER_SCREENSHOTS")
	if folder == "" {
		return
	}
	cmd := exec.Command("import", "-window", "root", filepath.Join(folder, name+".png"))
	cmd.Env = append(os.Environ(), "DISPLAY="+p.display)
	if out, err := cmd.CombinedOutput(); err != nil {
		p.Logf("no screenshot: %v: %s", err, out)
	}
}
