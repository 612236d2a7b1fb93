package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"beyonder/app"
	"beyonder/app/apptest"
)

// TestBarsTour measures the memory of the window's process in a tour of every page by
// the palette, twice, while the search index of 10,000 conversations is being made, and
// judges nothing. BEYONDER_TOUR_LOOK may
// be "dark" or "light+contrast", BEYONDER_TOUR_LANGUAGE "de".
func TestBarsTour(t *testing.T) {
	folder := os.Getenv("BEYONDER_BARS")
	if folder == "" {
		t.Skip("BEYONDER_BARS names no folder; docs/performance.md tells of this measurement")
	}
	path := needWindow(t)
	data := t.TempDir()
	if err := os.CopyFS(data, os.DirFS(imported(t, folder))); err != nil {
		t.Fatal(err)
	}
	tourLook(t, data, os.Getenv("BEYONDER_TOUR_LOOK"), os.Getenv("BEYONDER_TOUR_LANGUAGE"))
	s := newScreen(t)
	p := s.open(path, data)
	p.wait("model-loaded")
	p.kill() // the Starter is unpacked now, and the index hardly begun
	p = s.open(path, data)
	most := p.watchMemory()
	p.wait("window-shown")
	p.wait("model-loaded")
	t.Logf("the model is loaded: %s", memory(t, p.cmd.Process.Pid))
	for round := range 2 {
		p.tour(round, 700*time.Millisecond)
		t.Logf("after round %d: %s", round+1, memory(t, p.cmd.Process.Pid))
	}
	p.settle()
	time.Sleep(3 * restPeriod)
	t.Logf("at rest: %s", memory(t, p.cmd.Process.Pid))
	t.Logf("at the most:\n%s", most())
}

// tourLook gives a data folder another look and language, "": as they are.
func tourLook(t *testing.T, data, look, language string) {
	t.Helper()
	if look == "" && language == "" {
		return
	}
	a, err := app.Open(app.Options{Dir: data, Engine: apptest.New(nil, 0)})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	s := a.Settings()
	s.Theme, s.Contrast = strings.CutSuffix(cmp.Or(look, s.Theme), "+contrast")
	s.Language = cmp.Or(language, s.Language)
	if err := a.SetSettings(s); err != nil {
		t.Fatal(err)
	}
}

// tour goes to every page by way of the palette, and looks at each for a while.
func (p *program) tour(round int, look time.Duration) {
	p.Helper()
	for _, page := range tour {
		p.key("ctrl+k")
		p.wait("palette-opened")
		p.typeText(page.search)
		p.key("Return")
		p.wait("palette-chosen")
		if page.opens {
			p.wait("page-opened")
		}
		time.Sleep(look)
		p.screenshot(fmt.Sprintf("tour-%d-%s", round, page.search))
		p.key("Escape")
		time.Sleep(200 * time.Millisecond)
	}
}

// tour is what the palette finds by some words, and whether it is a page.
var tour = []struct {
	search string
	opens  bool
}{
	{"manage models", true}, {"make a mixture", true}, {"keyboard shortcuts", true}, {"make and change assistants", true},
	{"diagnostics", true}, {"network", true}, {"copies of all", false},
	{"show or hide the settings", false}, {"show or hide the settings", false},
	{"show or hide the experts", false}, {"show or hide the experts", false},
}

// watchMemory looks at a process five times a second until the function that it returns
// is called, which tells what was resident when that was most, in MB by what it belongs to.
func (p *program) watchMemory() func() string {
	over, told := make(chan struct{}), make(chan string)
	go func() {
		var most map[string]float64
		for {
			if now := resident(p.cmd.Process.Pid); now["all"] > most["all"] {
				most = now
			}
			select {
			case <-over:
				var lines strings.Builder
				for _, name := range slices.SortedFunc(maps.Keys(most), func(a, b string) int { return int(most[b]*1000) - int(most[a]*1000) }) {
					if most[name] >= 0.5 {
						fmt.Fprintf(&lines, "%7.1f %s\n", most[name], name)
					}
				}
				told <- lines.String()
				return
			case <-time.After(200 * time.Millisecond):
			}
		}
	}()
	return func() string { close(over); return <-told }
}

// resident is the resident memory of a process in MB (10^6 bytes), by mapping.
func resident(pid int) map[string]float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps", pid))
	if err != nil {
		return nil
	}
	sums, name := map[string]float64{}, ""
	for line := range strings.SplitSeq(string(b), "\n") {
		fields := strings.Fields(line)
		switch {
		case len(fields) >= 5 && strings.Contains(fields[0], "-"):
			name = mappingName(fields)
		case len(fields) == 3 && fields[0] == "Rss:":
			kilo, _ := strconv.ParseFloat(fields[1], 64)
			sums[name] += kilo * 1024 / 1e6
			sums["all"] += kilo * 1024 / 1e6
		}
	}
	return sums
}

// mappingName puts together what belongs together of smaps.
func mappingName(fields []string) string {
	if len(fields) > 5 {
		return strings.TrimSuffix(filepath.Base(strings.Join(fields[5:], " ")), " (deleted)")
	}
	return "without a name (Go's heap, mostly)"
}

// TestBarsHour does in minutes what may be done in an hour, and tells after each round
// what memory is taken at rest; it judges nothing. Nothing may grow from round to round.
func TestBarsHour(t *testing.T) {
	folder := os.Getenv("BEYONDER_BARS")
	if folder == "" {
		t.Skip("BEYONDER_BARS names no folder; docs/performance.md tells of this measurement")
	}
	path := needWindow(t)
	data := t.TempDir()
	if err := os.CopyFS(data, os.DirFS(imported(t, folder))); err != nil {
		t.Fatal(err)
	}
	p := newScreen(t).open(path, data)
	p.wait("window-shown")
	p.wait("model-loaded")
	p.settle()
	for round := range 5 {
		for i := range 40 { // conversations
			if i%10 == 9 {
				p.xdotool("mousemove", "130", "400", "click", "--repeat", "5", "--delay", "20", "5")
			}
			p.xdotool("mousemove", "130", strconv.Itoa(150+35*(i%17)), "click", "1")
			time.Sleep(100 * time.Millisecond)
		}
		for range 10 { // searches
			p.key("ctrl+shift+f", "ctrl+a")
			p.typeText(fmt.Sprintf("number %d", 37*round))
			time.Sleep(300 * time.Millisecond)
			p.key("ctrl+a", "BackSpace", "Escape")
		}
		p.tour(round, 200*time.Millisecond)
		p.tour(round, 200*time.Millisecond)
		p.key("ctrl+n")
		for range 4 { // replies
			p.typeText("Tell me a story about a fox and a lantern")
			p.key("Return")
			p.wait("reply-shown")
		}
		time.Sleep(3 * restPeriod)
		t.Logf("round %d, at rest: %s", round+1, memory(t, p.cmd.Process.Pid))
		if told := os.Getenv("BEYONDER_PROF"); told != "" {
			p.cmd.Process.Signal(syscall.SIGUSR1)
			time.Sleep(time.Second)
		}
	}
}

// TestBarsIdle measures what the window's process computes on pages where nothing
// happens, and judges nothing.
func TestBarsIdle(t *testing.T) {
	folder := os.Getenv("BEYONDER_BARS")
	if folder == "" {
		t.Skip("BEYONDER_BARS names no folder; docs/performance.md tells of this measurement")
	}
	path := needWindow(t)
	data := t.TempDir()
	if err := os.CopyFS(data, os.DirFS(imported(t, folder))); err != nil {
		t.Fatal(err)
	}
	p := newScreen(t).open(path, data)
	p.wait("window-shown")
	p.wait("model-loaded")
	p.settle()
	idle := func(where string) {
		const look = 10 * time.Second
		time.Sleep(6 * time.Second) // memory is given back, and nothing moves any more
		before := busy(t, p.cmd.Process.Pid)
		time.Sleep(look)
		t.Logf("%s: %.1f %% of a core", where, 100*(busy(t, p.cmd.Process.Pid)-before)/look.Seconds())
	}
	for _, page := range []string{"manage models", "diagnostics", "make and change assistants", "show or hide the settings"} {
		p.find(page, "")
		idle(page)
		p.key("Escape")
	}
	p.key("ctrl+k")
	p.typeText("exp")
	idle("the palette")
	p.key("Escape", "ctrl+shift+f")
	p.typeText("number")
	idle("search")
}
