package gguf

import (
	"context"
	"errors"
	"testing"
	"time"

	"beyonder/engine/quant"
)

// large is a file with a tensor of so many bytes.
func large(t *testing.T, size int) *File {
	t.Helper()
	return written(t, nil, []TensorSource{{Name: "t", Type: quant.F32, Shape: []uint64{uint64(size / 4)}, Data: make([]byte, size)}})
}

func TestPrefetch(t *testing.T) {
	for name, f := range map[string]*File{
		"one file": large(t, 48<<20+12345*4), "parts": opened(t, splitModel(t, nil)[0]), "no tensors": written(t, everyKind(), nil),
	} {
		t.Run(name, func(t *testing.T) {
			var last int64
			for done, err := range f.Prefetch(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				if done < last {
					t.Errorf("%d bytes are done after %d", done, last)
				}
				last = done
			}
			if last != f.Size() {
				t.Errorf("%d of %d bytes are done at the end", last, f.Size())
			}
		})
	}
}

func TestPrefetchStops(t *testing.T) {
	f := large(t, 8<<20)
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped by the user")
	cancel(stopped)
	start := time.Now()
	steps := 0
	for done, err := range f.Prefetch(ctx) {
		if steps++; done != 0 || !errors.Is(err, stopped) {
			t.Errorf("%d bytes, %v", done, err)
		}
	}
	if steps != 1 || time.Since(start) > 100*time.Millisecond {
		t.Errorf("it stopped after %d values and %v", steps, time.Since(start))
	}
	for range f.Prefetch(t.Context()) {
		break // must not be called again
	}
}

// TestGuard lets other panics through and leaves what is no panic alone.
func TestGuard(t *testing.T) {
	f := large(t, 4096)
	ran := false
	if err := f.Guard(func() { ran = true }); err != nil || !ran {
		t.Errorf("%v, ran: %v", err, ran)
	}
	for name, do := range map[string]func(){
		"panic":       func() { panic("own") },
		"nil pointer": func() { var p *File; _ = p.Path },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			t.Error("not reached: ", f.Guard(do))
		})
	}
}
