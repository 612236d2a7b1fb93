//go:build unix

package gguf

import (
	"os"
	"testing"

	"beyonder/engine/quant"
)

// TestShrinksWhileMapped takes the end of a file away under its mapping.
func TestShrinksWhileMapped(t *testing.T) {
	f := large(t, 1<<20)
	if err := os.Truncate(f.Path, 4096); err != nil {
		t.Fatal(err)
	}
	data := f.Tensors()[0].Data
	var sum byte
	err := f.Guard(func() { sum += data[len(data)-1] })
	wantError(t, err, "x.gguf can no longer be read", "shortened", "load the model again")

	var last error
	for _, err := range f.Prefetch(t.Context()) {
		last = err
	}
	wantError(t, last, "x.gguf can no longer be read")

	dst := make([]float32, 1024)
	err = f.Guard(func() { quant.Dequantize(quant.F32, dst, data[len(data)-4096:]) })
	wantError(t, err, "x.gguf")
}
