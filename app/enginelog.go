package app

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// EngineLog is the file in the data folder that gets what the engine's process
// says, crashes above all.
const EngineLog = "engine.log"

const (
	logMost = 1 << 20   // bytes; a larger one begins anew
	logKept = 128 << 10 // with this much of its end
)

// OpenEngineLog opens the engine's log to be added to. It may not be more than a
// nuisance: without it the program works as well.
func OpenEngineLog(dir string) (*os.File, error) {
	path := filepath.Join(dir, EngineLog)
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // to open a pipe waits for ever
		return nil, fmt.Errorf("what the engine says of crashes is not kept: %s is not a file", path)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("what the engine says of crashes is not kept: %w", err)
	}
	shortenLog(f)
	return f, nil
}

// shortenLog drops the beginning of a log that has grown too large. It stays the
// same file, because another instance may have it open, too. What goes wrong leaves
// it large, or empty.
func shortenLog(f *os.File) {
	info, err := f.Stat()
	if err != nil || info.Size() <= logMost {
		return
	}
	kept := logEnd(f.Name(), info.Size())
	if f.Truncate(0) == nil {
		_, _ = f.Write(kept)
	}
}

// logEnd is the end of a log, from the beginning of a line on.
func logEnd(path string, size int64) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	end, _ := io.ReadAll(io.NewSectionReader(f, size-logKept, logKept))
	if _, rest, found := bytes.Cut(end, []byte("\n")); found {
		return rest
	}
	return end
}
