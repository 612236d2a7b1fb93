package command

import (
	"context"
	"errors"
	"fmt"
	"io"
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

// failing names what the failing card dies of: "crash" or "lost"; "first" is no
// card, and dies in the first reply of a conversation.
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
		if os.Getenv(failing) == "first" {
			said = fmt.Sprint(r.Messages)
		}
		switch {
		case !yield(engine.Piece{Text: said, Tokens: []engine.Token{{ID: 7}}}, nil):
		case os.Getenv(failing) == "first" && len(r.Messages) == 1:
			os.Exit(3)
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

// Of a reply that the engine's death cut off, the terminal's conversation keeps what
// came, on a line of its own, and the next message is answered after it.
func TestChatKeepsWhatCame(t *testing.T) {
	t.Setenv(failing, "first")
	client := worker.New(worker.Options{Command: []string{os.Args[0], "engine"}})
	defer client.Close()
	var out strings.Builder
	e := &env{ctx: context.Background(), out: &out, err: io.Discard}
	talk := &talk{env: e, cmd: &chatCmd{}, engine: client, model: engine.LoadOptions{Path: tinyModel, Device: "cpu"}}
	if err := talk.answer(e.ctx, "hi"); !errors.As(err, new(*engine.LostError)) {
		t.Fatalf("the engine's end is told as %v", err)
	}
	first := out.String()
	if err := talk.answer(e.ctx, "more"); err != nil {
		t.Fatal(err)
	}
	if first != "[{user hi}]\n" || out.String() != first+"[{user hi} {assistant [{user hi}]} {user more}]\n" {
		t.Errorf("it wrote %q, then %q", first, strings.TrimPrefix(out.String(), first))
	}
}
