package command

import (
	"runtime"

	"beyonder/engine"
	"beyonder/engine/worker"
)

// engineCmd is the child process.
type engineCmd struct{}

func (engineCmd) Run(e *env) error {
	// One more than compute, so that what is asked meanwhile is heard at once: else it
	// waits until a computing goroutine is taken off its core, some 20 ms.
	runtime.GOMAXPROCS(engine.Threads() + 1)
	return worker.Serve(e.in, e.out, engine.NewLocal())
}
