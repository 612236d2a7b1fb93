package command

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"strings"
	"testing"

	"beyonder/engine"
	"beyonder/engine/worker"
)

// The tests' program is the engine's process, too. With a failing card it is one
// that ends in the middle of its first replies.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) != 2 || os.Args[1] != "engine":
		os.Exit(m.Run())
	case os.Getenv(failing) == "":
		os.Exit(Main(os.Args[1:], nil))
	}
	if err := worker.Serve(os.Stdin, os.Stdout, &failingCard{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// failing names what the failing card dies of: "crash" or "lost".
const failing = "BEYONDER_TEST_CARD"

// failingCard has 32 layers on the card, or as many as it is told. Each reply
// brings the number of layers, and dies if there are any.
type failingCard struct{ info *engine.Info }

func (c *failingCard) Load(_ context.Context, o engine.LoadOptions) iter.Seq2[engine.Progress, error] {
	return func(yield func(engine.Progress, error) bool) {
		c.info = &engine.Info{Device: "CPU"}
		if o.Device != "cpu" {
			c.info = &engine.Info{Device: "card", GPULayers: 32}
			if o.GPULayers > 0 {
				c.info.GPULayers = o.GPULayers
			}
		}
		yield(engine.Progress{Done: 1, Total: 1}, nil)
	}
}

func (c *failingCard) Info() (engine.Info, bool) {
	if c.info == nil {
		return engine.Info{}, false
	}
	return *c.info, true
}

func (c *failingCard) Reply(_ context.Context, r engine.Request) iter.Seq2[engine.Piece, error] {
	return func(yield func(engine.Piece, error) bool) {
		said := fmt.Sprintf("[%d layers after %q]", c.info.GPULayers, r.Messages[len(r.Messages)-1].Content)
		switch {
		case !yield(engine.Piece{Text: said, Tokens: []engine.Token{{ID: 7}}}, nil):
		case c.info.GPULayers == 0:
			yield(engine.Piece{Done: &engine.Done{Reason: engine.StopEnd}}, nil)
		case os.Getenv(failing) == "crash":
			os.Exit(3)
		default:
			c.info = nil
			yield(engine.Piece{}, &engine.LostError{Cause: "it is gone", Card: true})
		}
	}
}

func (c *failingCard) Count(string) (int, error) { return 0, errors.New("not asked for") }
func (c *failingCard) Unload() error             { c.info = nil; return nil }
func (c *failingCard) Beat() int64               { return 0 }

// A graphics card that is lost in the middle of a reply costs a sentence on standard
// error, not the reply: it goes on where it was, with fewer layers, then without.
func TestChatOutlivesTheCard(t *testing.T) {
	for _, how := range []string{"lost", "crash"} {
		t.Setenv(failing, how)
		out, told, err := runBoth(t, "", "chat", "-m", tinyModel, "--prompt", "hi", "--device=gl")
		want := `[32 layers after "hi"][16 layers after "[32 layers after \"hi\"]"]`
		want += fmt.Sprintf("[0 layers after %q]\n", strings.TrimSuffix(want, "\n"))
		if err != nil || out != want {
			t.Errorf("%s: it wrote %q, not %q (%v)", how, out, want, err)
		}
		if strings.Count(told, "the graphics card was lost") != 2 || !strings.Contains(told, "goes on with CPU") {
			t.Errorf("%s: it told %q", how, told)
		}
	}
}
