package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A second instance asks the first one to show its window by a file of its own in
// the data folder, which both can see; there is no socket, and nothing listens. The
// first one removes the file when it has seen to it.
const raiseFiles = "raise*.json"

const (
	// raiseLook is how often the running instance looks for the file.
	raiseLook = 200 * time.Millisecond
	// raiseFresh is how old a request may be: an older one is of an asker that is gone.
	raiseFresh = 10 * time.Second
)

// raising is what the second instance asks for.
type raising struct {
	Model string `json:"model,omitempty"` // a file to load, with its whole path; "": none
}

// AskRunning asks the instance that uses a data folder to show its window, and to
// load a model if one is named. It says whether that instance has answered
// within a time; if not, the request is taken back.
func AskRunning(dir, model string, within time.Duration) bool {
	if model != "" {
		if whole, err := filepath.Abs(model); err == nil {
			model = whole
		}
	}
	data, err := json.Marshal(raising{model})
	if err != nil {
		return false
	}
	passing, err := os.CreateTemp(dir, "raise*.part")
	if err != nil {
		return false
	}
	defer os.Remove(passing.Name())
	_, err = passing.Write(data)
	if closed := passing.Close(); err != nil || closed != nil {
		return false
	}
	path := strings.TrimSuffix(passing.Name(), ".part") + ".json"
	if os.Rename(passing.Name(), path) != nil {
		return false
	}
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(path); os.IsNotExist(err) {
			return true
		}
	}
	return os.Remove(path) != nil // it was seen to at the last moment
}

// OnRaise has raise called, from a goroutine of its own, whenever another instance
// asks for the window, until the application is closed.
func (a *App) OnRaise(raise func(model string)) {
	a.aside(func() {
		look := time.NewTicker(raiseLook)
		defer look.Stop()
		for {
			select {
			case <-a.closing:
				return
			case <-look.C:
			}
			entries, _ := os.ReadDir(a.dir)
			for _, e := range entries {
				if is, _ := filepath.Match(raiseFiles, e.Name()); is {
					raiseFor(filepath.Join(a.dir, e.Name()), raise)
				}
			}
		}
	})
}

func raiseFor(path string, raise func(model string)) {
	info, err := os.Stat(path)
	if err != nil {
		return // it was taken back
	}
	var r raising
	data, err := os.ReadFile(path)
	if os.Remove(path) != nil || err != nil || time.Since(info.ModTime()) > raiseFresh {
		return
	}
	_ = json.Unmarshal(data, &r) // one without sense wants the window alone
	raise(r.Model)
}
