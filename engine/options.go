package engine

import "fmt"

// Limits of LoadOptions: beyond any use, below what would overflow.
const (
	mostContext = 1 << 27 // tokens
	mostThreads = 1024
)

// check refuses options that make no sense.
func (o LoadOptions) check() error {
	switch {
	case o.Context < 0 || o.Context > mostContext:
		return fmt.Errorf("a context window of %d tokens is not possible: choose 1 to %d, or 0 for the model's own", o.Context, mostContext)
	case o.Threads < 0 || o.Threads > mostThreads:
		return fmt.Errorf("%d threads are not possible: choose 1 to %d, or 0 for one per core", o.Threads, mostThreads)
	case o.GPULayers < 0:
		return fmt.Errorf("%d layers on the graphics card are not possible: choose 1 or more, or 0 for as many as fit", o.GPULayers)
	case o.KV != "" && o.KV != "f16" && o.KV != "f32" && o.KV != "q8_0":
		return fmt.Errorf("there is no KV cache of type %q; use f16, f32 or q8_0", o.KV)
	}
	return nil
}
