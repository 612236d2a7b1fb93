package command

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"sync"
	"time"
)

// trace appends events to a file, one JSON object a line, so that tests of the
// real window wait for what happens instead of sleeping.
type trace struct {
	mu sync.Mutex
	f  *os.File
}

func openTrace(path string) (*trace, error) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the trace cannot be written: %w", err)
	}
	return &trace{f: f}, nil
}

// event writes a line: {"event":…,"time":…} and the fields.
func (t *trace) event(name string, fields map[string]any) {
	line := map[string]any{"event": name, "time": time.Now().Format(time.RFC3339Nano)}
	maps.Copy(line, fields)
	b, err := json.Marshal(line)
	if err != nil {
		b = fmt.Appendf(nil, `{"event":"trace-failed","of":%q,"error":%q}`, name, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.f.Write(append(b, '\n')) // the trace is for tests: failing to write it must not end a chat
}

func (t *trace) Close() error { return t.f.Close() }
