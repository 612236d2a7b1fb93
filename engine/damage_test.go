package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"beyonder/engine/gguf"
)

// A model file in which bytes of the header are other ones: it works, or it is
// refused in a short sentence that names it. Nothing panics or takes long.
func TestDamagedModels(t *testing.T) {
	const rounds = 60
	for _, name := range []string{"mixtral-TQ1_0.gguf", "dense-tied-Q8_0.gguf"} {
		whole, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		header := headerBytes(t, filepath.Join("testdata", name))
		rng := rand.New(rand.NewPCG(1, uint64(len(name))))
		path := filepath.Join(t.TempDir(), "damaged.gguf")
		refused := 0
		for range rounds {
			b := append([]byte(nil), whole...)
			what := damage(rng, b[:header])
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			err := tryModel(path)
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("%s with %s took %v", name, what, took)
			}
			if err == nil {
				continue
			}
			refused++
			if !isSentence(err, "damaged.gguf") && !errors.As(err, new(*NumbersError)) {
				t.Errorf("%s with %s: %.600v", name, what, err)
			}
		}
		if refused < rounds/2 || refused == rounds {
			t.Errorf("%s: %d of %d damaged files were refused", name, refused, rounds)
		}
	}
}

// headerBytes is about where the weights of a file begin.
func headerBytes(t *testing.T, path string) int {
	f, err := gguf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := int(f.Size())
	for _, x := range f.Tensors() {
		n -= len(x.Data)
	}
	return n
}

// damage changes one to three bytes, more often where the keys and the tensor
// table are than in the vocabulary between them, and tells which.
func damage(rng *rand.Rand, b []byte) (what string) {
	const dense = 1600
	for range 1 + rng.IntN(3) {
		at := rng.IntN(len(b))
		switch rng.IntN(3) {
		case 0:
			at = rng.IntN(dense)
		case 1:
			at = len(b) - 1 - rng.IntN(dense)
		}
		v := byte(rng.IntN(256))
		switch rng.IntN(4) {
		case 0:
			v = b[at] ^ 1<<rng.IntN(8)
		case 1:
			v = []byte{0, 1, 127, 128, 255}[rng.IntN(5)]
		}
		what += fmt.Sprintf("byte %d %#x for %#x, ", at, v, b[at])
		b[at] = v
	}
	return what
}

// tryModel looks at a file, loads it and writes two tokens.
func tryModel(path string) error {
	if _, err := Inspect(path, 0); err != nil {
		return err
	}
	l := NewLocal()
	defer l.Close()
	for _, err := range l.Load(context.Background(), LoadOptions{Path: path, Device: "cpu", Context: 256, Threads: 1}) {
		if err != nil {
			return err
		}
	}
	for _, err := range l.Reply(context.Background(), Request{Messages: user("abc"), Sampling: settings(1, 2)}) {
		if err != nil {
			return err
		}
	}
	return nil
}
