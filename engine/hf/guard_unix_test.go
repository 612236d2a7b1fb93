//go:build unix

package hf

import (
	"context"
	"errors"
	"os"
	"testing"
)

func large(t *testing.T) *Folder {
	d := newTiny()
	d.config["vocab_size"], d.config["tie_word_embeddings"] = 100000, true
	d.drop("model.embed_tokens.weight")
	d.drop("lm_head.weight")
	d.add("model.embed_tokens.weight", 100000, 8)
	return d.open(t)
}

// The end of a file is taken away under its mapping.
func TestShrinksWhileMapped(t *testing.T) {
	f := large(t)
	if err := os.Truncate(f.Parts()[0], 4096); err != nil {
		t.Fatal(err)
	}
	x, _ := f.Tensor("token_embd.weight")
	var sum byte
	err := f.Guard(func() { sum += x.Data[len(x.Data)-1] })
	wantError(t, err, "model.safetensors can no longer be read", "load the model again")
	var last error
	for _, err := range f.Prefetch(t.Context()) {
		last = err
	}
	wantError(t, last, "model.safetensors can no longer be read")
}

func TestPrefetch(t *testing.T) {
	f := large(t)
	var last int64
	for n, err := range f.Prefetch(t.Context()) {
		if err != nil || n < last {
			t.Fatal(n, err)
		}
		last = n
	}
	if last != f.Size() {
		t.Errorf("%d of %d bytes", last, f.Size())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range f.Prefetch(ctx) {
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}
