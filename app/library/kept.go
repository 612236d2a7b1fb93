package library

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"

	"beyonder/engine"
)

// kept is what headers said, in a file of one JSON line for each: a line that is
// damaged, or that one header will not go into, costs that header.
type kept struct {
	file, version string

	mu      sync.Mutex // several looks may be under way
	records map[string]record
	changed bool
}

type record struct {
	Path     string         `json:"path,omitempty"`
	Version  string         `json:"version,omitempty"` // in the first line: the program's
	Bytes    int64          `json:"bytes,omitempty"`
	Modified int64          `json:"modified,omitempty"`
	Outline  engine.Outline `json:"outline,omitzero"`
	Damage   string         `json:"damage,omitempty"`
}

// maxLine is the longest line that is believed, in bytes.
const maxLine = 1 << 20

func openKept(file, version string) *kept {
	k := &kept{file: file, version: version, records: map[string]record{}}
	text, err := os.ReadFile(file)
	if err == nil {
		k.parse(text)
	}
	return k
}

func (k *kept) parse(text []byte) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxLine)
	for first := true; lines.Scan(); first = false {
		var r record
		if json.Unmarshal(lines.Bytes(), &r) != nil {
			continue
		}
		if first && r.Version != k.version {
			return
		}
		if r.Path != "" {
			k.records[r.Path] = r
		}
	}
}

// get fills in what the header said when the item was as it is now.
func (k *kept) get(i *Item) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	r, ok := k.records[i.Path]
	if !ok || (stamp{r.Bytes, r.Modified}) != i.stamp {
		return false
	}
	i.Outline, i.Damage = r.Outline, r.Damage
	return true
}

func (k *kept) put(i Item) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.records[i.Path] = record{Path: i.Path, Bytes: i.stamp.bytes, Modified: i.stamp.modified, Outline: i.Outline, Damage: i.Damage}
	k.changed = true
}

// forget drops what is not there any more.
func (k *kept) forget(there map[string]bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for path := range k.records {
		if !there[path] {
			delete(k.records, path)
			k.changed = true
		}
	}
}

// save writes the file; what comes of it is no more than time.
func (k *kept) save() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.changed || k.file == "" {
		return
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.Encode(record{Version: k.version})
	for _, r := range k.records {
		enc.Encode(r) // one that JSON has no form for leaves no line
	}
	if os.MkdirAll(filepath.Dir(k.file), 0o700) != nil {
		return
	}
	passing := k.file + ".new"
	if os.WriteFile(passing, b.Bytes(), 0o600) == nil && os.Rename(passing, k.file) == nil {
		k.changed = false
	}
}
