package command

import (
	"beyonder/engine"
	"beyonder/engine/worker"
)

// engineCmd is the child process.
type engineCmd struct{}

func (engineCmd) Run(e *env) error {
	return worker.Serve(e.in, e.out, engine.NewLocal())
}
