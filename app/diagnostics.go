package app

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"beyonder/engine"
)

// Version is changed when a release is made.
const Version = "0.1.0"

// Diagnosis is what somebody who is to help needs to know. It has no text and no
// title of a conversation, and the user's home folder stands in it as "~".
type Diagnosis struct {
	Version, Build string // the second names the commit; "(devel)": it is not known
	Go, Fyne       string
	System         string // "Debian GNU/Linux 12 (bookworm), Linux 6.1.0, amd64"
	Machine        engine.Machine
	Memory         int64 // bytes of main memory that the window's process takes; 0: unknown

	Dir           string // where everything is kept
	DirBytes      int64
	DatabaseBytes int64
	Conversations int // those in the trash included
	Encrypted     bool

	Model    *engine.Info // nil: none is loaded
	Troubles []Trouble    // the last ones, the newest last
	Log      []string     // the last lines of the engine's log
	Network  []Connection
}

// Trouble is something that failed since the program started.
type Trouble struct {
	At   time.Time
	What string // as in "load", "reply", "copy"
	Text string
}

// troubles keeps the last ones. The zero value has none.
type troubles struct {
	mu   sync.Mutex
	list []Trouble
}

// mostTroubles are kept.
const mostTroubles = 20

// note keeps what failed. Only what does not tell of conversations may be noted.
func (t *troubles) note(what string, err error) {
	if err == nil || errors.Is(err, errStopped) || errors.Is(err, errGone) || errors.Is(err, ErrBusy) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, Trouble{time.Now(), what, err.Error()})
	if len(t.list) > mostTroubles {
		t.list = append([]Trouble(nil), t.list[1:]...)
	}
}

func (t *troubles) all() []Trouble {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Trouble(nil), t.list...)
}

// Diagnose looks at the program and the machine. It reads the data folder's sizes,
// which takes a moment where there are many models.
func (a *App) Diagnose() Diagnosis {
	d := Diagnosis{
		Version: Version, Build: a.build, Go: runtime.Version(), Fyne: moduleVersion("fyne.io/fyne/v2"), System: system(),
		Machine: engine.ThisMachine(), Memory: residentBytes(),
		Dir: a.dir, DirBytes: folderBytes(a.dir), Encrypted: a.Encrypted(),
		Troubles: a.troubles.all(), Network: a.Network().Connections(),
	}
	if info, err := os.Stat(a.store.File()); err == nil {
		d.DatabaseBytes = info.Size()
	}
	if list, err := a.store.Conversations(); err == nil {
		d.Conversations = len(list)
	}
	if info, ok := a.Model(); ok {
		info.Path = atHome(info.Path)
		d.Model = &info
	}
	d.Dir = atHome(d.Dir)
	for i := range d.Troubles {
		d.Troubles[i].Text = withoutHome(d.Troubles[i].Text)
	}
	for _, line := range lastLines(filepath.Join(a.dir, EngineLog), 8) {
		d.Log = append(d.Log, withoutHome(line))
	}
	return d
}

// moduleVersion is the version of a module that the program was built with.
func moduleVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path == path {
			return m.Version
		}
	}
	return ""
}

// system names the operating system, as far as it tells.
func system() string {
	var parts []string
	if text, err := os.ReadFile("/etc/os-release"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, found := strings.CutPrefix(strings.TrimSpace(line), "PRETTY_NAME="); found {
				parts = append(parts, strings.Trim(name, `"'`))
			}
		}
	}
	kernel := runtime.GOOS
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		kernel = "Linux " + strings.TrimSpace(string(release))
	}
	return strings.Join(append(parts, kernel, runtime.GOARCH), ", ")
}

// residentBytes is the main memory that this process takes, 0 where the system
// does not say.
func residentBytes() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// folderBytes adds up the files in a folder. Links are not followed.
func folderBytes(dir string) (sum int64) {
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // what cannot be read is not counted
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			sum += info.Size()
		}
		return nil
	})
	return sum
}

// atHome is a path with "~" for the user's home folder.
func atHome(path string) string {
	home, err := os.UserHomeDir()
	if err != nil || len(home) < 2 {
		return path
	}
	if rest, found := strings.CutPrefix(path, home); found && (rest == "" || os.IsPathSeparator(rest[0])) {
		return "~" + rest
	}
	return path
}

// withoutHome is a sentence with "~" for the user's home folder.
func withoutHome(text string) string {
	if home, err := os.UserHomeDir(); err == nil && len(home) > 1 {
		text = strings.ReplaceAll(text, home+string(os.PathSeparator), "~"+string(os.PathSeparator))
	}
	return text
}

// lastLines are the last lines of a file of any size.
func lastLines(path string, most int) []string {
	const tail, longest = 16 << 10, 200
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > tail {
		if _, err := f.Seek(-tail, io.SeekEnd); err != nil {
			return nil
		}
	}
	text, err := io.ReadAll(io.LimitReader(f, tail))
	if err != nil || len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(string(text), "?")), "\n")
	lines = lines[max(0, len(lines)-most):]
	for i, line := range lines {
		if r := []rune(line); len(r) > longest {
			lines[i] = string(r[:longest]) + "…"
		}
	}
	return lines
}
