package command

import (
	"runtime"
	"strings"
	"testing"

	"beyonder/engine"
)

// The engine's process has a thread to hear with beside those that compute, whose
// number stays what it was.
func TestEngineHearsWhileItComputes(t *testing.T) {
	threads := engine.Threads()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	if out := must(t, "", "engine"); !strings.Contains(out, "hello") {
		t.Errorf("it said %q", out)
	}
	if now := runtime.GOMAXPROCS(0); now != threads+1 || engine.Threads() != threads || engine.ThisMachine().Threads != threads {
		t.Errorf("Go may run %d threads, the engine computes with %d (%d), before %d", now, engine.Threads(), engine.ThisMachine().Threads, threads)
	}
}
