package main

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"beyonder/app/apptest"
)

// TestBars measures the real window with 10,000 conversations, the newest of 5,000
// messages, and judges nothing: a busy machine would fail it. BEYONDER_BARS names a
// folder for the conversations, which are made there the first time. Each run has a
// copy of them as they were imported: none of them was opened or searched before, and
// none is newer than the long one.
func TestBars(t *testing.T) {
	folder := os.Getenv("BEYONDER_BARS")
	if folder == "" {
		t.Skip("BEYONDER_BARS names no folder; docs/performance.md tells of this measurement")
	}
	path := needWindow(t)
	data := t.TempDir()
	if err := os.CopyFS(data, os.DirFS(imported(t, folder))); err != nil {
		t.Fatal(err)
	}
	frames := t.TempDir()
	s := newScreen(t, "-fbdir", frames)
	var p *program
	for range 3 {
		if p != nil {
			p.kill()
		}
		begun := time.Now()
		p = s.open(path, data)
		shown, loaded := at(t, p.wait("window-shown")), at(t, p.wait("model-loaded"))
		t.Logf("start to the window %.2f s, to the loaded model %.2f s", shown.Sub(begun).Seconds(), loaded.Sub(begun).Seconds())
	}
	time.Sleep(3 * time.Second)
	t.Logf("memory, the long conversation open: %s", memory(t, p.cmd.Process.Pid))
	p.settle()
	const idle = 20 * time.Second
	before := [2]float64{busy(t, p.cmd.Process.Pid), busy(t, children(t, p.cmd.Process.Pid)[0])}
	time.Sleep(idle)
	t.Logf("idle for %v: window %.2f %%, engine %.2f %% of a core", idle,
		100*(busy(t, p.cmd.Process.Pid)-before[0])/idle.Seconds(), 100*(busy(t, children(t, p.cmd.Process.Pid)[0])-before[1])/idle.Seconds())
	t.Logf("memory at rest: %s", memory(t, p.cmd.Process.Pid))
	f := openFrames(t, filepath.Join(frames, "Xvfb_screen0"))
	hand := newHand(t, p)
	p.opening(f, hand)
	p.typing(f, hand)
	t.Logf("memory at the end: %s", memory(t, p.cmd.Process.Pid))
	time.Sleep(3 * restPeriod)
	t.Logf("memory at rest again: %s", memory(t, p.cmd.Process.Pid))
}

// imported is the folder in which the conversations lie as they were imported.
func imported(t *testing.T, folder string) string {
	t.Helper()
	made := filepath.Join(folder, "imported")
	if _, err := os.Stat(made); err == nil {
		return made
	}
	if err := os.MkdirAll(made+".part", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := apptest.Library(made+".part", 10_000, 5000); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(made+".part", made); err != nil {
		t.Fatal(err)
	}
	return made
}

// settle waits until the search index of the conversations is made.
func (p *program) settle() {
	p.Helper()
	begun, before := time.Now(), busy(p.T, p.cmd.Process.Pid)
	for time.Since(begun) < 2*patience {
		time.Sleep(2 * time.Second)
		now := busy(p.T, p.cmd.Process.Pid)
		if now-before < 0.06 {
			break
		}
		before = now
	}
	p.Logf("work after the start for %.0f s; memory then: %s", time.Since(begun).Seconds(), memory(p.T, p.cmd.Process.Pid))
}

// opening goes to another conversation and back, by the list's first two lines.
func (p *program) opening(f *frames, hand io.Writer) {
	p.Helper()
	text := [4]int{400, 100, 700, 500}
	for i := range 3 {
		for _, y := range []int{190, 155} { // the second conversation, then the long one
			fmt.Fprintf(hand, "mousemove 130 %d\n", y)
			time.Sleep(700 * time.Millisecond)
			took := f.change(p, text, func() { fmt.Fprintln(hand, "click 1") })
			if y == 155 {
				p.xdotool("search", "--name", "^Conversation about the number 0 ") // fails if it is another
				p.Logf("opening %d: %v from the click to the picture", i+1, took)
			}
		}
	}
}

// typing writes while replies stream, and takes the time from the key to the letter.
func (p *program) typing(f *frames, hand io.Writer) {
	p.Helper()
	p.key("ctrl+n")
	time.Sleep(500 * time.Millisecond)
	var took []time.Duration
	for range 3 {
		p.typeText("Tell me a story about a fox and a lantern")
		p.key("Return")
		p.wait("piece")
		field := p.places["composer"]
		for range 10 {
			took = append(took, f.change(p, field, func() { fmt.Fprintln(hand, "key n") }))
			time.Sleep(37 * time.Millisecond)
		}
		p.key("ctrl+a", "BackSpace")
		p.wait("reply-shown")
	}
	slices.Sort(took)
	p.Logf("a letter typed while a reply streams: median %v, 9 of 10 within %v, at most %v", took[len(took)/2], took[len(took)*9/10], took[len(took)-1])
}

// newHand is an xdotool that waits for lines.
func newHand(t *testing.T, p *program) io.Writer {
	t.Helper()
	cmd := exec.Command("xdotool", "-")
	cmd.Env = append(os.Environ(), "DISPLAY="+p.display)
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Wait() })
	return in
}

// frames is the screen's memory, which Xvfb keeps in a file of the XWD format.
type frames struct {
	file          *os.File
	begin, stride int64
}

func openFrames(t *testing.T, path string) *frames {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	var head [25]uint32
	if err := binary.Read(f, binary.BigEndian, &head); err != nil {
		t.Fatal(err)
	}
	return &frames{file: f, begin: int64(head[0]) + 12*int64(head[19]), stride: int64(head[12])}
}

// sum tells pictures of a rectangle (x, y, width, height) apart.
func (f *frames) sum(at [4]int) uint64 {
	h := fnv.New64a()
	line := make([]byte, 4*at[2])
	for y := range at[3] {
		f.file.ReadAt(line, f.begin+int64(at[1]+y)*f.stride+4*int64(at[0]))
		h.Write(line)
	}
	return h.Sum64()
}

// change is the time from an act until a rectangle looks different.
func (f *frames) change(p *program, at [4]int, act func()) time.Duration {
	p.Helper()
	before, begun := f.sum(at), time.Now()
	act()
	for f.sum(at) == before {
		if time.Since(begun) > patience {
			p.Fatal("nothing changed")
		}
		time.Sleep(time.Millisecond)
	}
	return time.Since(begun).Round(time.Millisecond)
}

// busy is the processor time of a process in seconds, from Linux's hundredths.
func busy(t *testing.T, pid int) float64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+2:]))
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100
}

func memory(t *testing.T, pid int) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, line := range strings.Split(string(b), "\n") {
		if strings.HasPrefix(line, "VmHWM") || strings.HasPrefix(line, "VmRSS") || strings.HasPrefix(line, "RssAnon") || strings.HasPrefix(line, "RssFile") {
			parts = append(parts, strings.Join(strings.Fields(line), " "))
		}
	}
	return strings.Join(parts, ", ")
}
